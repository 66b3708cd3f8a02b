// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// A host in miniature: the controllers of pods and volumes over objects in memory, on storage where everything succeeds
/// unless `failing` says otherwise.
struct PodSimulation {
  private(set) var reconciler: Reconciler
  private(set) var events: [Notice] = []
  private var version: Int64 = 0
  var now = PodWorld.now
  /// The pods whose publishing fails.
  var failing: Set<String> = []
  /// Names of the pods published and unpublished, in order, as `+name` and `-name`.
  private(set) var log: [String] = []

  init(_ objects: [Resource] = []) {
    let settings = ControllerSettings(servedProvisioners: ["orlop.io"])
    reconciler = Reconciler(
      deciders: VolumeControllers.all(settings) + PodControllers.all(node: PodWorld.node, seed: 7))
    for object in objects { apply(object) }
  }

  var world: World { reconciler.world }
  var pods: [Pod] { world.all(Pod.self) }
  var podNames: [String] { pods.map(\.name) }
  var claimNames: [String] { world.all(PersistentVolumeClaim.self).map(\.name) }

  func pod(_ name: String) -> Pod? { world.pod(ObjectKey(.pod, namespace: "default", name: name)) }

  /// Stores `object`, new or changed.
  mutating func apply(_ object: Resource) {
    var object = PodWorld.identified(object)
    version += 1
    object.metadata.resourceVersion = version
    if object.metadata.creationTimestamp == nil { object.metadata.creationTimestamp = now }
    reconciler.observe(.put(object))
  }

  /// Deletes as a user does; `force` as the node does once it is done with a pod.
  mutating func delete(_ key: ObjectKey, force: Bool = false) {
    guard var object = world.object(key) else { return }
    let stays = !object.metadata.finalizers.isEmpty || !Pod(json: object.json).nodeName.isEmpty && !force
    guard stays else { return reconciler.observe(.removed(key)) }
    object.metadata.deletionTimestamp = now
    apply(object)
  }

  /// The object is gone, whatever its finalizers say.
  mutating func reconcilerRemoves(_ key: ObjectKey) { reconciler.observe(.removed(key)) }

  /// Takes turns until nothing is left to do now, showing each state to `look`; having no end is an issue.
  mutating func settle(look: (PodSimulation) -> Void = { _ in }) {
    for _ in 0..<5000 {
      guard let turn = reconciler.next(at: now) else { return }
      carry(out: turn.decision.steps, of: turn)
      reconciler.finish(turn, at: now)
      look(self)
    }
    Issue.record("there is always something left to do")
  }

  private mutating func carry(out steps: [Step], of turn: Reconciler.Turn) {
    for step in steps {
      switch step {
      case .create(let object):
        if let key = object.key, world.object(key) == nil {
          apply(object.changed { $0.metadata.uid = "uid-\(version)" })
        }
      case .update(let object): write(object) { $0.json["status"] = $1.json["status"] }
      case .updateStatus(let object):
        write(object) { next, stored in
          let status = next.json["status"]
          next = stored
          next.json["status"] = status
        }
      case .delete(let key, _): delete(key)
      case .remove(let key, _): delete(key, force: true)
      case .emit(let notice): events.append(notice)
      case .perform(let effect):
        let decision = reconciler.followUp(turn, effect, perform(effect), at: now)
        carry(out: decision.steps, of: turn)
      }
    }
  }

  private mutating func write(_ object: Resource, _ merge: (inout Resource, Resource) -> Void) {
    guard let key = object.key, let stored = world.object(key) else { return }
    var object = object
    merge(&object, stored)
    if object.isTerminating && object.metadata.finalizers.isEmpty && Pod(json: object.json).nodeName.isEmpty {
      reconciler.observe(.removed(key))
    } else {
      apply(object)
    }
  }

  private mutating func perform(_ effect: Effect) -> Outcome {
    switch effect {
    case .provision(let request):
      return .provisioned(
        ProvisionedVolume(
          bytes: request.bytes, source: ["csi": ["driver": "orlop.io", "volumeHandle": .string(request.volumeName)]]))
    case .deleteBackend, .recycle: return .done
    case .publish(let plan):
      guard !failing.contains(plan.pod.name) else { return .failed(EffectFailure(.final, "no")) }
      log.append("+" + plan.pod.name)
      return .done
    case .unpublish(let pod, _):
      log.append("-" + pod.name)
      return .done
    }
  }
}
