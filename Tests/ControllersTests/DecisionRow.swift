// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// One row of a decision table: a world, the object that is looked at, the rule that decides and the steps that follow.
struct DecisionRow: Sendable, CustomTestStringConvertible {
  let name: String
  let objects: [Resource]
  let looksAt: ObjectKey
  let rule: String
  let steps: [String]
  var settings = ControllerSettings(servedProvisioners: [provisioner], hasInTreePlugins: true)

  var testDescription: String { name }

  /// What `make`'s decider decides, compared with the row.
  func check(_ make: (ControllerSettings) -> any Decider) {
    let world = PodWorld.of(objects)
    let decision = make(settings).decide(looksAt, in: world, at: PodWorld.now)
    #expect(decision.reason.rule == rule)
    #expect(StepText.of(decision.steps, in: world) == steps)
  }
}

/// A row about the claim `default/x`.
func aboutClaim(_ name: String, _ objects: [Resource], _ rule: String, _ steps: [String] = []) -> DecisionRow {
  DecisionRow(
    name: name, objects: objects, looksAt: ObjectKey(.persistentVolumeClaim, namespace: "default", name: "x"),
    rule: rule, steps: steps)
}

/// A row about the volume `a`.
func aboutVolume(_ name: String, _ objects: [Resource], _ rule: String, _ steps: [String] = []) -> DecisionRow {
  DecisionRow(
    name: name, objects: objects, looksAt: ObjectKey(.persistentVolume, name: "a"), rule: rule, steps: steps)
}

/// Steps in few words: what each changes.
enum StepText {
  static func of(_ steps: [Step], in world: World) -> [String] {
    var known: [ObjectKey: JSONObject] = [:]
    return steps.map { step in
      switch step {
      case .create(let object): return "create \(object.name)"
      case .update(let object), .updateStatus(let object):
        guard let key = object.key else { return "write of an unknown kind" }
        let old = known[key] ?? world.object(key)?.json ?? JSONObject()
        known[key] = object.json
        return "\(object.name): " + changes(from: old, to: object.json).joined(separator: " ")
      case .delete(let key, _), .remove(let key, _): return "delete \(key.name)"
      case .emit(let notice):
        return "\(notice.type.rawValue) \(notice.reason) \(notice.regarding.name): \(notice.message)"
      case .perform(let effect): return text(effect)
      }
    }
  }

  private static func text(_ effect: Effect) -> String {
    switch effect {
    case .provision(let request):
      switch request.content {
      case .snapshot(let handle)?: "provision \(request.volumeName) of \(request.bytes) from snapshot \(handle)"
      case .volume(let handle)?: "provision \(request.volumeName) of \(request.bytes) from volume \(handle)"
      case nil: "provision \(request.volumeName) of \(request.bytes)"
      }
    case .deleteBackend(let volume): "delete storage of \(volume.name)"
    case .recycle(let volume): "empty \(volume.name)"
    case .snapshot(let request): "snapshot \(request.handle) of \(request.volumeHandle ?? "nothing")"
    case .deleteSnapshot(let handle, _): "delete snapshot \(handle)"
    case .expand(let request):
      "grow \(request.volume.name) to \(request.bytes)" + (request.part == .node ? " on its node" : "")
        + (request.leavesFilesystem ? ", not the filesystem" : "")
    case .publish(let plan): "publish \(plan)"
    case .unpublish(let pod, _): "unpublish \(pod.name)"
    }
  }

  private static func changes(from old: JSONObject, to new: JSONObject) -> [String] {
    let (old, new) = (leaves(.object(old), ""), leaves(.object(new), ""))
    return Set(old.keys).union(new.keys).sorted().compactMap { path in
      guard old[path] != new[path], !path.hasSuffix("lastPhaseTransitionTime") else { return nil }
      return new[path].map { "\(shortened(path))=\($0)" } ?? "\(shortened(path))-"
    }
  }

  private static func leaves(_ value: JSONValue, _ path: String) -> [String: String] {
    guard let object = value.object else { return [path: value.string ?? JSONWriter.compact(value)] }
    return object.members.reduce(into: [:]) { all, member in
      all.merge(leaves(member.value, path.isEmpty ? member.key : path + "." + member.key)) { $1 }
    }
  }

  private static func shortened(_ path: String) -> String {
    for prefix in ["metadata.annotations.pv.kubernetes.io/", "metadata.annotations.", "metadata.", "status."]
    where path.hasPrefix(prefix) { return String(path.dropFirst(prefix.count)) }
    return path
  }
}
