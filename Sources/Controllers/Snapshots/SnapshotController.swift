// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Finds or makes the content of each snapshot, and tells users how far it is (rules SN1-SN5, SN7, SN9, SN10).
public struct SnapshotController: Decider {
  /// Its name in logs.
  public let name = "snapshot-controller"
  /// It decides about snapshots.
  public let kind = Kind.volumeSnapshot
  static let source = "snapshot-controller"

  /// A controller of snapshots.
  public init() {}

  /// What the snapshot needs now.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let snapshot = world.snapshot(key) else { return Decision(Reason("B56", "the snapshot is gone")) }
    guard !snapshot.isTerminating else { return deletion(of: snapshot, in: world) }
    var change = Change(snapshot, at: now)
    change.snapshot.addFinalizer(WellKnown.snapshotAsSourceProtection)
    if snapshot.boundContentName != nil { change.snapshot.addFinalizer(WellKnown.snapshotBoundProtection) }
    if snapshot.isReady, let name = snapshot.boundContentName { return check(change, boundTo: name, in: world) }
    switch (snapshot.requestedContentName, snapshot.claimKey) {
    case (let content?, nil): return bind(change, to: content, in: world)
    case (nil, let claim?): return progress(change, of: claim, in: world)
    case (nil, nil), (.some, .some):
      return change.failed(
        "SN1", "SnapshotValidationError",
        "Exactly one of PersistentVolumeClaimName and VolumeSnapshotContentName should be specified")
    }
  }

  /// A ready snapshot: both ends of the binding must stay as they are (rule SN4).
  private func check(_ change: Change, boundTo name: String, in world: World) -> Decision {
    guard let content = world.snapshotContent(name) else {
      return change.failed("SN4", "SnapshotContentMissing", "VolumeSnapshotContent is missing")
    }
    guard content.snapshotRef.isBound(to: change.snapshot) else {
      return change.failed(
        "SN4", "SnapshotMisbound", "VolumeSnapshotContent is not bound to the VolumeSnapshot correctly")
    }
    return change.decision("SN5", "the snapshot is ready to use")
  }

  /// A snapshot of a content that an administrator made (rule SN9).
  private func bind(_ change: Change, to name: String, in world: World) -> Decision {
    guard let content = world.snapshotContent(name) else {
      return change.failed("SN9", "SnapshotContentMissing", "VolumeSnapshotContent is missing")
    }
    guard content.requestedHandle != nil else {
      return change.failed(
        "SN9", "SnapshotContentMismatch",
        "VolumeSnapshotContent is dynamically provisioned while expecting a pre-provisioned one")
    }
    let reference = content.snapshotRef
    guard reference.key == change.snapshot.key, reference.uid.isEmpty || reference.uid == change.snapshot.uid else {
      return change.failed(
        "SN9", "SnapshotBindFailed",
        "Snapshot failed to bind VolumeSnapshotContent, Could not bind snapshot \(change.snapshot.name) and content "
          + "\(content.name), the VolumeSnapshotRef does not match")
    }
    var bound = content
    bound.snapshotRef.uid = change.snapshot.uid
    return change.mirroring(bound, before: content.writes(to: bound), "SN9")
  }

  /// A snapshot that is cut from a claim's volume (rules SN2-SN4).
  private func progress(_ change: Change, of claimKey: ObjectKey, in world: World) -> Decision {
    var change = change
    if let content = world.snapshotContent(change.snapshot.dynamicContentName) {
      guard content.volumeHandle != nil else {
        return change.failed(
          "SN4", "SnapshotContentMismatch",
          "VolumeSnapshotContent is pre-provisioned while expecting a dynamically provisioned one")
      }
      guard content.snapshotRef.isBound(to: change.snapshot) else {
        return change.failed(
          "SN4", "SnapshotContentMismatch", "VolumeSnapshotContent \(content.name) is bound to a different snapshot")
      }
      return change.mirroring(content, "SN5")
    }
    do throws(SourceTrouble) {
      let origin = try SnapshotOrigin(of: change.snapshot, claimKey, in: world)
      change.snapshot.className = origin.snapshotClass.name
      return cut(change, origin)
    } catch {
      switch error {
      case .noDefaultClass(let text):
        return change.failed(
          "SN2", "SetDefaultSnapshotClassFailed", "Failed to set default snapshot class with error \(text)",
          isReadinessLost: false)
      case .noClass(let text):
        return change.failed(
          "SN2", "GetSnapshotClassFailed", "Failed to get snapshot class with error \(text)", isReadinessLost: false)
      case .source(let text):
        return change.failed(
          "SN3", "SnapshotContentCreationFailed", "Failed to create snapshot content with error \(text)")
      }
    }
  }

  /// The content is written; who serves its driver cuts the snapshot.
  private func cut(_ change: Change, _ origin: SnapshotOrigin) -> Decision {
    var change = change
    var claim = origin.claim
    claim.addFinalizer(WellKnown.claimAsSourceProtection)
    let content = origin.content(for: change.snapshot)
    change.snapshot.boundContentName = content.name
    change.snapshot.isReady = false
    change.snapshot.json.set(nil, "status", "error")
    let message = "Waiting for a snapshot \(change.snapshot.key.qualifiedName) to be created by the CSI driver."
    return Decision(
      Reason("SN4", "the content \(content.name) is made for the snapshot"),
      origin.claim.writes(to: claim) + [.create(Resource(content))] + change.writes + [
        change.notice(.normal, "CreatingSnapshot", message)
      ])
  }
}

