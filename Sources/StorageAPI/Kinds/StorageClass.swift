// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Describes a kind of storage: who provisions it, with which parameters (`StorageClass`).
public struct StorageClass: KindedObject {
  /// The kind of these objects.
  public static let kind = Kind.storageClass
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }

  /// Who makes volumes of the class.
  public var provisioner: String { json.string("provisioner") }
  /// What the provisioner is told.
  public var parameters: [String: String] { json.stringMap("parameters") }
  /// What the class's volumes are mounted with.
  public var mountOptions: [String] { json.strings("mountOptions") }
  /// Whether claims may grow (rule E3); nil when the manifest does not say.
  public var allowVolumeExpansion: Bool? { json.value("allowVolumeExpansion")?.bool }

  /// What becomes of the class's volumes when their claims go; nil when the manifest does not say (rule P33).
  public var reclaimPolicy: ReclaimPolicy? { ReclaimPolicy(rawValue: json.string("reclaimPolicy")) }

  /// When the class's claims are bound; nil when the manifest does not say (rule P33).
  public var bindingMode: BindingMode? { BindingMode(rawValue: json.string("volumeBindingMode")) }

  /// Whether claims without a class get this one (rule D2).
  public var isDefault: Bool {
    annotation(WellKnown.defaultClass) == "true" || annotation(WellKnown.betaDefaultClass) == "true"
  }

  /// When a claim of a class is bound to a volume.
  public enum BindingMode: String, Sendable {
    case immediate = "Immediate", waitForFirstConsumer = "WaitForFirstConsumer"
  }
}

/// What becomes of a volume when its claim is deleted.
public enum ReclaimPolicy: String, Sendable, Hashable { case delete = "Delete", retain = "Retain", recycle = "Recycle" }

/// Whether a volume is a filesystem or a raw block device.
public enum VolumeMode: String, Sendable, Hashable { case filesystem = "Filesystem", block = "Block" }

/// How many may use a volume, and how.
public enum AccessMode: String, Sendable, Hashable, CaseIterable {
  case readWriteOnce = "ReadWriteOnce"
  case readOnlyMany = "ReadOnlyMany"
  case readWriteMany = "ReadWriteMany"
  case readWriteOncePod = "ReadWriteOncePod"

  /// The abbreviation in tables (rule O4).
  public var abbreviation: String {
    switch self {
    case .readWriteOnce: "RWO"
    case .readOnlyMany: "ROX"
    case .readWriteMany: "RWX"
    case .readWriteOncePod: "RWOP"
    }
  }
}

/// Attributes that claims and volumes are matched by (`VolumeAttributesClass`).
public struct VolumeAttributesClass: KindedObject {
  /// The kind of these objects.
  public static let kind = Kind.volumeAttributesClass
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }

  /// The CSI driver that the attributes are for.
  public var driverName: String { json.string("driverName") }
  /// What the provisioner is told.
  public var parameters: [String: String] { json.stringMap("parameters") }
}
