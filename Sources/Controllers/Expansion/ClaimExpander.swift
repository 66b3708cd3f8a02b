// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Tells users what becomes of their wish for a larger volume: the expansion controller's part of it (rules E6, E7).
///
/// To grow a volume is the business of an external resizer; Orlop has none yet and says so of its own volumes.
public struct ClaimExpander: Decider {
  /// Its name in logs.
  public let name = "claim-expander"
  /// The kind that it decides about.
  public let kind = Kind.persistentVolumeClaim
  private static let source = "volume_expand"
  let settings: ControllerSettings

  /// An expander for provisioners as in `settings`.
  public init(settings: ControllerSettings) { self.settings = settings }

  /// Whether the claim has asked for more than it has.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let claim = world.claim(key) else { return Decision(Reason("B56", "the claim is gone")) }
    guard claim.phase == .bound, let volume = world.volume(claim.volumeName), volume.claimRef?.uid == claim.uid else {
      return Decision(Reason("E6", "only bound claims grow"))
    }
    let capacity = claim.statusCapacityText.flatMap { try? Quantity($0) } ?? .zero
    guard claim.request > capacity else { return Decision(Reason("E6", "the claim has what it asks for")) }
    guard world.storageClass(claim.className)?.allowVolumeExpansion == true else {
      return Decision(Reason("E3", "the claim's class does not allow expansion"))
    }
    guard volume.annotation(WellKnown.preResizeCapacity) == nil else {
      return Decision(Reason("E10", "the volume has grown; the node has yet to grow its filesystem"))
    }
    return announcement(claim, volume)
  }

  private func announcement(_ claim: PersistentVolumeClaim, _ volume: PersistentVolume) -> Decision {
    if settings.driver != nil && settings.maker(of: volume) != nil {
      let message =
        "Orlop cannot grow volumes yet: claim a larger volume and copy the data, or lower the request to its old size"
      return told(Notice(.warning, "VolumeResizeFailed", message, about: claim, from: Self.source), by: "E11")
    }
    guard let (plugin, driver) = MigratedPlugin.plugin(of: volume) else {
      let message = "waiting for an external controller to expand this PVC"
      return told(Notice(.normal, "ExternalExpanding", message, about: claim, from: Self.source), by: "E6")
    }
    let message = "CSI migration enabled for \(plugin); waiting for external resizer to expand the pvc"
    let notice = Notice(.normal, "ExternalExpanding", message, about: claim, from: Self.source)
    guard claim.annotation(WellKnown.storageResizer) != driver else { return told(notice, by: "E7") }
    var changed = claim
    changed.setAnnotation(WellKnown.storageResizer, driver)
    return Decision(Reason("E7", message), [.emit(notice), .update(Resource(changed))])
  }

  private func told(_ notice: Notice, by rule: String) -> Decision {
    Decision(Reason(rule, notice.message), [.emit(notice)])
  }
}
