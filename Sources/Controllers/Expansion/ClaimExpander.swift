// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Has the volumes of claims grow that ask for more than they have: the expansion controller, the external resizer and, for the
/// filesystem, the kubelet (rules E6-E17).
public struct ClaimExpander: Decider {
  /// Its name in logs.
  public let name = "claim-expander"
  /// The kind that it decides about.
  public let kind = Kind.persistentVolumeClaim
  static let source = "volume_expand"
  let settings: ControllerSettings

  /// An expander for provisioners as in `settings`.
  public init(settings: ControllerSettings) { self.settings = settings }

  /// Whether the claim has asked for more than it has.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let claim = world.claim(key) else { return Decision(Reason("B56", "the claim is gone")) }
    guard claim.phase == .bound, let volume = world.volume(claim.volumeName), volume.claimRef?.uid == claim.uid else {
      return Decision(Reason("E6", "only bound claims grow"))
    }
    guard !claim.isTerminating else { return Decision(Reason("E6", "the claim is being deleted")) }
    if let local = decideOnLocal(claim, volume, in: world) { return local }
    guard claim.request > claim.statusCapacity else {
      return Decision(Reason("E6", "the claim has what it asks for"))
    }
    guard world.storageClass(claim.className)?.allowVolumeExpansion == true else {
      return Decision(Reason("E3", "the claim's class does not allow expansion"))
    }
    guard settings.grows(volume) else { return announcement(claim, volume) }
    guard let capacity = volume.capacity else {
      return Decision(Reason("B29", "PersistentVolume \"\(volume.name)\" is without a storage capacity"))
    }
    if capacity >= claim.request, claim.resizeState?.isOfNode == true {
      return nodeStep(claim, volume, capacity, in: world, at: now)
    }
    return controllerStep(claim, volume, to: target(of: claim), in: world, at: now)
  }

  /// The size to work for: the request, unless a larger one may be in effect already (rule E15).
  private func target(of claim: PersistentVolumeClaim) -> Quantity {
    guard let allocated = claim.allocated, let state = claim.resizeState, state != .controllerInfeasible else {
      return claim.request
    }
    return max(allocated, claim.request)
  }

  // MARK: - What is not ours

  private func announcement(_ claim: PersistentVolumeClaim, _ volume: PersistentVolume) -> Decision {
    guard volume.annotation(WellKnown.preResizeCapacity) == nil else {
      return Decision(Reason("E10", "the volume has grown; the node has yet to grow its filesystem"))
    }
    guard let (plugin, driver) = MigratedPlugin.plugin(of: volume) else {
      let message = "waiting for an external controller to expand this PVC"
      return Decision(
        Reason("E6", message), [.emit(Notice(.normal, "ExternalExpanding", message, about: claim, from: Self.source))])
    }
    let message = "CSI migration enabled for \(plugin); waiting for external resizer to expand the pvc"
    let notice = Notice(.normal, "ExternalExpanding", message, about: claim, from: Self.source)
    guard claim.annotation(WellKnown.storageResizer) != driver else {
      return Decision(Reason("E7", message), [.emit(notice)])
    }
    var changed = claim
    changed.setAnnotation(WellKnown.storageResizer, driver)
    return Decision(Reason("E7", message), [.emit(notice), .update(Resource(changed))])
  }

  /// A local volume's directory has nothing to grow: once a pod has it, the claim has what the volume says (rule E17).
  private func decideOnLocal(
    _ claim: PersistentVolumeClaim, _ volume: PersistentVolume, in world: World
  ) -> Decision? {
    guard volume.source("local") != nil, let capacity = volume.capacity, let text = volume.capacityText,
      capacity > claim.statusCapacity
    else { return nil }
    let users = GrowthUsers(of: claim, in: world)
    guard !users.pods.isEmpty, !users.onlyRead else { return nil }
    return Decision(
      Reason("E17", "the claim has what its local volume has"),
      [.updateStatus(Resource(claim.grown(to: text)))] + users.successes(of: claim, volume))
  }
}

extension ControllerSettings {
  /// Whether this process grows `volume`: it is one of the driver's own, whoever made it.
  func grows(_ volume: PersistentVolume) -> Bool { driver != nil && volume.csiDriver == driver }
}
