// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Why a volume that a claim names cannot serve it (rule B34).
enum VolumeMisfit: Sendable, Hashable {
  case terminating(String), tooSmall, otherClass, otherAttributesClass, otherVolumeMode, otherAccessModes

  /// The first reason in the order of rule B34, or nil when the volume will do; neither its phase nor the claim's selector
  /// is looked at (rule B35).
  static func first(of volume: PersistentVolume, for claim: PersistentVolumeClaim) -> VolumeMisfit? {
    if volume.isTerminating { return .terminating(volume.name) }
    // 64-bit numbers on purpose: a volume of 12E is too small for everybody (rule B64)
    if (volume.capacity ?? .zero).wrappingInt64 < claim.request.wrappingInt64 { return .tooSmall }
    if volume.className != claim.className { return .otherClass }
    if volume.attributesClassName != claim.attributesClassName { return .otherAttributesClass }
    if volume.volumeMode != claim.volumeMode { return .otherVolumeMode }
    if !AccessModeSet(volume.accessModes).contains(AccessModeSet(claim.accessModes)) { return .otherAccessModes }
    return nil
  }

  /// The words of the VolumeMismatch event.
  var text: String {
    switch self {
    case .terminating(let name): "the volume is marked for deletion \"\(name)\""
    case .tooSmall: "requested PV is too small"
    case .otherClass: "storageClassName does not match"
    case .otherAttributesClass: "volumeAttributesClassName does not match"
    case .otherVolumeMode: "incompatible volumeMode"
    case .otherAccessModes: "incompatible accessMode"
    }
  }
}
