// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Knows which objects have to be looked at, and asks the deciders about them: the pure half of every loop.
///
/// A loop feeds it what the store reports (``observe(_:)``), takes turns (``next(at:)``), carries their steps out, reports
/// what that has changed, and ends the turn (``finish(_:retry:at:)``). It is settled when there is no turn left. Several turns
/// may run at a time, never two of the same object.
public struct Reconciler: Sendable {
  /// Something that happened to an object in the store.
  public enum Change: Sendable {
    /// It was created, or is now as given.
    case put(Resource)
    /// It is gone.
    case removed(ObjectKey)
  }

  /// One look at one object, with what the decider has decided.
  public struct Turn: Sendable {
    /// The object.
    public let key: ObjectKey
    /// The name of the decider, for logs.
    public let decider: String
    /// What is to be done.
    public let decision: Decision
    fileprivate let item: WorkQueue.Item
  }

  /// All objects as far as they have been observed.
  public private(set) var world: World
  private let deciders: [any Decider]
  private let decidersOfKind: [Kind: WorkQueue.Deciders]
  private var queue = WorkQueue()
  private var wakesWaiters = false

  /// A reconciler of `world` with these controllers; of one object, the first ones look first. Nothing is marked yet.
  public init(deciders: [any Decider], world: World = World()) {
    self.world = world
    self.deciders = deciders
    self.decidersOfKind = Dictionary(grouping: deciders.indices) { deciders[$0].kind }
      .mapValues { WorkQueue.Deciders($0) }
  }

  /// Takes note of `change` and marks what depends on it (rules B56, T13). Older versions of an object are ignored
  /// (rule B57), and so are objects of unknown kinds.
  public mutating func observe(_ change: Change) {
    let key: ObjectKey
    let old: Resource?
    let new: Resource?
    switch change {
    case .put(let object):
      guard let itsKey = object.key, !isOlder(object, than: world.object(itsKey)) else { return }
      (key, new) = (itsKey, object)
      old = world.put(object, at: itsKey)
    case .removed(let removed):
      (key, new) = (removed, nil)
      old = world.remove(removed)
    }
    guard old != new else { return }
    mark(key)
    // In an order that is always the same: of two pods that want a volume for one, the first to be looked at gets it.
    let others = world.keysAffected(by: key, old: old, new: new)
    for other in others.sorted(by: { ($0.kind.name, $0.namespace, $0.name) < ($1.kind.name, $1.namespace, $1.name) }) {
      mark(other)
    }
    if Wakening.freesVolumes(old: old, new: new) { wakesWaiters = true }
  }

  private func isOlder(_ object: Resource, than known: Resource?) -> Bool {
    guard let known, known.uid == object.uid, let before = known.metadata.resourceVersion,
      let now = object.metadata.resourceVersion
    else { return false }
    return now < before
  }

  /// Has all deciders of its kind look at the object `key`.
  public mutating func mark(_ key: ObjectKey) {
    if let deciders = decidersOfKind[key.kind] { queue.add(key, for: deciders) }
  }

  /// Marks every object, volumes before claims: what has been waiting is told to its user again (rule B32).
  public mutating func resync() {
    for kind in Kind.all where decidersOfKind[kind] != nil {
      for key in world.keys(of: kind) { mark(key) }
    }
  }

  /// The next object to look at, and what to do about it; nil when nothing is to be done until something changes or, at
  /// ``nextDue``, time has passed. The turn runs until ``finish(_:retry:at:)``.
  public mutating func next(at now: Timestamp) -> Turn? {
    guard let item = queue.next(at: now) ?? wakeWaiters(at: now) else { return nil }
    let decider = deciders[item.decider]
    let decision = decider.decide(item.key, in: world, at: now)
    return Turn(key: item.key, decider: decider.name, decision: decision, item: item)
  }

  /// When volumes have become free, or classes have come, every claim without a volume gets another chance, and so do the
  /// pods that need it: once, after everything else, so that many new volumes cost one look.
  private mutating func wakeWaiters(at now: Timestamp) -> WorkQueue.Item? {
    guard wakesWaiters, queue.isEmpty else { return nil }
    wakesWaiters = false
    for key in world.claimsWaiting.sorted(by: { ($0.namespace, $0.name) < ($1.namespace, $1.name) }) {
      mark(key)
      for pod in world.pods(using: key) { mark(pod.key) }
    }
    return queue.next(at: now)
  }

  /// What to do now that `effect` of `turn` has ended with `outcome`.
  public func followUp(_ turn: Turn, _ effect: Effect, _ outcome: Outcome, at now: Timestamp) -> Decision {
    deciders[turn.item.decider].followUp(effect, outcome, on: turn.key, in: world, at: now)
  }

  /// Ends `turn`. With `retry` its object is looked at again after a back-off: because a write was refused, an effect has
  /// failed, or the decision says so.
  public mutating func finish(_ turn: Turn, retry: Bool = false, at now: Timestamp) {
    queue.finish(turn.item, retry: retry || turn.decision.retries, at: now)
  }

  /// When to call ``next(at:)`` again although nothing has changed; nil when there is no such time.
  public var nextDue: Timestamp? { queue.nextDue }
}
