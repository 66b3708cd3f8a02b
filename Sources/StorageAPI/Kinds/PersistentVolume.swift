// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A piece of storage in the cluster (`PersistentVolume`).
public struct PersistentVolume: KindedObject {
  /// The kind of these objects.
  public static let kind = Kind.persistentVolume
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }

  /// The phases of a volume (rule O9).
  public enum Phase: String, Sendable {
    case pending = "Pending", available = "Available", bound = "Bound", released = "Released", failed = "Failed"
  }

  /// The text of `capacity.storage`, or nil when there is none (rule B29).
  public var capacityText: String? {
    get { json.optionalString("spec", "capacity", "storage") }
    set { json.set(newValue.map(JSONValue.string), "spec", "capacity", "storage") }
  }
  /// The access modes as written.
  public var accessModes: [String] {
    get { json.strings("spec", "accessModes") }
    set { json.set(.strings(newValue), "spec", "accessModes") }
  }
  /// The reclaim policy as written; "" when there is none.
  public var reclaimPolicyText: String { json.string("spec", "persistentVolumeReclaimPolicy") }
  /// The policy; nil when it is none that Orlop knows (rule R4).
  public var reclaimPolicy: ReclaimPolicy? { ReclaimPolicy(rawValue: reclaimPolicyText) }
  /// The mode; a missing one reads as Filesystem (rule B8).
  public var volumeMode: VolumeMode { json.string("spec", "volumeMode") == "Block" ? .block : .filesystem }
  /// What the volume is to be mounted with.
  public var mountOptions: [String] { json.strings("spec", "mountOptions") }
  /// The VolumeAttributesClass; missing equals "" (rule B9).
  public var attributesClassName: String { json.string("spec", "volumeAttributesClassName") }

  /// The class: the beta annotation when it exists, else the field; "" when there is neither (rule B17).
  public var className: String { annotation(WellKnown.betaStorageClass) ?? json.string("spec", "storageClassName") }

  /// The claim that the volume is bound to or reserved for.
  public var claimRef: ClaimReference? {
    get { json.object("spec", "claimRef").map(ClaimReference.init) }
    set { json.set(newValue.map { .object($0.json) }, "spec", "claimRef") }
  }

  /// How far the volume is; nil when the status says nothing that Orlop knows.
  public var phase: Phase? {
    get { Phase(rawValue: json.string("status", "phase")) }
    set { json.set(newValue.map { .string($0.rawValue) }, "status", "phase") }
  }
  /// Why the volume is Failed; "" when there is nothing to say.
  public var statusMessage: String {
    get { json.string("status", "message") }
    set { json.set(newValue.isEmpty ? nil : .string(newValue), "status", "message") }
  }

  /// The source of type `name` (such as `hostPath`), or nil when the volume is of another type.
  public func source(_ name: String) -> JSONObject? { json.object("spec", name) }

  /// The CSI driver, or nil when the volume is no CSI volume.
  public var csiDriver: String? { json.optionalString("spec", "csi", "driver") }
  /// The CSI volume's id, or nil when the volume is no CSI volume.
  public var csiVolumeHandle: String? { json.optionalString("spec", "csi", "volumeHandle") }
}

/// A volume's pointer to its claim (`spec.claimRef`).
public struct ClaimReference: Sendable, Hashable {
  /// The reference as stored.
  public var json: JSONObject

  /// The reference that `json` is.
  public init(json: JSONObject) { self.json = json }

  /// The full reference to `claim` that the binder writes (rule B22).
  public init(to claim: PersistentVolumeClaim) {
    json = [
      "apiVersion": .string(PersistentVolumeClaim.kind.apiVersion), "kind": .string(PersistentVolumeClaim.kind.name),
      "name": .string(claim.name), "namespace": .string(claim.namespace), "uid": .string(claim.uid),
    ]
    json["resourceVersion"] = claim.json.value("metadata", "resourceVersion")
  }

  /// The claim's namespace.
  public var namespace: String { json.string("namespace") }
  /// The claim's name.
  public var name: String { json.string("name") }
  /// The claim's uid; "" for a mere reservation by name (rule B3).
  public var uid: String { json.string("uid") }

  /// Whether this designates `claim`: same namespace and name, and either no uid or the same one (rule B6).
  public func designates(_ claim: PersistentVolumeClaim) -> Bool {
    name == claim.name && namespace == claim.namespace && (uid.isEmpty || uid == claim.uid)
  }
}
