// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

extension ClaimExpander {
  private static let pending =
    "Waiting for user to (re-)start a pod to finish file system resize of volume on node."

  /// The controller's part: the claim says what is going on, then the storage grows (rule E8).
  func controllerStep(
    _ claim: PersistentVolumeClaim, _ volume: PersistentVolume, to size: Quantity, in world: World, at now: Timestamp
  ) -> Decision {
    if let failure = claim.recentFailure(of: size, at: now) { return Decision(Reason("E11", failure), retries: true) }
    guard let bytes = size.roundedUpBytes else {
      let failure = EffectFailure(.infeasible, "the request \(size.text) is larger than any volume can be")
      return failed(failure, .controller, claim, volume, size, at: now)
    }
    let request = ExpandRequest(
      claim: claim, volume: volume, bytes: bytes, part: .controller,
      leavesFilesystem: GrowthUsers(of: claim, in: world).onlyRead)
    // A size that has failed is tried again as it stands: to say each time that it is being tried would be news each time.
    let isRepetition = claim.resizeState == .controllerInfeasible && claim.allocated == size
    let told =
      isRepetition ? claim : claim.growing(to: size, .controllerInProgress, StatusCondition(.resizing), at: now)
    let hasFailedBefore = claim.resizeState == .controllerInProgress && claim.allocated == size
    let status: [Step] = told == claim || hasFailedBefore ? [] : [.updateStatus(Resource(told))]
    return Decision(Reason("E8", "the volume grows to \(size.text)"), status + [.perform(.expand(request))])
  }

  /// The node's part: the filesystem takes the room that the storage has (rules E12, E13).
  func nodeStep(
    _ claim: PersistentVolumeClaim, _ volume: PersistentVolume, _ capacity: Quantity, in world: World,
    at now: Timestamp
  ) -> Decision {
    guard claim.annotation(WellKnown.nodeExpansionNotRequired) == nil else {
      return Decision(Reason("E9", "the claim says that its node has nothing to grow"))
    }
    let users = GrowthUsers(of: claim, in: world)
    guard !users.onlyRead else {
      let message =
        "MountVolume.NodeExpandVolume failed for volume \"\(volume.name)\" requested read-only file system"
      return Decision(
        Reason("E13", message), users.notices(.warning, "FileSystemResizeFailed", message, claim))
    }
    if let failure = claim.recentFailure(of: claim.allocated ?? capacity, at: now) {
      return Decision(Reason("E14", failure), retries: true)
    }
    guard let bytes = capacity.roundedUpBytes else {
      return Decision(Reason("E14", "the volume's capacity \(capacity.text) is larger than any volume can be"))
    }
    let request = ExpandRequest(claim: claim, volume: volume, bytes: bytes, part: .node, leavesFilesystem: false)
    var steps: [Step] = []
    if users.pods.isEmpty, claim.resizeState == .nodePending {
      // Nobody has it mounted: this comes to an end, good or bad, and the state with it.
      var told = claim
      told.json.set(.string(ResizeState.nodeInProgress.rawValue), "status", "allocatedResourceStatuses", "storage")
      steps.append(.updateStatus(Resource(told)))
    }
    return Decision(Reason("E12", "the filesystem grows to \(capacity.text)"), steps + [.perform(.expand(request))])
  }

  // MARK: - Afterwards

  /// What follows the end of an effect.
  public func followUp(
    _ effect: Effect, _ outcome: Outcome, on key: ObjectKey, in world: World, at now: Timestamp
  ) -> Decision {
    guard case .expand(let request) = effect, let claim = world.claim(key), claim.uid == request.claim.uid,
      let volume = world.volume(request.volume.name), volume.claimRef?.uid == claim.uid
    else { return Decision(Reason("B56", "the claim or its volume is gone")) }
    let size = claim.allocated ?? Quantity(bytes: request.bytes, format: .binarySI)
    switch outcome {
    case .expanded(let expansion):
      let grown = volume.grown(to: expansion.bytes)
      if let reason = expansion.waitsFor {
        return waiting(for: reason, claim, from: volume, to: grown, size, request.part, at: now)
      }
      return finished(claim, from: volume, to: grown, in: world)
    case .failed(let failure): return failed(failure, request.part, claim, volume, size, at: now)
    case .done, .provisioned, .snapshotted:
      return Decision(Reason("B56", "the next look at the claim sees what has changed"))
    }
  }