extension SnapshotController {
  /// A snapshot on its way to another state, and how decisions about it are told.
  struct Change {
    private let old: VolumeSnapshot
    private let now: Timestamp
    /// The snapshot as it is to be.
    var snapshot: VolumeSnapshot

    init(_ snapshot: VolumeSnapshot, at now: Timestamp) {
      old = snapshot
      self.snapshot = snapshot
      self.now = now
    }

    /// The writes that make it so.
    var writes: [Step] { old.writes(to: snapshot) }

    func notice(_ type: Event.Severity, _ reason: String, _ message: String) -> Step {
      .emit(Notice(type, reason, message, about: old, from: SnapshotController.source))
    }

    func decision(_ rule: String, _ text: String) -> Decision { Decision(Reason(rule, text), writes) }

    /// What is wrong goes into the status, and is told once (rule SN5).
    func failed(_ rule: String, _ reason: String, _ message: String, isReadinessLost: Bool = true) -> Decision {
      var change = self
      var told: [Step] = []
      if old.errorMessage != message {
        change.snapshot.json.set(
          ["message": .string(message), "time": .string(now.description)], "status", "error")
        told = [notice(.warning, reason, message)]
      }
      if isReadinessLost { change.snapshot.isReady = false }
      return Decision(Reason(rule, message), change.writes + told, retries: true)
    }

    /// The status says what the content's says (rule SN5); what is new is told (rule SN10).
    func mirroring(_ content: VolumeSnapshotContent, before: [Step] = [], _ rule: String) -> Decision {
      var change = self
      change.snapshot.boundContentName = content.name
      change.snapshot.addFinalizer(WellKnown.snapshotBoundProtection)
      change.snapshot.isReady = content.isReady
      let creation = content.creationNanoseconds.map { Timestamp(seconds: $0 / 1_000_000_000).description }
      change.snapshot.json.set(creation.map(JSONValue.string), "status", "creationTime")
      let size = content.restoreSize.map { Quantity(bytes: $0, format: .binarySI).text }
      change.snapshot.json.set(size.map(JSONValue.string), "status", "restoreSize")
      change.snapshot.json.set(content.json.value("status", "error"), "status", "error")
      var told: [Step] = []
      let name = snapshot.key.qualifiedName
      if creation != nil, old.json.optionalString("status", "creationTime") == nil {
        told.append(
          notice(.normal, "SnapshotCreated", "Snapshot \(name) was successfully created by the CSI driver."))
      }
      if content.isReady, !old.isReady {
        told.append(notice(.normal, "SnapshotReady", "Snapshot \(name) is ready to use."))
      }
      let text = content.isReady ? "the snapshot is ready to use" : "the snapshot waits for its content \(content.name)"
      return Decision(Reason(rule, text), before + change.writes + told)
    }
  }
}
