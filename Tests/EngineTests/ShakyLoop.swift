// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Controllers
import StorageAPI
import Synchronization

@testable import Engine

/// Random numbers that a seed repeats (SplitMix64).
struct Dice: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) { state = seed }

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  mutating func below(_ bound: Int) -> Int { Int.random(in: 0..<bound, using: &self) }

  /// True once in `times`.
  mutating func once(in times: Int) -> Bool { below(times) == 0 }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

/// A loop that loses steps, repeats them and forgets all that it knew: what crashes do to a real one.
struct ShakyLoop {
  static let now = Timestamp(seconds: 1_800_000_000)
  static let provisioner = "ext.example.com"

  var dice: Dice
  private(set) var store: SimulatedStore
  private(set) var reconciler: Reconciler
  /// What must never happen but did.
  private(set) var violations: [String] = []
  /// Whether steps are lost and repeated.
  var isShaky = true
  private var changes = 0
  private let settings = ControllerSettings(servedProvisioners: [provisioner], hasInTreePlugins: true)

  init(seed: UInt64) {
    dice = Dice(seed: seed)
    let uids = Uids()
    store = SimulatedStore { uids.next() }
    reconciler = Reconciler(deciders: VolumeControllers.all(settings))
  }

  private final class Uids: Sendable {
    private let count = Mutex(0)
    func next() -> String {
      count.withLock { count in
        count += 1; return "uid-\(count)"
      }
    }
  }

  var world: World { reconciler.world }

  /// What a user asks: an object that breaks a rule, or exists already, is refused and nothing happens.
  mutating func create(_ json: JSONObject) {
    let object = Resource(json: json)
    guard let key = object.key else { return violations.append("no kind") }
    let defaultClass = world.defaultClass?.name
    do {
      if try store.create(object, at: key, now: Self.now, defaultClass: defaultClass) { observe(key) }
    } catch {
      violations.append("\(error)")
    }
  }

  mutating func delete(_ key: ObjectKey) {
    guard let object = store.objects[key] else { return }
    if store.delete(key, uid: object.uid, now: Self.now) { observe(key) }
  }

  mutating func change(_ key: ObjectKey, _ change: (inout Resource) -> Void) {
    guard var object = store.objects[key] else { return }
    change(&object)
    if store.update(object, at: key) { observe(key) }
  }

  /// A crash: everything is read again from the store.
  mutating func restart() {
    reconciler = Reconciler(deciders: VolumeControllers.all(settings))
    for object in store.objects.values.sorted(by: {
      ($0.json.string("kind"), $0.name) < ($1.json.string("kind"), $1.name)
    }) {
      reconciler.observe(.put(object))
    }
  }

  /// Takes up to `count` turns.
  mutating func take(turns count: Int) {
    for _ in 0..<count {
      guard let turn = reconciler.next(at: Self.now) else { return }
      carryOut(turn.decision.steps, of: turn)
      reconciler.finish(turn, at: Self.now)
    }
  }

  /// Runs without losses until a look at everything changes nothing; false when that takes too long.
  mutating func settle() -> Bool {
    isShaky = false
    for _ in 0..<50 {
      changes = 0
      reconciler.resync()
      take(turns: 100_000)
      if changes == 0 { return true }
    }
    return false
  }

  private mutating func carryOut(_ steps: [Step], of turn: Reconciler.Turn) {
    for step in steps {
      if isShaky && dice.once(in: 7) { return }
      carryOut(step, of: turn)
      if isShaky && dice.once(in: 7) { carryOut(step, of: turn) }
    }
  }

  private mutating func carryOut(_ step: Step, of turn: Reconciler.Turn) {
    switch step {
    case .create(let object):
      guard let key = object.key else { return }
      note((try? store.create(object, at: key, now: Self.now, defaultClass: nil)) ?? false, key)
    case .update(let object):
      guard let key = object.key else { return }
      note(store.update(object, at: key), key)
      if store.objects[key] == nil { watchEnd(of: object, at: key) }
    case .updateStatus(let object): object.key.map { note(store.updateStatus(object, at: $0), $0) }
    case .delete(let key, let uid), .remove(let key, let uid): note(store.delete(key, uid: uid, now: Self.now), key)
    case .emit: break
    case .perform(let effect):
      watch(effect)
      let outcome = SimulatedStorage.perform(effect)
      carryOut(reconciler.followUp(turn, effect, outcome, at: Self.now).steps, of: turn)
    }
  }

  /// Destroying needs a volume whose claim is gone and a policy that says so.
  private mutating func watch(_ effect: Effect) {
    switch effect {
    case .provision, .publish, .unpublish, .snapshot, .deleteSnapshot, .expand: return
    case .deleteBackend(let volume), .recycle(let volume):
      guard let stored = store.objects[volume.key].map({ PersistentVolume(json: $0.json) }) else { return }
      if stored.reclaimPolicy == .retain { violations.append("\(volume.name) is retained, yet \(effect)") }
      if let uid = stored.claimRef?.uid, let claim = world.claim(uid: uid), claim.volumeName == volume.name {
        violations.append("the claim of \(volume.name) lives, yet \(effect)")
      }
    }
  }

  /// What is in use does not vanish.
  private mutating func watchEnd(of object: Resource, at key: ObjectKey) {
    if key.kind == .persistentVolumeClaim, world.pods(using: key).contains(where: { !$0.nodeName.isEmpty }) {
      violations.append("\(key) went while a scheduled pod used it")
    }
    if let volume = object.typed(PersistentVolume.self), volume.phase == .bound {
      violations.append("\(key) went while it was Bound")
    }
  }

  private mutating func note(_ hasChanged: Bool, _ key: ObjectKey) {
    guard hasChanged else { return }
    changes += 1
    observe(key)
  }

  private mutating func observe(_ key: ObjectKey) {
    reconciler.observe(store.objects[key].map { .put($0) } ?? .removed(key))
  }
}