  /// Everything is done: the claim has what the volume has (rules E9, E12).
  private func finished(
    _ claim: PersistentVolumeClaim, from volume: PersistentVolume, to grown: PersistentVolume, in world: World
  ) -> Decision {
    var grown = grown
    grown.setAnnotation(WellKnown.preResizeCapacity, nil)
    let users = GrowthUsers(of: claim, in: world)
    let message = "ExpandVolume succeeded for volume \(claim.key.qualifiedName)"
    let told =
      users.pods.isEmpty && claim.resizeState?.isOfNode != true
      ? [Step.emit(Notice(.normal, "VolumeResizeSuccessful", message, about: claim, from: Self.source))]
      : users.successes(of: claim, grown)
    return Decision(
      Reason(users.pods.isEmpty ? "E9" : "E12", "the claim has \(grown.capacityText ?? "")"),
      (grown == volume ? [] : [.update(Resource(grown))])
        + [.updateStatus(Resource(claim.grown(to: grown.capacityText ?? claim.request.text)))] + told)
  }

  /// The storage has the room, the filesystem has to wait for it (rule E10).
  private func waiting(
    for reason: String, _ claim: PersistentVolumeClaim, from volume: PersistentVolume, to grown: PersistentVolume,
    _ size: Quantity, _ part: ExpandRequest.Part, at now: Timestamp
  ) -> Decision {
    guard part == .controller else { return Decision(Reason("E10", reason)) }
    var grown = grown
    if grown.annotation(WellKnown.preResizeCapacity) == nil {
      grown.setAnnotation(WellKnown.preResizeCapacity, claim.statusCapacityText ?? "0")
    }
    let told = claim.growing(
      to: size, .nodePending, StatusCondition(.fileSystemResizePending, message: Self.pending), at: now)
    let message = "Require file system resize of volume on node: \(reason)"
    return Decision(
      Reason("E10", message),
      [
        .update(Resource(grown)), .updateStatus(Resource(told)),
        .emit(Notice(.normal, "FileSystemResizeRequired", message, about: claim, from: Self.source)),
      ])
  }

  /// The old size stays, and the claim says why (rules E11, E14). What can never succeed, or has not even begun, can be lowered
  /// (rule E15).
  func failed(
    _ failure: EffectFailure, _ part: ExpandRequest.Part, _ claim: PersistentVolumeClaim, _ volume: PersistentVolume,
    _ size: Quantity, at now: Timestamp
  ) -> Decision {
    let isInfeasible = [.infeasible, .exhausted].contains(failure.meaning)
    let told: PersistentVolumeClaim
    let notice: Notice
    switch part {
    case .controller:
      told = claim.growing(
        to: size, isInfeasible ? .controllerInfeasible : .controllerInProgress,
        StatusCondition(.controllerResizeError, message: failure.message), at: now)
      let message =
        "resize volume \"\(volume.name)\" by resizer \"\(settings.driver ?? "")\" failed: \(failure.message)"
      notice = Notice(.warning, "VolumeResizeFailed", message, about: claim, from: Self.source)
    case .node:
      told = claim.growing(
        to: size, isInfeasible ? .nodeInfeasible : .nodeInProgress,
        StatusCondition(.nodeResizeError, message: failure.message), at: now)
      let message = "MountVolume.NodeExpandVolume failed for volume \"\(volume.name)\" \(failure.message)"
      notice = Notice(.warning, "FileSystemResizeFailed", message, about: claim, from: "kubelet")
    }
    let status: [Step] = told == claim ? [] : [.updateStatus(Resource(told))]
    return Decision(
      Reason(part == .controller ? "E11" : "E14", failure.message), status + [.emit(notice)], retries: true)
  }
}

extension PersistentVolume {
  /// The volume with a capacity of at least `bytes`.
  func grown(to bytes: Int64) -> PersistentVolume {
    let size = Quantity(bytes: bytes, format: .binarySI)
    guard capacity.map({ $0 < size }) != false else { return self }
    var volume = self
    volume.capacityText = size.text
    return volume
  }
}
