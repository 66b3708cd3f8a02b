// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// How snapshots come to their contents.
struct SnapshotTests {
  static let protectsClaim =
    "x: finalizers=[\"kubernetes.io/pvc-protection\",\"snapshot.storage.kubernetes.io/pvc-as-source-protection\"]"
  static let creating = "Normal CreatingSnapshot s: Waiting for a snapshot default/s to be created by the CSI driver."
  static let boundToContent = "s: boundVolumeSnapshotContentName=snapcontent-uid-s readyToUse=false"
  static let failedCreation = "Failed to create snapshot content with error "

  static func about(_ name: String, _ objects: [Resource], _ rule: String, _ steps: [String] = []) -> DecisionRow {
    DecisionRow(
      name: name, objects: objects, looksAt: ObjectKey(.volumeSnapshot, namespace: "default", name: "s"), rule: rule,
      steps: steps)
  }

  static func trouble(_ reason: String, _ message: String, isReadinessLost: Bool = true) -> [String] {
    let readiness = isReadinessLost ? " readyToUse=false" : ""
    return [
      "s: error.message=\(message) error.time=2027-01-15T08:00:00Z" + readiness, "Warning \(reason) s: \(message)",
    ]
  }

  static let sourceRows: [DecisionRow] = [
    about(
      "Two sources are refused (SN1)",
      sourceClaim() + [snapshot { $0.json.set("c", "spec", "source", "volumeSnapshotContentName") }],
      "SN1",
      trouble(
        "SnapshotValidationError",
        "Exactly one of PersistentVolumeClaimName and VolumeSnapshotContentName should be specified")),
    about(
      "No class is named: the default one of the volume's driver is taken (SN2)",
      sourceClaim() + [
        snapshotClass("other", driver: "other.example.com", isDefault: true), snapshotClass(isDefault: true),
        snapshot(className: nil),
      ], "SN4",
      [
        protectsClaim, "create snapcontent-uid-s", "s: spec.volumeSnapshotClassName=gold", boundToContent, creating,
      ]),
    about(
      "No default class of that driver: the error says so (SN2)",
      sourceClaim() + [snapshotClass("other", driver: "other.example.com", isDefault: true), snapshot(className: nil)],
      "SN2",
      trouble(
        "SetDefaultSnapshotClassFailed",
        "Failed to set default snapshot class with error cannot find default snapshot class of driver ext.example.com: "
          + "name one, or annotate one with snapshot.storage.kubernetes.io/is-default-class: \"true\"",
        isReadinessLost: false)),
    about(
      "Two default classes: the error names them (SN2)",
      sourceClaim() + [
        snapshotClass("gold", isDefault: true), snapshotClass("iron", isDefault: true), snapshot(className: nil),
      ], "SN2",
      trouble(
        "SetDefaultSnapshotClassFailed",
        "Failed to set default snapshot class with error 2 default snapshot classes were found: gold, iron",
        isReadinessLost: false)),
    about(
      "The class that is named is not there (SN2)", sourceClaim() + [snapshot()], "SN2",
      trouble(
        "GetSnapshotClassFailed",
        "Failed to get snapshot class with error volumesnapshotclass.snapshot.storage.k8s.io \"gold\" not found",
        isReadinessLost: false)),
    about(
      "The claim is not there (SN3)", [snapshotClass(), snapshot()], "SN3",
      trouble(
        "SnapshotContentCreationFailed",
        failedCreation + "persistentvolumeclaim \"x\" not found in namespace default")),
    about(
      "The claim is not Bound (SN3)", [snapshotClass(), snapshot(), claim("x")], "SN3",
      trouble(
        "SnapshotContentCreationFailed",
        failedCreation + "the PVC x is not yet bound to a PV, will not attempt to take a snapshot")),
    about(
      "The volume is no CSI volume (SN3)",
      [snapshotClass(), snapshot(), boundClaim("x", on: "a"), volume("a", for: "x", uid: "uid-x", phase: .bound)],
      "SN3",
      trouble("SnapshotContentCreationFailed", failedCreation + "the PV a is no CSI volume")),
    about(
      "The volume is of another driver than the class (SN3)",
      sourceClaim() + [snapshotClass(driver: "other.example.com"), snapshot()], "SN3",
      trouble(
        "SnapshotContentCreationFailed",
        failedCreation + "the volume a is of the driver ext.example.com, the class gold of other.example.com")),
    about(
      "What is wrong is told once, and tried again (SN5)",
      [
        snapshotClass(),
        snapshot {
          $0.json["status"] = [
            "readyToUse": false,
            "error": [
              "message": .string(failedCreation + "persistentvolumeclaim \"x\" not found in namespace default")
            ],
          ]
        },
      ], "SN3"),
    about(
      "A claim that is being deleted is not cut (SN6)",
      sourceClaim { $0.isBeingDeleted() } + [snapshotClass(), snapshot()], "SN3",
      trouble("SnapshotContentCreationFailed", failedCreation + "the PVC x is being deleted")),
  ]

