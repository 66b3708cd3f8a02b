// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Which columns the table of each kind has (rules O1 to O3).
public enum TableColumns {
  /// The columns of `kind`, those of `-o wide` included, in the order in which they are shown.
  public static func of(_ kind: Kind) -> [TableColumn] { columns[kind] ?? [.name, .age] }

  private static let columns: [Kind: [TableColumn]] = [
    .storageClass: storageClass, .volumeAttributesClass: volumeAttributesClass, .persistentVolume: persistentVolume,
    .persistentVolumeClaim: persistentVolumeClaim, .volumeSnapshotClass: volumeSnapshotClass,
    .volumeSnapshotContent: volumeSnapshotContent, .volumeSnapshot: volumeSnapshot, .pod: pod, .deployment: deployment,
    .statefulSet: statefulSet,
    .namespace: namespace, .node: node, .event: event,
  ]
}
