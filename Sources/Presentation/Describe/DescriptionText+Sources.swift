// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension DescriptionText {
  /// Whose sources are described: some names mean different things in a pod and in a volume.
  enum SourceOwner { case persistentVolume, pod }

  /// One line of a source: its label, where its value is, and what stands for a missing value.
  private struct Line {
    let label: String
    let key: String
    let missing: String
    init(_ label: String, _ key: String, _ missing: String = "") {
      self.label = label
      self.key = key
      self.missing = missing
    }
  }

  private static let layouts: [String: (type: String, lines: [Line])] = [
    "hostPath": (
      "HostPath (bare host directory volume)", [Line("Path", "path"), Line("HostPathType", "type", "<none>")]
    ),
    "local": ("LocalVolume (a persistent volume backed by local storage on a node)", [Line("Path", "path")]),
    "nfs": (
      "NFS (an NFS mount that lasts the lifetime of a pod)",
      [Line("Server", "server"), Line("Path", "path"), Line("ReadOnly", "readOnly", "false")]
    ),
    "emptyDir": (
      "EmptyDir (a temporary directory that shares a pod's lifetime)",
      [Line("Medium", "medium"), Line("SizeLimit", "sizeLimit", "<unset>")]
    ),
    "persistentVolumeClaim": (
      "PersistentVolumeClaim (a reference to a PersistentVolumeClaim in the same namespace)",
      [Line("ClaimName", "claimName"), Line("ReadOnly", "readOnly", "false")]
    ),
    "secret": (
      "Secret (a volume populated by a Secret)",
      [Line("SecretName", "secretName"), Line("Optional", "optional", "false")]
    ),
    "configMap": (
      "ConfigMap (a volume populated by a ConfigMap)", [Line("Name", "name"), Line("Optional", "optional", "false")]
    ),
    "vsphereVolume": (
      "vSphereVolume (a Persistent Disk resource in vSphere)",
      [Line("VolumePath", "volumePath"), Line("FSType", "fsType"), Line("StoragePolicyName", "storagePolicyName")]
    ),
  ]

  /// What a volume of a pod or of the cluster has beside its source.
  private static let noSources: Set<String> = [
    "accessModes", "capacity", "claimRef", "mountOptions", "name", "nodeAffinity", "persistentVolumeReclaimPolicy",
    "storageClassName", "volumeAttributesClassName", "volumeMode",
  ]

  /// Adds the source among the members of `spec`; false when there is none.
  mutating func source(_ spec: JSONObject, of owner: SourceOwner) -> Bool {
    let member = spec.members.first { !Self.noSources.contains($0.key) && $0.value.object != nil }
    guard let member, let source = member.value.object else { return false }
    if let layout = Self.layouts[member.key] {
      field("Type", layout.type, level: 2)
      for line in layout.lines { field(line.label, source[line.key]?.cellText ?? line.missing, level: 2) }
      return true
    }
    switch member.key {
    case "csi": csi(source, of: owner)
    case "ephemeral": ephemeral(source)
    case "downwardAPI": downward(source)
    case "projected": projected(source)
    default:
      field("Type", FieldLabel.text(member.key), level: 2)
      content(source, level: 2)
    }
    return true
  }

  private mutating func csi(_ source: JSONObject, of owner: SourceOwner) {
    field("Type", "CSI (a Container Storage Interface (CSI) volume source)", level: 2)
    field("Driver", source.string("driver"), level: 2)
    field("FSType", source.string("fsType"), level: 2)
    if owner == .persistentVolume { field("VolumeHandle", source.string("volumeHandle"), level: 2) }
    field("ReadOnly", source.flag("readOnly") ? "true" : "false", level: 2)
    let attributes = Labels.pairs(source.object("volumeAttributes") ?? JSONObject())
    // kubectl indents these values once more than others.
    list("VolumeAttributes", attributes.map { "    " + Self.shortened($0) }, level: 2)
  }

  private mutating func ephemeral(_ source: JSONObject) {
    field(
      "Type", "EphemeralVolume (an inline specification for a volume that gets created and deleted with the pod)",
      level: 2)
    guard let template = source.object("volumeClaimTemplate") else { return }
    let claim = PersistentVolumeClaim(json: template)
    field("StorageClass", claim.className, level: 2)
    field("Volume", claim.volumeName, level: 2)
    labels("Labels", template.object("metadata", "labels"), level: 2)
    annotations("Annotations", template.object("metadata", "annotations"), level: 2)
    claimSpec(claim, level: 2)
  }

  private mutating func downward(_ source: JSONObject) {
    field("Type", "DownwardAPI (a volume populated by information about the pod)", level: 2)
    line("Items:", level: 2)
    for item in source.objects("items") {
      let from = item.optionalString("fieldRef", "fieldPath") ?? item.string("resourceFieldRef", "resource")
      line(from + " -> " + item.string("path"), level: 3)
    }
  }

  private mutating func projected(_ source: JSONObject) {
    field("Type", "Projected (a volume that contains injected data from multiple sources)", level: 2)
    for part in source.objects("sources") {
      if let secret = part.object("secret") {
        field("SecretName", secret.string("name"), level: 2)
        field("Optional", secret.flag("optional") ? "true" : "false", level: 2)
      } else if part.object("downwardAPI") != nil {
        field("DownwardAPI", "true", level: 2)
      } else if let map = part.object("configMap") {
        field("ConfigMapName", map.string("name"), level: 2)
        field("Optional", map.flag("optional") ? "true" : "false", level: 2)
      } else if let token = part.object("serviceAccountToken") {
        field("TokenExpirationSeconds", String(token.integer("expirationSeconds") ?? 3600), level: 2)
      }
    }
  }
}
