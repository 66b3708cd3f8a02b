// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Whose volume source is looked at: it decides what a secret's reference must have, and what is unique to either.
enum SourceOwner {
  /// A PersistentVolume of this name.
  case volume(String)
  /// A pod's volume of this name.
  case pod(String)

  var isVolume: Bool { if case .volume = self { true } else { false } }
}

// The sources that PersistentVolumes and pods have in common (rules V32-V35). Required fields come first, as data.
extension Inspection {
  /// The fields that a source can't do without, in the order in which they are reported.
  private static let requiredFields: [String: [String]] = [
    "gcePersistentDisk": ["pdName"], "awsElasticBlockStore": ["volumeID"], "glusterfs": ["endpoints", "path"],
    "nfs": ["server", "path"], "rbd": ["image"], "cinder": ["volumeID"], "flexVolume": ["driver"],
    "azureFile": ["secretName", "shareName"], "vsphereVolume": ["volumePath"], "photonPersistentDisk": ["pdID"],
    "portworxVolume": ["volumeID"], "azureDisk": ["diskName", "diskURI"],
    "scaleIO": ["gateway", "system", "volumeName"],
  ]

  /// The source `name` of a volume.
  mutating func checkSource(_ name: String, _ source: JSONObject, _ parent: FieldPath, _ owner: SourceOwner) {
    // The API calls this one so in its messages.
    let path = parent.child(name == "gcePersistentDisk" ? "persistentDisk" : name)
    if ["rbd", "cephfs"].contains(name), source.strings("monitors").isEmpty { add(.required(path.child("monitors"))) }
    for field in Self.requiredFields[name] ?? [] { require(field, of: source, path) }
    switch name {
    case "hostPath": checkHostPath(source, path)
    case "local": checkLocal(source, path)
    case "nfs":
      let directory = source.string("path")
      if !directory.hasPrefix("/") { add(.invalid(path.child("path"), directory, "must be an absolute path")) }
    case "gcePersistentDisk", "awsElasticBlockStore":
      check("partition", of: source, isIn: 0...255, path, "must be between 1 and 255, inclusive")
    case "glusterfs": if owner.isVolume { checkEndpointsNamespace(source, path) }
    case "flocker": checkFlocker(source, path)
    case "quobyte": checkQuobyte(source, path)
    case "iscsi": checkISCSI(source, path, owner)
    case "fc": checkFibreChannel(source, path)
    case "cinder": checkSecret(source, path, owner)
    case "flexVolume": checkFlexOptions(source, path)
    case "azureFile":
      if source.optionalString("secretNamespace")?.isEmpty == true { add(.required(path.child("secretNamespace"))) }
    case "azureDisk": checkAzureDisk(source, path)
    case "storageos": checkStorageOS(source, path, owner)
    case "csi": checkCSI(source, path, owner)
    default: break
    }
  }

  private mutating func checkHostPath(_ source: JSONObject, _ path: FieldPath) {
    guard !source.string("path").isEmpty else { return add(.required(path.child("path"))) }
    refuseBacksteps(source.string("path"), path.child("path"))
    check(
      "type", of: source,
      isOneOf: [
        "", "BlockDevice", "CharDevice", "Directory", "DirectoryOrCreate", "File", "FileOrCreate", "Socket",
      ], path)
  }

  private mutating func checkLocal(_ source: JSONObject, _ path: FieldPath) {
    require("path", of: source, path)
    refuseBacksteps(source.string("path"), path.child("path"))
  }

  private mutating func checkEndpointsNamespace(_ source: JSONObject, _ path: FieldPath) {
    guard let namespace = source.optionalString("endpointsNamespace") else { return }
    let path = path.child("endpointsNamespace")
    if namespace.isEmpty {
      add(.invalid(path, "", "if the endpointnamespace is set, it must be a valid namespace name"))
    } else {
      add(path, namespace, NameRules.label(namespace))
    }
  }

  private mutating func checkFlocker(_ source: JSONObject, _ path: FieldPath) {
    let name = source.string("datasetName")
    switch (name.isEmpty, source.string("datasetUUID").isEmpty) {
    case (true, true): add(.required(path, "one of datasetName and datasetUUID is required"))
    case (false, false):
      add(.invalid(path, "resource", "datasetName and datasetUUID can not be specified simultaneously"))
    case (true, false), (false, true): break
    }
    if name.contains("/") { add(.invalid(path.child("datasetName"), name, "must not contain '/'")) }
  }

