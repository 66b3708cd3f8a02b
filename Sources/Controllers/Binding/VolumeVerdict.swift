// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// What the binder makes of a volume: the branches of the algorithm.
enum VolumeVerdict: Sendable, Hashable {
  /// The volume points to nobody (rule B2).
  case free
  /// It is reserved by name (rule B3).
  case reserved
  /// Its claim has not been bound to it yet; the claim's own turn does that (rule B46).
  case awaitsClaim
  /// Its claim wants another volume mode (rule B45).
  case otherMode(PersistentVolumeClaim)
  /// It and its claim point to each other (rule B47).
  case bound
  /// Its claim is gone (rules R1, B49), or got another volume although this one was made for it (rules B48, R11).
  case released(Reason)
  /// Its claim got another volume (rule B48).
  case superfluous

  /// What to make of `volume`.
  static func verdict(on volume: PersistentVolume, in world: World) -> VolumeVerdict {
    guard let reference = volume.claimRef else { return .free }
    guard !reference.uid.isEmpty else { return .reserved }
    guard let claim = world.claim(reference.key), claim.uid == reference.uid else {
      return .released(Reason("R1", "the claim \(reference.namespace)/\(reference.name) is gone"))
    }
    if claim.volumeName.isEmpty { return claim.volumeMode == volume.volumeMode ? .awaitsClaim : .otherMode(claim) }
    if claim.volumeName == volume.name { return .bound }
    if volume.annotation(WellKnown.provisionedBy) != nil && volume.reclaimPolicy == .delete {
      return .released(Reason("R11", "made for the claim \(claim.key.qualifiedName), which got \(claim.volumeName)"))
    }
    return .superfluous
  }
}
