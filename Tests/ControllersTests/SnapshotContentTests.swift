// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// How contents become snapshots in storage, and sources are kept meanwhile.
struct SnapshotContentTests {
  static let released = ["snapcontent-uid-s: finalizers-"]

  static func about(
    _ name: String, _ objects: [Resource], _ rule: String, _ steps: [String] = [], content: String = "snapcontent-uid-s"
  ) -> DecisionRow {
    DecisionRow(
      name: name, objects: objects, looksAt: ObjectKey(.volumeSnapshotContent, name: content), rule: rule, steps: steps)
  }

  static let rows: [DecisionRow] = [
    about(
      "A content without protection gets it, and its snapshot is cut (SN4, SN6)",
      [content { $0.metadata.finalizers = [] }], "SN4",
      [
        "snapcontent-uid-s: finalizers=[\"snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection\"]",
        "snapshot snapshot-uid-s of a",
      ]),
    about(
      "A snapshot made beforehand is looked for, before it is bound too (SN9)",
      [content("c", uid: "") { $0.stands(for: "h") }], "SN4", ["snapshot h of nothing"], content: "c"),
    about("One that is ready is left alone (SN5)", [content { $0.isReadyToUse() }], "SN5"),
    about(
      "Another driver's is left alone (SN3)", [content { $0.json.set("other.example.com", "spec", "driver") }], "SN3"),
    about(
      "A content that is deleted waits for its snapshot (SN6)",
      [
        snapshot { $0.isReadyToUse() },
        content {
          $0.isReadyToUse()
          $0.isBeingDeleted()
        },
      ], "SN6"),
    about(
      "When its snapshot goes, so does what is in storage (SN7)",
      [
        snapshot { $0.isBeingDeleted() },
        content {
          $0.isReadyToUse()
          $0.setAnnotation(WellKnown.snapshotBeingDeleted, "yes")
          $0.isBeingDeleted()
        },
      ], "SN7", ["delete snapshot snapshot-uid-s"]),
    about(
      "Also when nobody knows whether it was cut (SN7)", [content { $0.isBeingDeleted() }], "SN7",
      ["delete snapshot snapshot-uid-s"]),
    about(
      "With policy Retain it stays in storage (SN7)",
      [
        content(policy: "Retain") {
          $0.isReadyToUse()
          $0.isBeingDeleted()
        }
      ], "SN7", released),
    about(
      "A content whose snapshot is gone stays until somebody deletes it (SN7)", [content { $0.isReadyToUse() }], "SN5"),
  ]

  @Test("A content stands for one snapshot in storage (SN4-SN7, SN9)", arguments: rows)
  func contents(row: DecisionRow) { row.check { SnapshotContentController(settings: $0) } }

  private func followUp(_ effect: Effect, _ outcome: Outcome, on objects: [Resource]) -> [String] {
    let settings = ControllerSettings(servedProvisioners: [provisioner])
    let world = PodWorld.of(objects)
    let decision = SnapshotContentController(settings: settings).followUp(
      effect, outcome, on: ObjectKey(.volumeSnapshotContent, name: "snapcontent-uid-s"), in: world, at: PodWorld.now)
    return StepText.of(decision.steps, in: world)
  }

  @Test("What storage says becomes the status, and failures are told (SN5, SN10)")
  func outcomes() throws {
    let key = ObjectKey(.volumeSnapshotContent, name: "snapcontent-uid-s")
    let fresh = try #require(content().typed(VolumeSnapshotContent.self))
    let request = try #require(SnapshotRequest(fresh, in: PodWorld.of(sourceClaim() + [snapshot()])))
    #expect(request.volumeBytes == 1 << 30)
    let made = MadeSnapshot(handle: "snapshot-uid-s", bytes: 7, createdAt: 5)
    #expect(
      followUp(.snapshot(request), .snapshotted(made), on: [content()])
        == ["snapcontent-uid-s: creationTime=5 readyToUse=true restoreSize=7 snapshotHandle=snapshot-uid-s"])
    let failure = Outcome.failed(EffectFailure(.exhausted, "no room"))
    #expect(
      followUp(.snapshot(request), failure, on: [content()]) == [
        "snapcontent-uid-s: error.message=Failed to create snapshot: no room error.time=2027-01-15T08:00:00Z "
          + "readyToUse=false",
        "Warning SnapshotCreationFailed snapcontent-uid-s: Failed to create snapshot: no room",
      ])
    let deletion = Effect.deleteSnapshot(handle: "snapshot-uid-s", of: key)
    #expect(followUp(deletion, .done, on: [content()]) == Self.released)
    #expect(
      followUp(deletion, failure, on: [content()]).last
        == "Warning SnapshotDeleteError snapcontent-uid-s: Failed to delete snapshot: no room")
  }

  static let both = [WellKnown.claimProtection, WellKnown.claimAsSourceProtection, WellKnown.cloningProtection]

  static let protectionRows: [DecisionRow] = [
    aboutClaim(
      "A claim is kept while it is cut and cloned (SN6, SN12)",
      sourceClaim { $0.metadata.finalizers = both } + [
        snapshot(), content(), copy(of: .persistentVolumeClaim, "x"),
      ], "SN6"),
    aboutClaim(
      "It is let go when the snapshot is ready and the clone Bound (SN6, SN12)",
      sourceClaim { $0.metadata.finalizers = both } + [
        snapshot { $0.isReadyToUse() }, content { $0.isReadyToUse() },
        copy(of: .persistentVolumeClaim, "x") {
          $0.volumeName = "b"
          $0.phase = .bound
        },
      ], "SN6", ["x: finalizers=[\"kubernetes.io/pvc-protection\"]"]),
    aboutClaim(
      "A snapshot that has no content yet does not keep it (SN6)",
      sourceClaim { $0.metadata.finalizers = both } + [snapshot()], "SN6",
      ["x: finalizers=[\"kubernetes.io/pvc-protection\"]"]),
  ]

  @Test("Sources stay while something is made from them (SN6, SN12)", arguments: protectionRows)
  func protection(row: DecisionRow) { row.check { _ in SourceProtection() } }
}
