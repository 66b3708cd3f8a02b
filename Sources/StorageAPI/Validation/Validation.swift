// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Whether the API accepts an object, as its documentation and messages have it (rules V, E, D8, SS5).
///
/// The objects are as ``ManifestReader`` gives them, with defaults set; nothing else is asked: neither the store nor the
/// host.
public enum Validation {
  /// What is wrong with the new `object` of `kind`.
  public static func create(_ object: JSONObject, _ kind: Kind) -> ValidationResult {
    var inspection = Inspection()
    switch kind {
    case .persistentVolumeClaim: inspection.checkClaim(object)
    case .persistentVolume: inspection.checkVolume(object)
    case .storageClass: inspection.checkStorageClass(object)
    case .volumeAttributesClass: inspection.checkAttributesClassObject(object)
    case .volumeSnapshotClass: inspection.checkSnapshotClass(object)
    case .volumeSnapshotContent: inspection.checkSnapshotContent(object)
    case .volumeSnapshot: inspection.checkSnapshot(object)
    case .pod: inspection.checkPod(object)
    case .deployment: inspection.checkDeployment(object)
    case .statefulSet: inspection.checkStatefulSet(object)
    case .namespace: inspection.checkMetadata(object, kind, name: NameRules.label)
    default: inspection.checkMetadata(object, kind)
    }
    return ValidationResult(causes: inspection.causes, warnings: Warnings.of(object, kind))
  }

  /// What is wrong with making `new` of the stored object `old`, both of `kind`.
  public static func update(_ new: JSONObject, from old: JSONObject, _ kind: Kind) -> ValidationResult {
    var inspection = Inspection()
    switch kind {
    case .persistentVolumeClaim: inspection.checkClaimUpdate(new, old)
    case .persistentVolume: inspection.checkVolumeUpdate(new, old)
    case .storageClass: inspection.checkStorageClassUpdate(new, old)
    case .volumeAttributesClass: inspection.checkAttributesClassObjectUpdate(new, old)
    case .volumeSnapshotClass: inspection.checkSnapshotClassUpdate(new, old)
    case .volumeSnapshotContent: inspection.checkSnapshotContentUpdate(new, old)
    case .volumeSnapshot: inspection.checkSnapshotUpdate(new, old)
    case .pod: inspection.checkPodUpdate(new, old)
    case .deployment: inspection.checkDeploymentUpdate(new, old)
    case .statefulSet: inspection.checkStatefulSetUpdate(new, old)
    default:
      inspection.checkMetadata(new, kind)
      inspection.checkMetadataUpdate(new, old)
    }
    return ValidationResult(causes: inspection.causes, warnings: Warnings.of(new, kind))
  }
}

/// What ``Validation`` found.
public struct ValidationResult: Sendable, Hashable {
  /// Why the object is refused; empty when it is accepted.
  public let causes: [Cause]
  /// What the user should know though the object is accepted.
  public let warnings: [String]

  /// The refusal of the object `name` of `kind`, or nil when it is accepted.
  public func error(_ kind: Kind, name: String) -> StatusError? {
    causes.isEmpty ? nil : .invalid(kind, name: name, causes: causes)
  }
}
