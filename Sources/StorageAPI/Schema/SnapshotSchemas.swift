// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

// These kinds are custom resources in Kubernetes: what is given is stored, though it be empty.
extension ObjectSchema {
  static let volumeSnapshotClass = ObjectSchema(
    kind: .volumeSnapshotClass,
    [
      .string("driver", .given), Field("parameters", .strings, .given),
      .word("deletionPolicy", "DeletionPolicy", .given),
    ]
  )

  static let volumeSnapshot = ObjectSchema(
    kind: .volumeSnapshot,
    [
      .object(
        "spec",
        ObjectSchema(
          "VolumeSnapshotSpec",
          [
            .object(
              "source",
              ObjectSchema(
                "VolumeSnapshotSource",
                [.string("persistentVolumeClaimName", .given), .string("volumeSnapshotContentName", .given)])),
            .string("volumeSnapshotClassName", .given),
          ])),
      .object(
        "status",
        ObjectSchema(
          "VolumeSnapshotStatus",
          [
            .string("boundVolumeSnapshotContentName", .given), Field("creationTime", .time),
            .boolean("readyToUse", .given),
            Field("restoreSize", .quantity), .object("error", snapshotError),
            .string("volumeGroupSnapshotName", .given),
          ])),
    ])

  static let volumeSnapshotContent = ObjectSchema(
    kind: .volumeSnapshotContent,
    [
      .object(
        "spec",
        ObjectSchema(
          "VolumeSnapshotContentSpec",
          [
            .object("volumeSnapshotRef", .objectReference), .word("deletionPolicy", "DeletionPolicy", .given),
            .string("driver", .given), .string("volumeSnapshotClassName", .given),
            .object(
              "source",
              ObjectSchema(
                "VolumeSnapshotContentSource", [.string("volumeHandle", .given), .string("snapshotHandle", .given)])),
            .word("sourceVolumeMode", "PersistentVolumeMode", .given),
          ])),
      .object(
        "status",
        ObjectSchema(
          "VolumeSnapshotContentStatus",
          [
            .string("snapshotHandle", .given), .int64("creationTime", .given), .int64("restoreSize", .given),
            .boolean("readyToUse", .given), .object("error", snapshotError),
            .string("volumeGroupSnapshotHandle", .given),
          ])),
    ])

  private static let snapshotError = ObjectSchema(
    "VolumeSnapshotError", [Field("time", .time), .string("message", .given)])
}
