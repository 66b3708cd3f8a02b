// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Rule SN13.
extension TableColumns {
  static let volumeSnapshot: [TableColumn] = [
    .name,
    readyToUse,
    .text("SourcePVC") { $0.string("spec", "source", "persistentVolumeClaimName") },
    .text("SourceSnapshotContent") { $0.string("spec", "source", "volumeSnapshotContentName") },
    .text("RestoreSize") { $0.value("status", "restoreSize")?.cellText ?? "" },
    .text("SnapshotClass") { $0.string("spec", "volumeSnapshotClassName") },
    .text("SnapshotContent") { $0.string("status", "boundVolumeSnapshotContentName") },
    TableColumn("CreationTime") { json, now in
      guard let time = json.optionalString("status", "creationTime") else { return .null }
      return .string(Age.since(Timestamp(time), now: now))
    },
    .age,
  ]

  static let volumeSnapshotContent: [TableColumn] = [
    .name,
    readyToUse,
    TableColumn("RestoreSize", type: .integer) { json, _ in json.value("status", "restoreSize") ?? .null },
    .text("DeletionPolicy") { $0.string("spec", "deletionPolicy") },
    .text("Driver") { $0.string("spec", "driver") },
    .text("VolumeSnapshotClass") { $0.string("spec", "volumeSnapshotClassName") },
    .text("VolumeSnapshot") { $0.string("spec", "volumeSnapshotRef", "name") },
    .text("VolumeSnapshotNamespace") { $0.string("spec", "volumeSnapshotRef", "namespace") },
    .age,
  ]

  static let volumeSnapshotClass: [TableColumn] = [
    .name, .text("Driver") { $0.string("driver") }, .text("DeletionPolicy") { $0.string("deletionPolicy") }, .age,
  ]

  private static let readyToUse = TableColumn("ReadyToUse", type: .boolean) { json, _ in
    json.value("status", "readyToUse") ?? .null
  }
}
