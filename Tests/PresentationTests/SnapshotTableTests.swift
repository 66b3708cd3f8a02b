// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

@Suite struct SnapshotTableTests {
  private static let head =
    #""apiVersion": "snapshot.storage.k8s.io/v1", "metadata": {"name": "s1", "namespace": "default"}"#

  @Test("The columns of snapshots (SN13)") func snapshots() throws {
    let ready = try object(
      """
      {\(Self.head), "kind": "VolumeSnapshot", "spec": {"source": {"persistentVolumeClaimName": "db"},
       "volumeSnapshotClassName": "gold"}, "status": {"readyToUse": true, "restoreSize": "1Gi",
       "boundVolumeSnapshotContentName": "snapcontent-1", "creationTime": "\(ago(120))"}}
      """)
    let fresh = try object(
      """
      {\(Self.head), "kind": "VolumeSnapshot", "spec": {"source": {"volumeSnapshotContentName": "c"}}}
      """)
    #expect(
      table(.volumeSnapshot, [ready, fresh])
        == lines(
          """
          NAME   READYTOUSE   SOURCEPVC   SOURCESNAPSHOTCONTENT   RESTORESIZE   SNAPSHOTCLASS   SNAPSHOTCONTENT   CREATIONTIME   AGE
          s1     true         db                                  1Gi           gold            snapcontent-1     2m             61s
          s1                              c                                                                                      61s
          """))
  }

  @Test("The columns of contents and classes (SN13)") func contentsAndClasses() throws {
    let content = try object(
      """
      {\(Self.head), "kind": "VolumeSnapshotContent", "spec": {"deletionPolicy": "Delete", "driver": "orlop.io",
       "volumeSnapshotClassName": "gold", "volumeSnapshotRef": {"name": "s", "namespace": "default"}},
       "status": {"readyToUse": false, "restoreSize": 1024}}
      """)
    #expect(
      table(.volumeSnapshotContent, [content])
        == lines(
          """
          NAME   READYTOUSE   RESTORESIZE   DELETIONPOLICY   DRIVER     VOLUMESNAPSHOTCLASS   VOLUMESNAPSHOT   VOLUMESNAPSHOTNAMESPACE   AGE
          s1     false        1024          Delete           orlop.io   gold                  s                default                   61s
          """))
    let snapshotClass = try object(
      #"{\#(Self.head), "kind": "VolumeSnapshotClass", "driver": "orlop.io", "deletionPolicy": "Retain"}"#)
    #expect(
      table(.volumeSnapshotClass, [snapshotClass])
        == lines(
          """
          NAME   DRIVER     DELETIONPOLICY   AGE
          s1     orlop.io   Retain           61s
          """))
  }
}
