// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// What becomes of a volume whose claim is gone (rules R).
struct Reclaim: Sendable {
  let settings: ControllerSettings

  /// Whether `volume` is to be reclaimed: it points to a claim by uid, and that claim is gone or bound elsewhere (rule R10).
  static func isReleased(_ volume: PersistentVolume, in world: World) -> Bool {
    guard let reference = volume.claimRef, !reference.uid.isEmpty else { return false }
    guard let claim = world.claim(reference.key), claim.uid == reference.uid else { return true }
    return !claim.volumeName.isEmpty && claim.volumeName != volume.name
  }

  /// Carries out the reclaim policy of a Released or Failed volume.
  func decision(on volume: PersistentVolume, in world: World, at now: Timestamp) -> Decision {
    if volume.annotation(WellKnown.migratedTo).map({ !$0.isEmpty }) == true {
      return Decision(Reason("R5", "a CSI driver has taken over from the volume's plugin and reclaims it"))
    }
    guard let policy = volume.reclaimPolicyText.isEmpty ? .retain : volume.reclaimPolicy else {
      let steps = volume.stepsToFailed(
        "VolumeUnknownReclaimPolicy", "Volume has unrecognized PersistentVolumeReclaimPolicy", at: now)
      return Decision(Reason("R4", "the reclaim policy \(volume.reclaimPolicyText) is unknown"), steps)
    }
    switch policy {
    case .retain: return Decision(Reason("R2", "the volume is kept for its administrator; to free it, remove claimRef"))
    case .recycle: return recycling(volume, in: world, at: now)
    case .delete: return deletion(volume, at: now)
    }
  }

  /// Rules R17-R20.
  private func recycling(_ volume: PersistentVolume, in world: World, at now: Timestamp) -> Decision {
    guard let claimKey = volume.claimRef?.key else { return Decision(Reason("R10", "the volume is free")) }
    let pods = world.pods(using: claimKey).filter { !$0.isFinished }
    if !pods.isEmpty && world.claim(claimKey) == nil {
      let names = pods.map(\.key.qualifiedName).sorted().joined(separator: ",")
      let message = "Volume is used by pods: \(names)"
      return Decision(
        Reason("R17", message),
        [.emit(Notice(.normal, "VolumeFailedRecycle", message, about: volume, from: ClaimBinder.source))], retries: true
      )
    }
    let hasPlugin = settings.hasInTreePlugins && (volume.source("hostPath") != nil || volume.source("nfs") != nil)
    guard hasPlugin || settings.driver != nil && settings.maker(of: volume) != nil else {
      return Decision(
        Reason("R18", "volumes of this type cannot be recycled"),
        volume.stepsToFailed("VolumeFailedRecycle", "No recycler plugin found for the volume!", at: now))
    }
    return Decision(Reason("R17", "the volume is emptied for its next claim"), [.perform(.recycle(volume))])
  }

  /// Rules R6-R8, R12.
  private func deletion(_ volume: PersistentVolume, at now: Timestamp) -> Decision {
    switch Deleter(of: volume, settings: settings) {
    case .external(let name):
      return Decision(Reason("R6", "\(name) deletes the volume"))
    case .hostPath: return Decision(Reason("R7", "the volume is deleted"), [.perform(.deleteBackend(volume))])
    case .none(let rule, let message):
      return Decision(
        Reason(rule, message), volume.stepsToFailed("VolumeFailedDelete", message, at: now), retries: true)
    }
  }

  /// What follows a deletion or recycling (rules R7, R8, R20).
  func followUp(_ effect: Effect, _ outcome: Outcome, on volume: PersistentVolume, at now: Timestamp) -> Decision {
    switch (effect, outcome) {
    case (.deleteBackend, .done), (.deleteBackend, .provisioned), (.deleteBackend, .snapshotted),
      (.deleteBackend, .expanded):
      var rest = volume
      rest.removeFinalizer(WellKnown.inTreeFinalizer)
      let release: [Step] = rest == volume ? [] : [.update(Resource(rest))]
      return Decision(Reason("R7", "the volume is deleted"), release + [.delete(volume.key, uid: volume.uid)])
    case (.deleteBackend, .failed(let failure)):
      guard failure.meaning != .inUse else {
        let notice = Notice(.normal, "VolumeDelete", failure.message, about: volume, from: ClaimBinder.source)
        return Decision(Reason("R8", failure.message), [.emit(notice)], retries: true)
      }
      let steps = volume.stepsToFailed("VolumeFailedDelete", failure.message, at: now)
      return Decision(Reason("R8", failure.message), steps, retries: true)
    case (.recycle, .done), (.recycle, .provisioned), (.recycle, .snapshotted), (.recycle, .expanded):
      let notice = Notice(.normal, "VolumeRecycled", "Volume recycled", about: volume, from: ClaimBinder.source)
      return Decision(Reason("R20", "the volume is empty"), [.emit(notice)] + volume.stepsToUnbind(at: now))
    case (.recycle, .failed(let failure)):
      let message = "Recycle failed: \(failure.message)"
      return Decision(
        Reason("R20", message), volume.stepsToFailed("VolumeFailedRecycle", message, at: now), retries: true)
    case (.provision, _), (.publish, _), (.unpublish, _), (.snapshot, _), (.deleteSnapshot, _), (.expand, _):
      return Decision(Reason("R10", "nothing of the volume's business"))
    }
  }
}