  private mutating func checkQuobyte(_ source: JSONObject, _ path: FieldPath) {
    let detail = "must be a host:port pair or multiple pairs separated by commas"
    let registry = source.string("registry")
    if registry.isEmpty {
      add(.required(path.child("registry"), detail))
    } else if source.string("tenant").utf8.count >= 65 {
      add(.required(path.child("tenant"), "must be a UUID and may not exceed a length of 64 characters"))
    } else if !registry.split(separator: ",", omittingEmptySubsequences: false).allSatisfy(Self.isHostAndPort) {
      add(.invalid(path.child("registry"), registry, detail))
    }
    require("volume", of: source, path)
  }

  /// Whether `text` is `host:port`, where a host with colons stands in brackets.
  private static func isHostAndPort(_ text: Substring) -> Bool {
    guard let colon = text.lastIndex(of: ":") else { return false }
    let host = text[..<colon]
    if host.hasPrefix("[") { return host.hasSuffix("]") && !host.dropFirst().dropLast().contains(where: "[]".contains) }
    return !host.contains(where: ":[]".contains) && !text[colon...].contains(where: "[]".contains)
  }

  private mutating func checkFibreChannel(_ source: JSONObject, _ path: FieldPath) {
    let names = source.strings("targetWWNs")
    let ids = source.strings("wwids")
    let field = path.child("targetWWNs")
    if names.isEmpty, ids.isEmpty {
      add(.required(field, "must specify either targetWWNs or wwids, but not both"))
    }
    if !names.isEmpty, !ids.isEmpty {
      let shown = JSONWriter.compact(.strings(names))
      add(.invalid(field, shown: shown, "targetWWNs and wwids can not be specified simultaneously"))
    }
    guard !names.isEmpty else { return }
    if source.integer("lun") == nil {
      add(.required(path.child("lun"), "lun is required if targetWWNs is specified"))
    }
    check("lun", of: source, isIn: 0...255, path, "must be between 0 and 255, inclusive")
  }

  private mutating func checkFlexOptions(_ source: JSONObject, _ path: FieldPath) {
    for option in source.object("options")?.keys ?? [] {
      let prefix = "." + option.prefix { $0 != "/" }.lowercased()
      if prefix.hasSuffix(".kubernetes.io") || prefix.hasSuffix(".k8s.io") {
        add(.invalid(path.child("options").key(option), option, "kubernetes.io and k8s.io namespaces are reserved"))
      }
    }
  }

  private mutating func checkAzureDisk(_ source: JSONObject, _ path: FieldPath) {
    check("cachingMode", of: source, isOneOf: ["None", "ReadOnly", "ReadWrite"], path)
    check("kind", of: source, isOneOf: ["Dedicated", "Managed", "Shared"], path)
    guard let kind = source.optionalString("kind") else { return }
    let address = source.string("diskURI")
    if kind == "Managed", !address.hasPrefix("/subscriptions/") {
      let shape = "/subscriptions/{sub-id}/resourcegroups/{group-name}/providers/microsoft.compute/disks/{disk-id}"
      add(.notSupported(path.child("diskURI"), address, [shape]))
    }
    if kind != "Managed", !address.hasPrefix("https://") {
      let shape = "https://{account-name}.blob.core.windows.net/{container-name}/{disk-name}.vhd"
      add(.notSupported(path.child("diskURI"), address, [shape]))
    }
  }

  private mutating func checkStorageOS(_ source: JSONObject, _ path: FieldPath, _ owner: SourceOwner) {
    let name = source.string("volumeName")
    if name.isEmpty {
      add(.required(path.child("volumeName")))
    } else {
      add(path.child("volumeName"), name, NameRules.label(name))
    }
    let namespace = source.string("volumeNamespace")
    if !namespace.isEmpty { add(path.child("volumeNamespace"), namespace, NameRules.label(namespace)) }
    checkSecret(source, path, owner)
  }

  private mutating func checkSecret(_ source: JSONObject, _ path: FieldPath, _ owner: SourceOwner) {
    guard let secret = source.object("secretRef") else { return }
    require("name", of: secret, path.child("secretRef"))
    if owner.isVolume { require("namespace", of: secret, path.child("secretRef")) }
  }
}