  static let bindingRows: [DecisionRow] = [
    about(
      "The content is written, and claim and snapshot are protected (SN4, SN6, SN10)",
      sourceClaim() + [snapshotClass(), snapshot { $0.metadata.finalizers = [] }], "SN4",
      [
        protectsClaim, "create snapcontent-uid-s",
        "s: finalizers=[\"snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection\"]", boundToContent,
        creating,
      ]),
    about(
      "The status says what the content's says (SN5, SN6, SN10)",
      sourceClaim() + [
        snapshotClass(), content { $0.isReadyToUse() },
        snapshot { $0.json["status"] = ["boundVolumeSnapshotContentName": "snapcontent-uid-s", "readyToUse": false] },
      ], "SN5",
      [
        "s: finalizers=[\"snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection\","
          + "\"snapshot.storage.kubernetes.io/volumesnapshot-bound-protection\"]",
        "s: creationTime=2027-01-15T08:00:00Z readyToUse=true restoreSize=1Gi",
        "Normal SnapshotCreated s: Snapshot default/s was successfully created by the CSI driver.",
        "Normal SnapshotReady s: Snapshot default/s is ready to use.",
      ]),
    about(
      "So does the error (SN5)",
      [
        content { $0.json["status"] = ["readyToUse": false, "error": ["message": "no room"]] },
        snapshot {
          $0.isReadyToUse()
          $0.json["status"] = ["boundVolumeSnapshotContentName": "snapcontent-uid-s", "readyToUse": false]
        },
      ], "SN5", ["s: error.message=no room"]),
    about(
      "A content that points to another snapshot is not its own (SN4)",
      sourceClaim() + [snapshotClass(), snapshot(), content(uid: "uid-other")], "SN4",
      trouble("SnapshotContentMismatch", "VolumeSnapshotContent snapcontent-uid-s is bound to a different snapshot")),
    about(
      "A content that was made beforehand is not its own (SN4)",
      sourceClaim() + [snapshotClass(), snapshot(), content { $0.stands(for: "h") }], "SN4",
      trouble(
        "SnapshotContentMismatch",
        "VolumeSnapshotContent is pre-provisioned while expecting a dynamically provisioned one")),
    about(
      "A ready snapshot is left alone (SN5)", [snapshot { $0.isReadyToUse() }, content { $0.isReadyToUse() }], "SN5"),
    about(
      "One that has lost its content is not ready any more (SN4)", [snapshot { $0.isReadyToUse() }], "SN4",
      trouble("SnapshotContentMissing", "VolumeSnapshotContent is missing")),
    about(
      "One whose content points elsewhere is not ready any more (SN4)",
      [snapshot { $0.isReadyToUse() }, content(uid: "uid-other") { $0.isReadyToUse() }], "SN4",
      trouble("SnapshotMisbound", "VolumeSnapshotContent is not bound to the VolumeSnapshot correctly")),
    about(
      "A content made beforehand gets the uid (SN9)",
      [snapshot(of: nil) { $0.requests(content: "c") }, content("c", uid: "") { $0.stands(for: "h") }], "SN9",
      [
        "c: spec.volumeSnapshotRef.uid=uid-s",
        "s: finalizers=[\"snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection\","
          + "\"snapshot.storage.kubernetes.io/volumesnapshot-bound-protection\"]",
        "s: boundVolumeSnapshotContentName=c readyToUse=false",
      ]),
    about(
      "A content made beforehand for another snapshot is refused (SN9)",
      [snapshot(of: nil) { $0.requests(content: "c") }, content("c", for: "t", uid: "") { $0.stands(for: "h") }], "SN9",
      trouble(
        "SnapshotBindFailed",
        "Snapshot failed to bind VolumeSnapshotContent, Could not bind snapshot s and content c, the VolumeSnapshotRef "
          + "does not match")),
    about(
      "A content made beforehand that belongs to an older snapshot of the name is refused (SN9)",
      [snapshot(of: nil) { $0.requests(content: "c") }, content("c", uid: "uid-old") { $0.stands(for: "h") }], "SN9",
      trouble(
        "SnapshotBindFailed",
        "Snapshot failed to bind VolumeSnapshotContent, Could not bind snapshot s and content c, the VolumeSnapshotRef "
          + "does not match")),
    about(
      "A content that is to be cut cannot be asked for (SN9)",
      [snapshot(of: nil) { $0.requests(content: "c") }, content("c", uid: "")], "SN9",
      trouble(
        "SnapshotContentMismatch",
        "VolumeSnapshotContent is dynamically provisioned while expecting a pre-provisioned one")),
    about(
      "A content that is not there is said (SN9)", [snapshot(of: nil) { $0.requests(content: "c") }], "SN9",
      trouble("SnapshotContentMissing", "VolumeSnapshotContent is missing")),
  ]

