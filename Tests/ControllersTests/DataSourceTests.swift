// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// Claims that begin as copies.
struct DataSourceTests {
  static let begins =
    "Normal Provisioning copy: External provisioner is provisioning volume for claim \"default/copy\""
  static let fast = storageClass("fast", by: provisioner)
  static let ready = [snapshot { $0.isReadyToUse() }, content { $0.isReadyToUse() }]

  static func about(_ name: String, _ objects: [Resource], _ rule: String, _ steps: [String]) -> DecisionRow {
    DecisionRow(
      name: name, objects: objects + [fast],
      looksAt: ObjectKey(.persistentVolumeClaim, namespace: "default", name: "copy"), rule: rule, steps: steps)
  }

  static func refusal(_ kind: String, _ source: String, _ text: String) -> [String] {
    [
      begins,
      "Warning ProvisioningFailed copy: error getting handle for DataSource Type \(kind) by Name \(source): \(text)",
    ]
  }

  static let snapshotRows: [DecisionRow] = [
    about(
      "From a snapshot (SN11)", ready + [copy(of: .volumeSnapshot, "s")], "P22",
      [begins, "provision pvc-uid-copy of 1073741824 from snapshot snapshot-uid-s"]),
    about(
      "A snapshot that is not there (SN11)", [copy(of: .volumeSnapshot, "s")], "P23",
      refusal("VolumeSnapshot", "s", "volumesnapshots.snapshot.storage.k8s.io \"s\" not found")),
    about(
      "A snapshot that is going (SN11)",
      [
        snapshot {
          $0.isReadyToUse()
          $0.isBeingDeleted()
        }, content { $0.isReadyToUse() }, copy(of: .volumeSnapshot, "s"),
      ], "P23", refusal("VolumeSnapshot", "s", "snapshot s is currently being deleted")),
    about(
      "A snapshot that is not bound (SN11)", [snapshot(), copy(of: .volumeSnapshot, "s")], "P23",
      refusal("VolumeSnapshot", "s", "snapshot s not bound")),
    about(
      "A snapshot whose content points elsewhere (SN4, SN11)",
      [snapshot { $0.isReadyToUse() }, content(uid: "u") { $0.isReadyToUse() }, copy(of: .volumeSnapshot, "s")], "P23",
      refusal("VolumeSnapshot", "s", "snapshot s not bound")),
    about(
      "A snapshot of another driver (SN11)",
      [
        snapshot { $0.isReadyToUse() },
        content {
          $0.isReadyToUse()
          $0.json.set("other.example.com", "spec", "driver")
        }, copy(of: .volumeSnapshot, "s"),
      ], "P23",
      refusal(
        "VolumeSnapshot", "s", "snapshot s is of the driver other.example.com, the claim's class of ext.example.com")),
    about(
      "A snapshot that is not ready (SN11)",
      [
        snapshot { $0.json["status"] = ["boundVolumeSnapshotContentName": "snapcontent-uid-s", "readyToUse": false] },
        content(), copy(of: .volumeSnapshot, "s"),
      ], "P23", refusal("VolumeSnapshot", "s", "snapshot s is not Ready")),
    about(
      "A request below the restore size (SN11)", ready + [copy(of: .volumeSnapshot, "s", request: "1G")], "P23",
      refusal(
        "VolumeSnapshot", "s",
        "requested volume size 1000000000 is less than the size 1073741824 for the source snapshot s")),
    about(
      "Another volume mode, whatever the content allows (SN11)",
      [
        snapshot { $0.isReadyToUse() },
        content {
          $0.isReadyToUse()
          $0.setAnnotation(WellKnown.allowVolumeModeChange, "true")
        }, copy(of: .volumeSnapshot, "s") { $0.json.set("Block", "spec", "volumeMode") },
      ], "P23",
      refusal(
        "VolumeSnapshot", "s",
        "the source is Filesystem, the claim Block: a volume mode is never changed, whatever "
          + "snapshot.storage.kubernetes.io/allow-volume-mode-change says")),
    about(
      "A source in another namespace (SN11)",
      ready + [copy(of: .volumeSnapshot, "s") { $0.json.set("other", "spec", "dataSourceRef", "namespace") }], "P23",
      refusal(
        "VolumeSnapshot", "s", "it is in namespace other, and only sources in the claim's own namespace are served")),
  ]

  static let protectsSource =
    "x: finalizers=[\"kubernetes.io/pvc-protection\",\"provisioner.storage.kubernetes.io/cloning-protection\"]"

  static let claimRows: [DecisionRow] = [
    about(
      "From a claim, which is kept meanwhile (SN12)", sourceClaim() + [copy(of: .persistentVolumeClaim, "x")], "P22",
      [begins, protectsSource, "provision pvc-uid-copy of 1073741824 from volume a"]),
    about(
      "A larger one (SN12)", sourceClaim() + [copy(of: .persistentVolumeClaim, "x", request: "2Gi")], "P22",
      [begins, protectsSource, "provision pvc-uid-copy of 2147483648 from volume a"]),
    about(
      "A smaller one (SN12)", sourceClaim() + [copy(of: .persistentVolumeClaim, "x", request: "1M")], "P23",
      refusal(
        "PersistentVolumeClaim", "x",
        "new PVC request must be greater than or equal in size to the specified PVC data source, requested 1000000 but "
          + "source is 1073741824")),
    about(
      "A claim that is not there (SN12)", [copy(of: .persistentVolumeClaim, "x")], "P23",
      refusal("PersistentVolumeClaim", "x", "persistentvolumeclaims \"x\" not found")),
    about(
      "A claim that is not Bound (SN12)", [claim("x"), copy(of: .persistentVolumeClaim, "x")], "P23",
      refusal("PersistentVolumeClaim", "x", "the source claim is not Bound")),
    about(
      "A claim that is being deleted (SN12)",
      sourceClaim { $0.isBeingDeleted() } + [copy(of: .persistentVolumeClaim, "x")], "P23",
      refusal("PersistentVolumeClaim", "x", "the source claim is being deleted")),
    about(
      "A claim of another driver (SN12)",
      [
        boundClaim("x", on: "a"), volume("a", for: "x", uid: "uid-x", phase: .bound),
        copy(of: .persistentVolumeClaim, "x"),
      ], "P23",
      refusal(
        "PersistentVolumeClaim", "x", "the source volume is of the driver none, the claim's class of ext.example.com")
    ),
    about(
      "Another volume mode (SN12)",
      sourceClaim() + [copy(of: .persistentVolumeClaim, "x") { $0.json.set("Block", "spec", "volumeMode") }], "P23",
      refusal(
        "PersistentVolumeClaim", "x",
        "the source is Filesystem, the claim Block: a volume mode is never changed")),
    about(
      "Itself (SN12)", [copy(of: .persistentVolumeClaim, "copy")], "P23",
      refusal("PersistentVolumeClaim", "copy", "a claim cannot be its own source")),
  ]

  @Test("A snapshot becomes a volume when all fits (SN11)", arguments: snapshotRows)
  func fromSnapshots(row: DecisionRow) { row.check { Provisioner(settings: $0) } }

  @Test("A claim is cloned when all fits (SN12)", arguments: claimRows)
  func fromClaims(row: DecisionRow) { row.check { Provisioner(settings: $0) } }
}
