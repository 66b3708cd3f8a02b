// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import ObjectStore
internal import StorageAPI

/// Carries out the steps of decisions within one transaction of the ledger.
struct StepCarrier {
  /// How far the steps of a decision have been carried out.
  enum Result {
    /// To the end.
    case done
    /// Up to one that the ledger refused: the world has moved on, and the object must be looked at again.
    case refused
    /// Up to an effect, which now begins; `rest` is for when it has ended.
    case effect(Effect, rest: [Step])

    var isRefused: Bool { if case .refused = self { true } else { false } }
  }

  private let transaction: LedgerTransaction
  private var seen = 0
  /// What the user has been told already, and is not told again.
  private(set) var told: Set<Notice>

  /// A carrier that writes to `transaction` and does not repeat what was `told`.
  init(transaction: LedgerTransaction, told: Set<Notice>) {
    self.transaction = transaction
    self.told = told
  }

  /// Carries out `steps`, which follow from `turn`, up to the first effect, reporting each change.
  mutating func carry(
    out steps: [Step], of turn: Reconciler.Turn, reporting: (ObjectStore.Change) -> Void
  ) throws -> Result {
    var written: Set<ObjectKey> = []
    for (index, step) in steps.enumerated() {
      if case .perform(let effect) = step { return .effect(effect, rest: Array(steps[(index + 1)...])) }
      do {
        try write(step, &written)
      } catch let error as LedgerError where error.code == .conflict || error.code == .notFound {
        report(reporting)
        return .refused
      } catch let refusal as StatusError {
        try tell(refusal, of: step, turn)
        report(reporting)
        return .refused
      }
      report(reporting)
    }
    return .done
  }

  private mutating func report(_ reporting: (ObjectStore.Change) -> Void) {
    for change in transaction.changes[seen...] { reporting(change) }
    seen = transaction.changes.count
  }

  private mutating func write(_ step: Step, _ written: inout Set<ObjectKey>) throws {
    switch step {
    case .create(let object): try create(object)
    case .update(let object): try update(object, &written) { $0.json["status"] = $1.json["status"] }
    case .updateStatus(let object):
      try update(object, &written) { next, stored in
        let status = next.json["status"]
        let version = next.metadata.resourceVersion
        next = stored
        next.json["status"] = status
        next.metadata.resourceVersion = version
      }
    case .delete(let key, let uid): try delete(key, uid, force: false, &written)
    case .remove(let key, let uid): try delete(key, uid, force: true, &written)
    case .emit(let notice): try emit(notice)
    case .perform: break
    }
  }

  /// Creates `object` as a user would: what the API would refuse is never stored, whoever asks.
  private func create(_ object: Resource) throws {
    if let key = object.key, try transaction.reader.get(key) != nil { return }  // an earlier attempt made it (rule P13)
    _ = try Registry(transaction: transaction).create(object)
  }

  /// Tells the user of the turn's object what the API refuses to create for it; that its namespace is going says nothing new.
  private mutating func tell(_ refusal: StatusError, of step: Step, _ turn: Reconciler.Turn) throws {
    guard refusal.reason != .forbidden, case .create(let object) = step, let key = object.key,
      let owner = try transaction.reader.get(turn.key)
    else { return }
    try emit(Notice(refusal: refusal, of: key, to: turn, owner))
  }

  /// Writes `object` after `merge` has taken from the stored one what is not to be changed. Of several writes of an object in
  /// one decision the first compares versions; the others build on it.
  private func update(
    _ object: Resource, _ written: inout Set<ObjectKey>, _ merge: (inout Resource, Resource) -> Void
  ) throws {
    guard let key = object.key, let stored = try transaction.reader.get(key) else { return }
    var object = object
    if written.contains(key) { object.metadata.resourceVersion = nil }
    merge(&object, stored)
    try transaction.update(object)
    written.insert(key)
  }

  /// Asks for the deletion of `key`, which is a write of it: what follows in the decision builds on it.
  private func delete(_ key: ObjectKey, _ uid: String, force: Bool, _ written: inout Set<ObjectKey>) throws {
    do {
      try transaction.delete(key, uid: uid, force: force)
      written.insert(key)
    } catch let error as LedgerError where error.code == .notFound {
      return
    }
  }

  private mutating func emit(_ notice: Notice) throws {
    guard told.insert(notice).inserted else { return }
    let known = try transaction.reader.get(notice.regarding)
    var object = known ?? Resource(json: [:])
    if known?.uid != notice.uid { object = notice.subject }
    try transaction.record(
      notice.type, reason: notice.reason, message: notice.message, source: notice.source, regarding: object)
  }

  // MARK: - Operations

  /// Notes that `effect` begins, when a crash in the middle of it would leave something behind.
  func begin(_ effect: Effect) throws {
    guard let (volume, work, claim) = Self.operation(effect) else { return }
    try transaction.begin(
      VolumeOperation(volume: volume, claim: claim, pool: "", work: work, started: transaction.now))
  }

  /// Notes that `effect` has ended, unless it may go on in the background.
  func end(_ effect: Effect, _ outcome: Outcome) throws {
    guard let (volume, _, _) = Self.operation(effect) else { return }
    if case .failed(let failure) = outcome, failure.meaning == .unfinished { return }
    try transaction.endOperation(on: volume)
  }

  private static func operation(_ effect: Effect) -> (volume: String, work: VolumeOperation.Work, claim: String)? {
    switch effect {
    case .provision(let request): (request.volumeName, .create, request.claim.uid)
    case .deleteBackend(let volume): volume.csiVolumeHandle.map { ($0, .delete, volume.claimRef?.uid ?? "") }
    // To look for one that was made beforehand leaves nothing behind.
    case .snapshot(let request) where request.volumeHandle == nil: nil
    case .snapshot(let request):
      (VolumeOperation.prefix + request.handle, .snapshot, request.content.snapshotRef.uid)
    case .deleteSnapshot(let handle, _): (VolumeOperation.prefix + handle, .deleteSnapshot, "")
    case .expand(let request): request.volume.csiVolumeHandle.map { ($0, .grow, request.claim.uid) }
    case .recycle, .publish, .unpublish: nil
    }
  }
}

extension Notice {
  /// Why `key` was not created, though `turn` asked for it on behalf of `owner`.
  init(refusal: StatusError, of key: ObjectKey, to turn: Reconciler.Turn, _ owner: Resource) {
    let message = "\(key) was refused: \(refusal.message)"
    self.init(.warning, "FailedCreate", message, about: turn.key, uid: owner.uid, from: turn.decider)
  }

  /// As much of the object that the notice is about as an event needs, for one that is gone.
  fileprivate var subject: Resource {
    var json: JSONObject = [
      "apiVersion": .string(regarding.kind.apiVersion), "kind": .string(regarding.kind.name),
      "metadata": ["name": .string(regarding.name), "uid": .string(uid)],
    ]
    if regarding.kind.isNamespaced { json.set(.string(regarding.namespace), "metadata", "namespace") }
    return Resource(json: json)
  }
}
