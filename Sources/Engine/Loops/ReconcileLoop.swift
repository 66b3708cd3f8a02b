// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import LinuxStorage
internal import ObjectStore
internal import StorageAPI

/// Keeps one host's objects and volumes in step: takes the reconciler's turns and carries their steps out.
///
/// An intention is stored before its effect begins and the result after it has ended, so that a crash at any point leaves
/// what the next start finishes or undoes. There is one loop per ledger: the ledger's lock sees to that.
actor ReconcileLoop {
  private let executor = SerialQueue(label: "orlop.loop")
  nonisolated var unownedExecutor: UnownedSerialExecutor { executor.asUnownedSerialExecutor() }

  private let ledger: Ledger
  private let performer: any EffectPerformer
  private let clock: @Sendable () -> Timestamp
  private let deciders: [any Decider]
  private var reconciler: Reconciler
  /// What this settling has told the user: once is enough, however often it is found.
  private var told: Set<Notice> = []

  /// A loop over the objects in `ledger`, all of which will be looked at by the first ``settle()``.
  init(
    ledger: Ledger, deciders: [any Decider], performer: any EffectPerformer,
    clock: @escaping @Sendable () -> Timestamp
  ) throws {
    self.ledger = ledger
    self.performer = performer
    self.clock = clock
    self.deciders = deciders
    reconciler = try Self.load(ledger, deciders)
  }

  private static func load(_ ledger: Ledger, _ deciders: [any Decider]) throws -> Reconciler {
    var reconciler = Reconciler(deciders: deciders)
    for object in try ledger.read({ try $0.all() }) { reconciler.observe(.put(object)) }
    return reconciler
  }

  /// What `body` makes of the objects as they are, with the pending changes of no one.
  func read<Value: Sendable>(_ body: @Sendable (World) throws -> Value) rethrows -> Value {
    try body(reconciler.world)
  }

  /// Changes objects as `body` says, all together or, when it throws, not at all.
  func write<Value: Sendable>(_ body: @Sendable (LedgerTransaction) throws -> Value) throws -> Value {
    let (value, changes) = try ledger.write(at: clock(), body)
    for change in changes { reconciler.observe(change) }
    FaultPoint.reach("engine.changed")
    return value
  }

  /// Looks at every object again: what waits is told so again, what time has brought is taken up.
  func resync() { reconciler.resync() }

  /// Takes turns until nothing is left to do but wait; effects run side by side.
  func settle() async throws {
    told = []
    try await withThrowingTaskGroup(of: FinishedEffect.self) { group in
      var running = 0
      var beginning: [BegunEffect] = []
      while true {
        for begun in try beginning + takeTurns() {
          FaultPoint.reach("engine.noted")
          running += 1
          group.addTask { [performer] in
            FinishedEffect(begun: begun, outcome: await performer.perform(begun.effect))
          }
        }
        guard running > 0, let finished = try await group.next() else { return }
        running -= 1
        FaultPoint.reach("engine.performed")
        beginning = try conclude(finished)
        FaultPoint.reach("engine.concluded")
      }
    }
  }

  // MARK: - Turns

  /// Takes every turn that there is, their writes in one transaction; returns the effects that may begin now.
  private func takeTurns() throws -> [BegunEffect] {
    guard let first = nextBusyTurn() else { return [] }
    return try transaction { carrier in
      var begun: [BegunEffect] = []
      var turn: Reconciler.Turn? = first
      while let current = turn {
        let effect = try carry(out: current, by: &carrier)
        if let effect { begun.append(effect) }
        turn = nextBusyTurn()
      }
      return begun
    }
  }

  /// The next turn that has steps; turns without are over at once and cost no transaction.
  private func nextBusyTurn() -> Reconciler.Turn? {
    while let turn = reconciler.next(at: clock()) {
      guard turn.decision.steps.isEmpty else { return turn }
      reconciler.finish(turn, at: clock())
    }
    return nil
  }

  /// Carries out the steps of `turn` up to its effect, if it has one; without, the turn ends.
  private func carry(out turn: Reconciler.Turn, by carrier: inout StepCarrier) throws -> BegunEffect? {
    let result = try carrier.carry(out: turn.decision.steps, of: turn) { reconciler.observe($0) }
    switch result {
    case .done: reconciler.finish(turn, at: clock())
    case .refused: reconciler.finish(turn, retry: true, at: clock())
    case .effect(let effect, let rest):
      try carrier.begin(effect)
      return BegunEffect(turn: turn, effect: effect, rest: rest)
    }
    return nil
  }

  /// Writes down how an effect has ended, and what its decider makes of that; returns the effect that follows, if one does.
  private func conclude(_ finished: FinishedEffect) throws -> [BegunEffect] {
    let begun = finished.begun
    let decision = reconciler.followUp(begun.turn, begun.effect, finished.outcome, at: clock())
    return try transaction { carrier in
      let result = try carrier.carry(out: begun.rest + decision.steps, of: begun.turn) { reconciler.observe($0) }
      // A volume that gets no PersistentVolume stays noted, so that it is found again or undone.
      if !(result.isRefused && finished.outcome.isVolume) { try carrier.end(begun.effect, finished.outcome) }
      if case .effect(let effect, let rest) = result {
        try carrier.begin(effect)
        return [BegunEffect(turn: begun.turn, effect: effect, rest: rest)]
      }
      reconciler.finish(
        begun.turn, retry: finished.outcome.isFailure || result.isRefused || decision.retries, at: clock())
      return []
    }
  }

  /// One transaction; when it fails, what was observed of it is forgotten.
  private func transaction<Value>(_ body: (inout StepCarrier) throws -> Value) throws -> Value {
    do {
      return try ledger.write(at: clock()) { transaction in
        var carrier = StepCarrier(transaction: transaction, told: told)
        defer { told = carrier.told }
        return try body(&carrier)
      }.result
    } catch {
      reconciler = try Self.load(ledger, deciders)
      throw error
    }
  }
}

/// An effect that has been decided and noted, and waits for its end.
struct BegunEffect: Sendable {
  let turn: Reconciler.Turn
  let effect: Effect
  /// The steps of the same decision that come after it.
  let rest: [Step]
}

/// An effect and how it ended.
struct FinishedEffect: Sendable {
  let begun: BegunEffect
  let outcome: Outcome
}

extension Outcome {
  var isFailure: Bool {
    switch self {
    case .failed: true
    case .done, .provisioned, .snapshotted, .expanded: false
    }
  }

  fileprivate var isVolume: Bool {
    switch self {
    case .provisioned: true
    case .done, .snapshotted, .expanded, .failed: false
    }
  }
}

extension Reconciler {
  /// Takes note of a change of the ledger.
  mutating func observe(_ change: ObjectStore.Change) {
    switch change.action {
    case .added, .modified: observe(.put(change.object))
    case .deleted: observe(.removed(change.key))
    }
  }
}
