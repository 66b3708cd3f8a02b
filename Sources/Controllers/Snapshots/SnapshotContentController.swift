// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Has the snapshots of the served drivers cut and removed, as the snapshotter beside a CSI driver does
/// (rules SN4-SN7, SN9, SN10).
public struct SnapshotContentController: Decider {
  /// Its name in logs.
  public let name = "snapshotter"
  /// It decides about the contents of snapshots.
  public let kind = Kind.volumeSnapshotContent
  let settings: ControllerSettings

  /// A snapshotter for the drivers of `settings`.
  public init(settings: ControllerSettings) { self.settings = settings }

  /// What the content needs now.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let content = world.snapshotContent(key.name) else {
      return Decision(Reason("B56", "the content is gone"))
    }
    guard !content.isTerminating else { return deletion(of: content, in: world) }
    var kept = content
    kept.addFinalizer(WellKnown.contentBoundProtection)
    let upkeep = content.writes(to: kept)
    guard !content.isReady else { return Decision(Reason("SN5", "the snapshot is ready to use"), upkeep) }
    guard settings.serves(driver: content.driver) else {
      return Decision(Reason("SN3", "the driver \(content.driver) is not served here"), upkeep)
    }
    guard let request = SnapshotRequest(kept, in: world) else {
      return Decision(Reason("SN4", "the content names neither a volume nor a snapshot"), upkeep)
    }
    return Decision(
      Reason("SN4", "the snapshot \(request.handle) is made"), upkeep + [.perform(.snapshot(request))])
  }

  /// A content that is to go: when its snapshot goes, or there is none any more (rule SN7).
  private func deletion(of content: VolumeSnapshotContent, in world: World) -> Decision {
    guard content.hasFinalizer(WellKnown.contentBoundProtection) else {
      return Decision(Reason("SN7", "the snapshotter is done with the content"))
    }
    let isGoing = content.annotation(WellKnown.snapshotBeingDeleted) != nil
    if let snapshot = world.snapshot(of: content), !isGoing {
      return Decision(Reason("SN6", "the snapshot \(snapshot.key.qualifiedName) needs the content"))
    }
    guard content.deletionPolicy == .delete, let handle = content.handleInStorage else {
      return Decision(Reason("SN7", "the snapshot in storage stays"), release(content))
    }
    guard settings.serves(driver: content.driver) else {
      return Decision(Reason("SN3", "the driver \(content.driver) is not served here"))
    }
    return Decision(
      Reason("SN7", "the snapshot \(handle) is deleted"), [.perform(.deleteSnapshot(handle: handle, of: content.key))])
  }

  private func release(_ content: VolumeSnapshotContent) -> [Step] {
    var released = content
    released.removeFinalizer(WellKnown.contentBoundProtection)
    return content.writes(to: released)
  }

  /// What follows the end of an effect.
  public func followUp(
    _ effect: Effect, _ outcome: Outcome, on key: ObjectKey, in world: World, at now: Timestamp
  ) -> Decision {
    guard let content = world.snapshotContent(key.name) else {
      return Decision(Reason("B56", "the content is gone"))
    }
    switch (effect, outcome) {
    case (.snapshot, .snapshotted(let made)):
      var changed = content
      changed.json["status"] = [
        "creationTime": .integer(made.createdAt ?? now.seconds * 1_000_000_000), "readyToUse": true,
        "snapshotHandle": .string(made.handle),
      ]
      changed.json.set(made.bytes.map(JSONValue.integer), "status", "restoreSize")
      return Decision(Reason("SN5", "the snapshot \(made.handle) exists"), content.writes(to: changed))
    case (.snapshot, .failed(let failure)):
      return failed(content, "SnapshotCreationFailed", "Failed to create snapshot: \(failure.message)", at: now)
    case (.deleteSnapshot, .failed(let failure)):
      return failed(content, "SnapshotDeleteError", "Failed to delete snapshot: \(failure.message)", at: now)
    case (.deleteSnapshot, _): return Decision(Reason("SN7", "the snapshot in storage is gone"), release(content))
    case (_, _): return Decision(Reason("B56", "the next look at the object sees what has changed"))
    }
  }

  /// Status and event say what failed (rules SN5, SN10).
  private func failed(
    _ content: VolumeSnapshotContent, _ reason: String, _ message: String, at now: Timestamp
  ) -> Decision {
    var changed = content
    if content.json.string("status", "error", "message") != message {
      changed.json.set(["message": .string(message), "time": .string(now.description)], "status", "error")
      changed.json.set(false, "status", "readyToUse")
    }
    let notice = Notice(.warning, reason, message, about: content, from: content.driver)
    return Decision(Reason("SN10", message), content.writes(to: changed) + [.emit(notice)], retries: true)
  }
}

extension SnapshotRequest {
  /// What is to be done for `content`; nil when it names no source.
  init?(_ content: VolumeSnapshotContent, in world: World) {
    guard let handle = content.handleInStorage else { return nil }
    self.handle = handle
    self.content = content
    volumeHandle = content.requestedHandle == nil ? content.volumeHandle : nil
    parameters = content.className.flatMap(world.snapshotClass)?.parameters ?? [:]
    let claim = world.snapshot(of: content)?.claimKey.flatMap(world.claim)
    let volume = claim.flatMap { world.volume($0.volumeName) }
    let capacity = volume.flatMap { $0.csiVolumeHandle == content.volumeHandle ? $0.capacityText : nil }
    volumeBytes = capacity.flatMap { try? Quantity($0) }?.roundedUpBytes
  }
}
