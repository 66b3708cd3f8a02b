// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Deletes the volumes of the served provisioners as an external provisioner does (rules P32, R13, R14).
public struct ExternalDeleter: Decider {
  /// Its name in logs.
  public let name = "deleter"
  /// The kind that it decides about.
  public let kind = Kind.persistentVolume
  let settings: ControllerSettings

  /// A deleter for the names served by `settings`.
  public init(settings: ControllerSettings) { self.settings = settings }

  /// What the object needs now.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let volume = world.volume(key.name) else { return Decision(Reason("B56", "the volume is gone")) }
    guard settings.maker(of: volume) != nil else {
      return Decision(Reason("R13", "the volume was not made by this provisioner"))
    }
    let kept = upkept(volume)
    let upkeep: [Step] = kept == volume ? [] : [.update(Resource(kept))]
    guard kept.phase == .released, kept.reclaimPolicy == .delete else {
      return Decision(Reason("P32", "the volume is in use or kept"), upkeep)
    }
    if kept.isTerminating && !kept.hasFinalizer(WellKnown.externalProvisionerFinalizer) {
      return Decision(Reason("R13", "the volume's storage has been deleted"), upkeep)
    }
    guard Reclaim.isReleased(kept, in: world) else {
      return Decision(Reason("R10", "the volume is no longer released"), upkeep)
    }
    return Decision(Reason("R13", "the volume is deleted"), upkeep + [.perform(.deleteBackend(kept))])
  }

  /// The volume with the finalizer that its policy calls for (rule P32).
  private func upkept(_ volume: PersistentVolume) -> PersistentVolume {
    var changed = volume
    switch volume.reclaimPolicy {
    case .delete:
      if !volume.isTerminating && volume.phase == .bound {
        changed.addFinalizer(WellKnown.externalProvisionerFinalizer)
      }
    case .retain, .recycle: changed.removeFinalizer(WellKnown.externalProvisionerFinalizer)
    case nil: break
    }
    return changed
  }

  /// What follows the end of an effect.
  public func followUp(
    _ effect: Effect, _ outcome: Outcome, on key: ObjectKey, in world: World, at now: Timestamp
  ) -> Decision {
    guard let volume = world.volume(key.name) else { return Decision(Reason("B56", "the volume is gone")) }
    if case .failed(let failure) = outcome {
      let sender = volume.annotation(WellKnown.provisionedBy) ?? WellKnown.orlop
      let notice = Notice(.warning, "VolumeFailedDelete", failure.message, about: volume, from: sender)
      return Decision(Reason("R14", failure.message), [.emit(notice)], retries: true)
    }
    var rest = volume
    rest.removeFinalizer(WellKnown.externalProvisionerFinalizer)
    let deletion: [Step] = volume.isTerminating ? [] : [.delete(volume.key, uid: volume.uid)]
    let release: [Step] = rest == volume ? [] : [.update(Resource(rest))]
    return Decision(Reason("R14", "the volume's storage is gone"), deletion + release)
  }
}