  static let deletionRows: [DecisionRow] = [
    about(
      "With policy Delete the content is marked and goes first (SN7)",
      [
        snapshot {
          $0.isReadyToUse()
          $0.isBeingDeleted()
        }, content { $0.isReadyToUse() },
      ], "SN7",
      [
        "snapcontent-uid-s: snapshot.storage.kubernetes.io/volumesnapshot-being-deleted=yes",
        "delete snapcontent-uid-s",
      ]),
    about(
      "It waits until the content is gone (SN7)",
      [
        snapshot {
          $0.isReadyToUse()
          $0.isBeingDeleted()
        },
        content {
          $0.isReadyToUse()
          $0.setAnnotation(WellKnown.snapshotBeingDeleted, "yes")
          $0.isBeingDeleted()
        },
      ], "SN7"),
    about(
      "With policy Retain the content stays (SN7)",
      [
        snapshot {
          $0.isReadyToUse()
          $0.isBeingDeleted()
        }, content(policy: "Retain") { $0.isReadyToUse() },
      ], "SN7", ["s: finalizers-"]),
    about(
      "The content of another snapshot is left alone (SN4, SN7)",
      [
        snapshot {
          $0.isReadyToUse()
          $0.isBeingDeleted()
        }, content(uid: "uid-other") { $0.isReadyToUse() },
      ], "SN7", ["s: finalizers-"]),
    about(
      "A claim that is being made from it keeps it (SN7)",
      [
        snapshot {
          $0.isReadyToUse()
          $0.isBeingDeleted()
        }, content { $0.isReadyToUse() }, copy(of: .volumeSnapshot, "s"),
      ], "SN7", ["Warning SnapshotDeletePending s: Snapshot is being used to restore a PVC"]),
    about(
      "The end of its claim does not touch a snapshot (SN8)",
      [snapshot { $0.isReadyToUse() }, content { $0.isReadyToUse() }], "SN5"),
  ]

  @Test("A snapshot needs one source, a class and a Bound claim (SN1-SN3)", arguments: sourceRows)
  func sources(row: DecisionRow) { row.check { _ in SnapshotController() } }

  @Test("Snapshot and content point at each other (SN4, SN5, SN9)", arguments: bindingRows)
  func binding(row: DecisionRow) { row.check { _ in SnapshotController() } }

  @Test("A snapshot goes after what depends on it (SN7, SN8)", arguments: deletionRows)
  func deletion(row: DecisionRow) { row.check { _ in SnapshotController() } }

  @Test("The content says all that its driver needs (SN4)")
  func newContent() throws {
    let world = PodWorld.of(sourceClaim() + [snapshotClass(), snapshot()])
    let decision = SnapshotController().decide(
      ObjectKey(.volumeSnapshot, namespace: "default", name: "s"), in: world, at: PodWorld.now)
    let contents = decision.steps.compactMap { step -> JSONObject? in
      if case .create(let object) = step { object.json } else { nil }
    }
    #expect(contents.first?.string("metadata", "name") == "snapcontent-uid-s")
    #expect(contents.first?.strings("metadata", "finalizers") == [WellKnown.contentBoundProtection])
    #expect(
      contents.first?.object("spec") == [
        "deletionPolicy": "Delete", "driver": "ext.example.com", "source": ["volumeHandle": "a"],
        "sourceVolumeMode": "Filesystem", "volumeSnapshotClassName": "gold",
        "volumeSnapshotRef": [
          "apiVersion": "snapshot.storage.k8s.io/v1", "kind": "VolumeSnapshot", "name": "s", "namespace": "default",
          "uid": "uid-s",
        ],
      ])
  }
}
