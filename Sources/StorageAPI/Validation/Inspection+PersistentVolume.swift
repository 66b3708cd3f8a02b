// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Inspection {
  /// The sources in the order in which the API looks at them: the first one counts, the others are too many (rule V31).
  static let volumeSources = [
    "hostPath", "gcePersistentDisk", "awsElasticBlockStore", "glusterfs", "flocker", "nfs", "rbd", "quobyte", "cephfs",
    "iscsi", "cinder", "fc", "flexVolume", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume",
    "azureDisk", "scaleIO", "local", "storageos", "csi",
  ]

  static let accessModes = AccessMode.allCases.map(\.rawValue).sorted()

  /// A new PersistentVolume (rules V28-V40).
  mutating func checkVolume(_ volume: JSONObject) {
    checkMetadata(volume, .persistentVolume)
    let spec = volume.object("spec") ?? JSONObject()
    let path = FieldPath("spec")
    if spec.strings("accessModes").isEmpty { add(.required(path.child("accessModes"))) }
    checkAccessModes(spec.strings("accessModes"), path.child("accessModes"))
    checkCapacity(spec.object("capacity"), path.child("capacity"))
    check("persistentVolumeReclaimPolicy", of: spec, isOneOf: ["Delete", "Recycle", "Retain"], path)
    if let affinity = spec.object("nodeAffinity") { checkNodeAffinity(affinity, path.child("nodeAffinity")) }
    checkVolumeSources(spec, path, name: volume.string("metadata", "name"))
    if spec.string("persistentVolumeReclaimPolicy") == "Recycle", isRoot(spec.optionalString("hostPath", "path")) {
      add(
        .forbidden(path.child("persistentVolumeReclaimPolicy"), "may not be 'recycle' for a hostPath mount of '/'"))
    }
    checkClassName(spec.string("storageClassName"), path.child("storageClassName"))
    check("volumeMode", of: spec, isOneOf: ["Block", "Filesystem"], path)
    checkAttributesClass(spec, path)
    checkMountOptionsAnnotation(volume, spec)
  }

  /// The modes of a volume or a claim (rules V9, V10).
  mutating func checkAccessModes(_ modes: [String], _ path: FieldPath) {
    for mode in modes where !Self.accessModes.contains(mode) { add(.notSupported(path, mode, Self.accessModes)) }
    let known = Set(modes).intersection(Self.accessModes)
    if known.contains(AccessMode.readWriteOncePod.rawValue), known.count > 1 {
      add(.forbidden(path, "may not use ReadWriteOncePod with other access modes"))
    }
  }

  private mutating func checkCapacity(_ capacity: JSONObject?, _ path: FieldPath) {
    let capacity = capacity ?? JSONObject()
    if capacity.isEmpty { add(.required(path)) }
    if capacity.keys != ["storage"] {
      let shown = capacity.isEmpty ? "null" : JSONWriter.compact(.object(capacity))
      add(.notSupported(path, shown: shown, ["storage"]))
    }
    for resource in capacity.members {
      guard let quantity = try? Quantity(json: resource.value) else { continue }
      let path = path.key(resource.key)
      if quantity.wrappingInt64 < 0 {
        add(.invalid(path, quantity.wrappingInt64, "must be a valid resource quantity"))
      }
      requirePositive(quantity, path)
    }
  }

  /// An amount that must be more than nothing (rules V12, V29).
  mutating func requirePositive(_ quantity: Quantity, _ path: FieldPath) {
    if quantity.sign <= 0 { add(.invalid(path, quantity.text, "must be greater than zero")) }
  }

  private mutating func checkVolumeSources(_ spec: JSONObject, _ path: FieldPath, name: String) {
    var hasSource = false
    for source in Self.volumeSources {
      guard let object = spec.object(source) else { continue }
      if hasSource, source != "flexVolume" {
        // The API's name for this one differs in this message.
        let field = source == "cephfs" ? "cephFS" : source
        add(.forbidden(path.child(field), "may not specify more than 1 volume type"))
        continue
      }
      hasSource = true
      checkSource(source, object, path, .volume(name))
      if source == "local", spec.object("nodeAffinity") == nil {
        add(.required(path.child("nodeAffinity"), "Local volume requires node affinity"))
      }
    }
    if !hasSource { add(.required(path, "must specify a volume type")) }
  }

  private func isRoot(_ path: String?) -> Bool {
    guard let path, path.hasPrefix("/") else { return false }
    var depth = 0
    for element in path.split(separator: "/") where element != "." {
      depth = element == ".." ? max(0, depth - 1) : depth + 1
    }
    return depth == 0
  }

  /// The name of a class; "" says that there is none (rule V17).
  mutating func checkClassName(_ name: String, _ path: FieldPath) {
    if !name.isEmpty { add(path, name, NameRules.subdomain(name)) }
  }

  private mutating func checkAttributesClass(_ spec: JSONObject, _ path: FieldPath) {
    guard let name = spec.optionalString("volumeAttributesClassName") else { return }
    if name.isEmpty { add(.required(path.child("volumeAttributesClassName"), "an empty string is disallowed")) }
    checkClassName(name, path.child("volumeAttributesClassName"))
    if spec.object("csi") == nil {
      add(.required(path.child("csi"), "has to be specified when using volumeAttributesClassName"))
    }
  }

  /// The annotation with mount options suits only sources that had them when it was made (rule V38).
  private mutating func checkMountOptionsAnnotation(_ volume: JSONObject, _ spec: JSONObject) {
    guard volume.optionalString("metadata", "annotations", WellKnown.betaMountOptions) != nil else { return }
    let without: Set = ["hostPath", "flexVolume", "local", "storageos", "csi"]
    guard !Self.volumeSources.contains(where: { spec.object($0) != nil && !without.contains($0) }) else { return }
    add(
      .forbidden(
        FieldPath("metadata").child("annotations", WellKnown.betaMountOptions),
        "may not specify mount options for this volume type"))
  }
}
