// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import Presentation
import StorageAPI

/// Tells, after a change has settled, what it has not brought about, and where to read why.
struct Unfinished {
  let client: any Client

  /// Says on standard error which of `keys` are not what their manifests ask for, and why; returns whether any of them has
  /// failed, and does not just wait.
  func tell(about keys: [ObjectKey]) async throws -> Bool {
    let objects = try await objects(keys)
    let waiting = objects.filter { Self.state(of: $0) != nil || Self.lacksPods($0) }
    guard !waiting.isEmpty else { return false }
    let lastWords = try await lastWords()
    var items: [UnfinishedText.Item] = []
    var failed = false
    for object in waiting {
      let last = lastWords[object.uid]
      // A workload without all its pods is told by them, unless it was refused to make them.
      guard let kind = object.kind,
        let state = Self.state(of: object) ?? (last?.reason == "FailedCreate" ? "incomplete" : nil)
      else { continue }
      if let snapshot = object.typed(VolumeSnapshot.self) {
        let trouble = snapshot.errorMessage
        items.append(UnfinishedText.Item(kind: kind, name: object.name, state: state, reason: trouble))
        // Without a content it waits for its claim or class; with one, to cut it has failed.
        failed = failed || trouble != nil && snapshot.boundContentName != nil
        continue
      }
      items.append(UnfinishedText.Item(kind: kind, name: object.name, state: state, reason: last?.message))
      failed = failed || last.map(Self.isFailure) == true
    }
    for line in UnfinishedText.lines(items) { Output.complain(line) }
    return failed
  }

  /// Those of `keys` that are there, in this order; of many, the store is asked once.
  private func objects(_ keys: [ObjectKey]) async throws -> [Resource] {
    guard keys.count > 20 else {
      var objects: [Resource] = []
      for key in keys { if let object = try? await client.get(key) { objects.append(object) } }
      return objects
    }
    var found: [ObjectKey: Resource] = [:]
    for kind in Set(keys.map(\.kind)) {
      for object in try await client.list(kind, namespace: nil).objects {
        if let key = object.key { found[key] = object }
      }
    }
    return keys.compactMap { found[$0] }
  }

  /// Whether `event` tells of something that was tried and went wrong. A pod that has no place yet is none of it: what it waits
  /// for may be applied after it, in any order.
  private static func isFailure(_ event: Event) -> Bool {
    event.type == "Warning" && event.reason != "FailedScheduling"
  }

  /// The state that is not the end, or nil when all is well.
  private static func state(of object: Resource) -> String? {
    switch object.kind {
    case Kind.persistentVolumeClaim:
      let claim = PersistentVolumeClaim(json: object.json)
      return claim.phase == .bound ? Self.growth(of: claim) : claim.phase?.rawValue ?? "Pending"
    case Kind.pod:
      let pod = Pod(json: object.json)
      return pod.phase == "Running" || pod.isFinished ? nil : pod.phase
    case Kind.volumeSnapshot: return VolumeSnapshot(json: object.json).isReady ? nil : "not ready to use"
    default: return nil
    }
  }

  /// Whether `object` makes pods, and has fewer than it should.
  private static func lacksPods(_ object: Resource) -> Bool {
    guard object.kind == .deployment || object.kind == .statefulSet else { return false }
    return object.json.integer("status", "readyReplicas") ?? 0 < object.json.integer("spec", "replicas") ?? 1
  }

  /// What keeps a bound claim from the size that it asks for, or nil.
  private static func growth(of claim: PersistentVolumeClaim) -> String? {
    let stated = Set(claim.json.objects("status", "conditions").map { $0.string("type") })
    if !stated.isDisjoint(with: ["ControllerResizeError", "NodeResizeError"]) { return "still as large as before" }
    return stated.contains("FileSystemResizePending") ? "to grow when its pod is started again" : nil
  }

  /// The newest event about each object, by the object's uid.
  private func lastWords() async throws -> [String: Event] {
    let events = try await client.list(.event, namespace: nil).objects.map { Event(json: $0.json) }
    return Dictionary(events.map { ($0.involvedUID, $0) }) { Self.age($0) > Self.age($1) ? $0 : $1 }
  }

  /// What orders events: their time and, of the same second, warnings last, the newest of them at the end.
  private static func age(_ event: Event) -> (Int64, String, Int64) {
    (event.lastTimestamp?.seconds ?? 0, event.type, event.metadata.resourceVersion ?? 0)
  }
}
