// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Keeps volumes in the phase that their claims call for, and reclaims those whose claims are gone: the volume controller's
/// view of one volume (rules B2, B3, B45-B50, R).
public struct VolumeBinder: Decider {
  /// Its name in logs.
  public let name = "volume-binder"
  /// The kind that it decides about.
  public let kind = Kind.persistentVolume
  let settings: ControllerSettings

  /// A binder for provisioners as in `settings`.
  public init(settings: ControllerSettings) { self.settings = settings }

  /// What the object needs now.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let stored = world.volume(key.name) else { return Decision(Reason("B56", "the volume is gone")) }
    let volume = upkept(stored)
    let upkeep: [Step] = volume == stored ? [] : [.update(Resource(volume))]
    let decision = decision(on: volume, VolumeVerdict.verdict(on: volume, in: world), in: world, at: now)
    return Decision(decision.reason, upkeep + decision.steps, retries: decision.retries)
  }

  /// The steps that carry `verdict` out.
  private func decision(
    on volume: PersistentVolume, _ verdict: VolumeVerdict, in world: World, at now: Timestamp
  ) -> Decision {
    switch verdict {
    case .free: return Decision(Reason("B2", "the volume is free"), volume.steps(to: .available, at: now))
    case .reserved:
      return Decision(Reason("B3", "the volume is reserved by name"), volume.steps(to: .available, at: now))
    case .awaitsClaim: return Decision(Reason("B46", "the volume waits for its claim to be bound to it"))
    case .otherMode(let claim):
      return Decision(Reason("B45", "the claim has another volumeMode"), complaints(volume, claim))
    case .bound: return Decision(Reason("B47", "the volume is bound"), volume.steps(to: .bound, at: now))
    case .released(let reason):
      let isMarked = volume.phase == .released || volume.phase == .failed
      let marked = isMarked ? nil : volume.entering(.released, at: now)
      let reclaim = Reclaim(settings: settings).decision(on: marked ?? volume, in: world, at: now)
      let steps = marked.map { [Step.updateStatus(Resource($0))] } ?? []
      return Decision(steps.isEmpty ? reclaim.reason : reason, steps + reclaim.steps, retries: reclaim.retries)
    case .superfluous:
      return Decision(
        Reason("B48", "the volume's claim is bound to another one"), volume.stepsToUnbind(at: now))
    }
  }

  /// The events of rule B45.
  private func complaints(_ volume: PersistentVolume, _ claim: PersistentVolumeClaim) -> [Step] {
    let toVolume =
      "Cannot bind PersistentVolume to requested PersistentVolumeClaim \"\(claim.name)\" due to incompatible volumeMode."
    let toClaim =
      "Cannot bind PersistentVolume \"\(volume.name)\" to requested PersistentVolumeClaim due to incompatible volumeMode."
    return [
      .emit(Notice(.warning, "VolumeMismatch", toVolume, about: volume, from: ClaimBinder.source)),
      .emit(Notice(.warning, "VolumeMismatch", toClaim, about: claim, from: ClaimBinder.source)),
    ]
  }

  /// The volume with the finalizers and the migration mark that its in-tree provisioner calls for (rules R23, P6).
  private func upkept(_ volume: PersistentVolume) -> PersistentVolume {
    guard let provisioner = volume.annotation(WellKnown.provisionedBy),
      provisioner.hasPrefix(ClassProvisioner.inTreePrefix), !settings.servedProvisioners.contains(provisioner)
    else { return volume }
    var changed = volume
    if let driver = MigratedPlugin.driver(replacing: provisioner) {
      if volume.annotation(WellKnown.migratedTo) != driver { changed.setAnnotation(WellKnown.migratedTo, driver) }
      changed.removeFinalizer(WellKnown.inTreeFinalizer)
      return changed
    }
    switch volume.reclaimPolicy {
    case .delete: if !volume.isTerminating { changed.addFinalizer(WellKnown.inTreeFinalizer) }
    case .retain, .recycle: changed.removeFinalizer(WellKnown.inTreeFinalizer)
    case nil: break
    }
    changed.removeFinalizer(WellKnown.externalProvisionerFinalizer)
    return changed
  }

  /// What follows the end of an effect.
  public func followUp(
    _ effect: Effect, _ outcome: Outcome, on key: ObjectKey, in world: World, at now: Timestamp
  ) -> Decision {
    guard let volume = world.volume(key.name), Reclaim.isReleased(volume, in: world) else {
      return Decision(Reason("R10", "the volume is no longer released"))
    }
    return Reclaim(settings: settings).followUp(effect, outcome, on: volume, at: now)
  }
}
