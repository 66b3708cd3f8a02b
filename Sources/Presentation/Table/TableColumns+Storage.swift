// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension TableColumns {
  /// Rule O1.
  static let storageClass: [TableColumn] = [
    TableColumn("Name", format: "name") { json, _ in
      let mark = StorageClass(json: json).isDefault ? " (default)" : ""
      return .string(json.string("metadata", "name") + mark)
    },
    .text("Provisioner") { $0.string("provisioner") },
    .text("ReclaimPolicy") { $0.optionalString("reclaimPolicy") ?? "Delete" },
    .text("VolumeBindingMode") { $0.optionalString("volumeBindingMode") ?? "Immediate" },
    TableColumn("AllowVolumeExpansion", type: .boolean) { json, _ in .bool(json.flag("allowVolumeExpansion")) },
    .age,
  ]

  static let volumeAttributesClass: [TableColumn] = [.name, .text("DriverName") { $0.string("driverName") }, .age]

  /// Rule O2.
  static let persistentVolume: [TableColumn] = [
    .name,
    .text("Capacity") { $0.value("spec", "capacity", "storage")?.cellText ?? "0" },
    .text("Access Modes") { AccessModes.text($0.strings("spec", "accessModes")) },
    .text("Reclaim Policy") { $0.string("spec", "persistentVolumeReclaimPolicy") },
    phase,
    .text("Claim") { json in
      guard let claim = json.object("spec", "claimRef") else { return "" }
      return claim.string("namespace") + "/" + claim.string("name")
    },
    .text("StorageClass") { PersistentVolume(json: $0).className },
    attributesClass,
    .text("Reason") { $0.string("status", "reason") },
    .age,
    volumeMode,
  ]

  /// Rule O3.
  static let persistentVolumeClaim: [TableColumn] = [
    .name,
    phase,
    .text("Volume") { $0.string("spec", "volumeName") },
    .text("Capacity") { PersistentVolumeClaim(json: $0).shownCapacity },
    .text("Access Modes") { PersistentVolumeClaim(json: $0).shownAccessModes },
    .text("StorageClass") { PersistentVolumeClaim(json: $0).className },
    attributesClass,
    .age,
    volumeMode,
  ]

  private static let phase = TableColumn.text("Status") { json in
    Resource(json: json).isTerminating ? "Terminating" : json.string("status", "phase")
  }
  private static let attributesClass = TableColumn.text("VolumeAttributesClass") {
    $0.optionalString("spec", "volumeAttributesClassName") ?? "<unset>"
  }
  private static let volumeMode = TableColumn.text("VolumeMode", isWide: true) {
    $0.optionalString("spec", "volumeMode") ?? "<unset>"
  }
}

/// Access modes in short.
enum AccessModes {
  /// The abbreviations of `modes`, each once, in the fixed order of rule O4.
  static func text(_ modes: [String]) -> String {
    switch modes.count {
    case 0: ""
    case 1: AccessMode(rawValue: modes[0])?.abbreviation ?? ""
    default: AccessMode.allCases.filter { modes.contains($0.rawValue) }.map(\.abbreviation).joined(separator: ",")
    }
  }
}

extension PersistentVolumeClaim {
  /// The capacity that people are shown: none before a volume is named, then what the status says (rule O3).
  var shownCapacity: String {
    volumeName.isEmpty ? "" : json.value("status", "capacity", "storage")?.cellText ?? "0"
  }

  /// The access modes that people are shown: none before a volume is named, then what the status says (rule O3).
  var shownAccessModes: String { volumeName.isEmpty ? "" : AccessModes.text(statusAccessModes) }
}
