// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A kind of object: its names in manifests, on the command line and in messages.
public struct Kind: Sendable, Hashable {
  /// The API group; "" for the core group.
  public let group: String
  /// The version within the group.
  public let version: String
  /// The name in manifests, as in `kind: PersistentVolumeClaim`.
  public let name: String
  /// The resource's plural name, as in messages and addresses.
  public let plural: String
  /// What else the command line accepts, such as `pvc`.
  public let shortNames: [String]
  /// Whether objects of this kind live in a namespace.
  public let isNamespaced: Bool

  /// The `apiVersion` of manifests.
  public var apiVersion: String { group.isEmpty ? version : group + "/" + version }

  /// The singular resource name.
  public var singular: String { name.lowercased() }

  /// The singular name with its group, as in `storageclass.storage.k8s.io`.
  public var qualifiedSingular: String { group.isEmpty ? singular : singular + "." + group }

  /// The plural name with its group, as in `storageclasses.storage.k8s.io`.
  public var qualifiedPlural: String { group.isEmpty ? plural : plural + "." + group }

  init(
    _ name: String, group: String = "", version: String = "v1", plural: String, short: [String] = [],
    namespaced: Bool = true
  ) {
    self.name = name
    self.group = group
    self.version = version
    self.plural = plural
    self.shortNames = short
    self.isNamespaced = namespaced
  }

  /// ``StorageClass``.
  public static let storageClass = Kind(
    "StorageClass", group: "storage.k8s.io", plural: "storageclasses", short: ["sc"], namespaced: false)
  /// ``VolumeAttributesClass``.
  public static let volumeAttributesClass = Kind(
    "VolumeAttributesClass", group: "storage.k8s.io", plural: "volumeattributesclasses", short: ["vac"],
    namespaced: false)
  /// ``PersistentVolume``.
  public static let persistentVolume = Kind(
    "PersistentVolume", plural: "persistentvolumes", short: ["pv"], namespaced: false)
  /// ``PersistentVolumeClaim``.
  public static let persistentVolumeClaim = Kind(
    "PersistentVolumeClaim", plural: "persistentvolumeclaims", short: ["pvc"])
  /// ``VolumeSnapshotClass``.
  public static let volumeSnapshotClass = Kind(
    "VolumeSnapshotClass", group: "snapshot.storage.k8s.io", plural: "volumesnapshotclasses",
    short: ["vsclass", "vsclasses"], namespaced: false)
  /// ``VolumeSnapshotContent``.
  public static let volumeSnapshotContent = Kind(
    "VolumeSnapshotContent", group: "snapshot.storage.k8s.io", plural: "volumesnapshotcontents",
    short: ["vsc", "vscs"],
    namespaced: false)
  /// ``VolumeSnapshot``.
  public static let volumeSnapshot = Kind(
    "VolumeSnapshot", group: "snapshot.storage.k8s.io", plural: "volumesnapshots", short: ["vs"])
  /// ``Pod``.
  public static let pod = Kind("Pod", plural: "pods", short: ["po"])
  /// ``Deployment``.
  public static let deployment = Kind("Deployment", group: "apps", plural: "deployments", short: ["deploy"])
  /// ``StatefulSet``.
  public static let statefulSet = Kind("StatefulSet", group: "apps", plural: "statefulsets", short: ["sts"])
  /// ``Namespace``.
  public static let namespace = Kind("Namespace", plural: "namespaces", short: ["ns"], namespaced: false)
  /// ``Node``.
  public static let node = Kind("Node", plural: "nodes", short: ["no"], namespaced: false)
  /// ``Event``.
  public static let event = Kind("Event", plural: "events", short: ["ev"])

  /// Every kind, those first that others refer to: the order in which a set of objects is best created.
  public static let all: [Kind] = [
    .namespace, .node, .storageClass, .volumeAttributesClass, .volumeSnapshotClass, .persistentVolume,
    .volumeSnapshotContent, .persistentVolumeClaim, .volumeSnapshot, .pod, .statefulSet, .deployment, .event,
  ]

  /// The kind with this `apiVersion` and `kind`, or nil when Orlop does not know it.
  public static func named(_ name: String, apiVersion: String) -> Kind? {
    all.first { $0.name == name && $0.apiVersion == apiVersion }
  }

  /// The kind that a person means by `word`: singular, plural or short name, any case, with or without the group.
  public static func meant(by word: String) -> Kind? {
    let word = word.lowercased()
    return all.first { kind in
      word == kind.singular || word == kind.plural || kind.shortNames.contains(word)
        || word == kind.qualifiedPlural || word == kind.qualifiedSingular
    }
  }
}

extension Kind {
  /// Kinds are equal when their names and groups are: there are no others of the same name.
  public static func == (left: Kind, right: Kind) -> Bool { left.name == right.name && left.group == right.group }

  /// The name says enough: this keeps tables of object keys fast.
  public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
