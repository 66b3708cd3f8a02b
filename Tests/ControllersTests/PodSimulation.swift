// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// A host in miniature: the controllers of pods and volumes over objects in memory, on storage where everything succeeds
/// unless `failing` says otherwise.
struct PodSimulation {
  private let deciders: [any Decider]
  private(set) var reconciler: Reconciler
  private(set) var events: [Notice] = []
  private var version: Int64 = 0
  var now = PodWorld.now
  /// The pods whose publishing fails.
  var failing: Set<String> = []
  /// The pods whose mounts are there, by uid.
  private(set) var published: [String: ObjectKey] = [:]
  /// What has happened that never may.
  private(set) var violations: [String] = []
  /// Where bad luck comes from: steps that get lost with the process, and steps that are done twice. Nil for none.
  var misfortune: SeededRandom?
  /// Names of the pods published and unpublished, in order, as `+name` and `-name`.
  private(set) var log: [String] = []

  init(_ objects: [Resource] = []) {
    let settings = ControllerSettings(servedProvisioners: ["orlop.io"])
    deciders = VolumeControllers.all(settings) + PodControllers.all(node: PodWorld.node, seed: 7)
    reconciler = Reconciler(deciders: deciders)
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

  /// Stores `object` unless one of its name is there.
  mutating func applyNew(_ object: Resource) {
    if let key = object.key, world.object(key) == nil { apply(object) }
  }

  /// Deletes as a user does; `force` as the node does once it is done with a pod.
  mutating func delete(_ key: ObjectKey, force: Bool = false) {
    guard var object = world.object(key) else { return }
    let stays = !object.metadata.finalizers.isEmpty || !Pod(json: object.json).nodeName.isEmpty && !force
    guard stays else { return vanish(key) }
    object.metadata.deletionTimestamp = now
    apply(object)
  }

  /// The object is gone, whatever its finalizers say.
  mutating func reconcilerRemoves(_ key: ObjectKey) { reconciler.observe(.removed(key)) }

  /// Takes turns until nothing is left to do now, showing each state to `look`; having no end is an issue.
  mutating func settle(look: (PodSimulation) -> Void = { _ in }) {
    for _ in 0..<5000 {
      guard let turn = reconciler.next(at: now) else { return }
      if carry(out: turn.decision.steps, of: turn) { reconciler.finish(turn, at: now) } else { restart() }
      look(self)
    }
    Issue.record("there is always something left to do")
  }

  /// Settles again and again while time brings what has to be tried again, at most for an hour.
  mutating func settleInTime() {
    let end = now.seconds + 3600
    settle()
    while let due = reconciler.nextDue, due.seconds < end {
      now = max(now, due)
      settle()
    }
  }

  /// The process ends and begins again: all that it knew but the objects is lost.
  mutating func restart() {
    let objects = Kind.all.flatMap { kind in world.keys(of: kind).compactMap(world.object) }
    reconciler = Reconciler(deciders: deciders)
    for object in objects { reconciler.observe(.put(object)) }
  }

  /// Carries `steps` out; false when the process has ended on the way.
  private mutating func carry(out steps: [Step], of turn: Reconciler.Turn) -> Bool {
    for step in steps {
      let fortune = misfortune?.below(100) ?? 100
      if fortune < 5 { return false }
      for _ in 0..<(fortune < 10 ? 2 : 1) {
        guard carry(out: step, of: turn) else { return false }
      }
    }
    return true
  }

  private mutating func carry(out step: Step, of turn: Reconciler.Turn) -> Bool {
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
    case .delete(let key, let uid): if world.object(key)?.uid == uid { delete(key) }
    case .remove(let key, let uid): if world.object(key)?.uid == uid { delete(key, force: true) }
    case .emit(let notice): events.append(notice)
    case .perform(let effect):
      let outcome = perform(effect)
      return carry(out: reconciler.followUp(turn, effect, outcome, at: now).steps, of: turn)
    }
    return true
  }

  private mutating func write(_ object: Resource, _ merge: (inout Resource, Resource) -> Void) {
    guard let key = object.key, let stored = world.object(key), stored.uid == object.uid else { return }
    var object = object
    merge(&object, stored)
    object.metadata.deletionTimestamp = stored.metadata.deletionTimestamp
    let isRunning = !Pod(json: object.json).nodeName.isEmpty
    if object.isTerminating && object.metadata.finalizers.isEmpty && !isRunning { vanish(key) } else { apply(object) }
  }

  private mutating func vanish(_ key: ObjectKey) {
    if let uid = world.object(key)?.uid, published[uid] != nil { violations.append("\(key) went while it was mounted") }
    reconciler.observe(.removed(key))
  }

  private mutating func perform(_ effect: Effect) -> Outcome {
    switch effect {
    case .provision(let request):
      return .provisioned(
        ProvisionedVolume(
          bytes: request.bytes, source: ["csi": ["driver": "orlop.io", "volumeHandle": .string(request.volumeName)]]))
    case .deleteBackend(let volume):
      for (uid, key) in published where world.pod(key)?.uid == uid && volumes(of: key).contains(volume.name) {
        violations.append("\(volume.name) was deleted while \(key) had it mounted")
      }
      return .done
    case .recycle, .snapshot, .deleteSnapshot: return .done
    case .expand(let request): return .expanded(Expansion(bytes: request.bytes))
    case .publish(let plan): return publish(plan)
    case .unpublish(let pod, let uid):
      published[uid] = nil
      log.append("-" + pod.name)
      return .done
    }
  }

  private func volumes(of pod: ObjectKey) -> [String] {
    world.pod(pod)?.claimKeys.compactMap { world.claim($0)?.volumeName } ?? []
  }

  private mutating func publish(_ plan: PublishPlan) -> Outcome {
    guard !failing.contains(plan.pod.name) else { return .failed(EffectFailure(.final, "no")) }
    for key in world.pod(plan.pod)?.claimKeys ?? [] {
      guard let claim = world.claim(key), let volume = world.volume(claim.volumeName), claim.phase == .bound,
        volume.claimRef?.uid == claim.uid
      else {
        violations.append("\(plan.pod) was published without \(key)")
        continue
      }
      let others = published.filter { $0.key != plan.uid && world.pod($0.value)?.claimKeys.contains(key) == true }
      if volume.accessModes.contains("ReadWriteOncePod"), let other = others.first {
        violations.append("\(plan.pod) and \(other.value) both have \(key)")
      }
    }
    published[plan.uid] = plan.pod
    log.append("+" + plan.pod.name)
    return .done
  }
}
