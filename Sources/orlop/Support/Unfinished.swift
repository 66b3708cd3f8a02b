// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import StorageAPI

/// Tells, after a change has settled, what it has not brought about, and where to read why.
struct Unfinished {
  let client: any Client

  /// One line on standard error for each of `keys` that is not what its manifest asks for; returns whether any of them has
  /// failed, and does not just wait.
  func tell(about keys: [ObjectKey]) async throws -> Bool {
    var unfinished: [(object: Resource, state: String)] = []
    for key in keys {
      guard let object = try? await client.get(key), let state = Self.state(of: object) else { continue }
      unfinished.append((object, state))
    }
    guard !unfinished.isEmpty else { return false }
    let lastWords = try await lastWords()
    var failed = false
    for (object, state) in unfinished {
      guard let kind = object.kind else { continue }
      let reason = lastWords[object.uid].map { ": " + $0.message } ?? ""
      Output.complain(
        "\(kind.singular)/\(object.name) is \(state)\(reason); see `orlop describe \(kind.singular) \(object.name)`")
      failed = failed || lastWords[object.uid].map(Self.isFailure) == true
    }
    return failed
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
      return claim.phase == .bound ? nil : claim.phase?.rawValue ?? "Pending"
    case Kind.pod:
      let pod = Pod(json: object.json)
      return pod.phase == "Running" || pod.isFinished ? nil : pod.phase
    default: return nil
    }
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
