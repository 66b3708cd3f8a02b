// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What becomes of an object on its way into the store: the parts that users may not set are set, the rest is checked.
///
/// Nothing is read from a clock, a random source or the store: what is needed comes as a parameter.
public enum Admission {
  /// An object that may be stored.
  public struct Admitted: Sendable, Hashable {
    /// The object as it is to be stored, without a resourceVersion.
    public let object: JSONObject
    /// What the user should know though the object is accepted.
    public let warnings: [String]
  }

  /// Admits the new `object` of `kind`, as ``ManifestReader`` gives it.
  ///
  /// - Parameters:
  ///   - uid: the object's identity from now on.
  ///   - now: the moment of creation.
  ///   - nameSuffix: what is appended to `generateName` when there is no name; five letters and digits.
  ///   - defaultClass: the class for claims that name none (rule D1); nil when there is no default class (rule D4).
  /// - Throws: ``StatusError`` with reason `Invalid` when the object breaks the rules of its kind.
  public static func admit(
    _ object: JSONObject, _ kind: Kind, uid: String, now: Timestamp, nameSuffix: String, defaultClass: String?
  ) throws(StatusError) -> Admitted {
    var object = prepared(object, kind, nameSuffix: nameSuffix)
    if let defaultClass, kind == .persistentVolumeClaim { setClass(of: &object, to: defaultClass) }
    object.set(.string(uid), "metadata", "uid")
    object.set(.string(now.description), "metadata", "creationTimestamp")
    if kind == .persistentVolume { object.set(.string(now.description), "status", "lastPhaseTransitionTime") }  // R25
    addProtection(to: &object, kind)
    let result = Validation.create(object, kind)
    if let error = result.error(kind, name: object.string("metadata", "name")) { throw error }
    return Admitted(object: object, warnings: result.warnings)
  }

  /// Admits `object` as the new state of the stored object `old`, both of `kind`.
  ///
  /// Status and what the store keeps in the metadata stay as they are (rule V4). The resourceVersion of `object` is kept,
  /// for the store to compare.
  ///
  /// - Parameter storageClass: the class `name`, or nil when there is none; asked only when a claim is to grow (rule E3).
  /// - Throws: ``StatusError`` with reason `Invalid`, or `Forbidden` for growth that the class doesn't allow.
  public static func admitUpdate(
    _ object: JSONObject, from old: JSONObject, _ kind: Kind, storageClass: (String) -> StorageClass?
  ) throws(StatusError) -> Admitted {
    let old = presentable(old, kind)
    let object = preparedUpdate(object, from: old, kind)
    let result = Validation.update(object, from: old, kind)
    if let error = result.error(kind, name: object.string("metadata", "name")) { throw error }
    if kind == .persistentVolumeClaim {
      try checkGrowth(
        PersistentVolumeClaim(json: object), from: PersistentVolumeClaim(json: old), storageClass: storageClass)
    }
    return Admitted(object: object, warnings: result.warnings)
  }

  /// Claims grow only if their class allows it (rule E3).
  private static func checkGrowth(
    _ new: PersistentVolumeClaim, from old: PersistentVolumeClaim, storageClass: (String) -> StorageClass?
  ) throws(StatusError) {
    guard let wanted = new.requestText.flatMap({ try? Quantity($0) }),
      let present = old.requestText.flatMap({ try? Quantity($0) }), wanted > present
    else { return }
    let name = new.className
    if !name.isEmpty, name == old.className, storageClass(name)?.allowVolumeExpansion == true { return }
    throw StatusError(
      .forbidden,
      "persistentvolumeclaims \"\(new.name)\" is forbidden: only dynamically provisioned pvc can be resized and the "
        + "storageclass that provisions the pvc must support resize")
  }

  /// A claim that names no class, in neither way, gets the default one; `""` is a name (rule D1).
  private static func setClass(of claim: inout JSONObject, to name: String) {
    guard claim.optionalString("metadata", "annotations", WellKnown.betaStorageClass) == nil,
      claim.optionalString("spec", "storageClassName") == nil
    else { return }
    claim.set(.string(name), "spec", "storageClassName")
  }

  /// The finalizer that keeps what is in use goes behind those that are there (rule T1).
  private static func addProtection(to object: inout JSONObject, _ kind: Kind) {
    let finalizer: String
    switch kind {
    case .persistentVolumeClaim: finalizer = WellKnown.claimProtection
    case .persistentVolume: finalizer = WellKnown.volumeProtection
    case .volumeAttributesClass: finalizer = WellKnown.attributesClassProtection
    case .namespace: finalizer = WellKnown.namespaceContents
    default: return
    }
    var resource = Resource(json: object)
    resource.addFinalizer(finalizer)
    object = resource.json
  }
}
