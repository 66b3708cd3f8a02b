// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// The binder's decisions about one claim.
struct ClaimBinderTests {
  static let pointsToX =
    "a: bound-by-controller=yes spec.claimRef.apiVersion=v1 spec.claimRef.kind=PersistentVolumeClaim "
    + "spec.claimRef.name=x spec.claimRef.namespace=default spec.claimRef.uid=uid-x"
  static let completesReservation =
    "a: spec.claimRef.apiVersion=v1 spec.claimRef.kind=PersistentVolumeClaim spec.claimRef.uid=uid-x"
  static let claimNames = "x: bind-completed=yes bound-by-controller=yes spec.volumeName=a"
  static let claimBound = "x: accessModes=[\"ReadWriteOnce\"] capacity.storage=1Gi phase=Bound"
  static let nothingFound =
    "Normal FailedBinding x: no persistent volumes available for this claim and no storage class is set"
  static let taken = "Warning FailedBinding x: volume \"a\" already bound to a different claim."
  static let lostVolume = "Warning ClaimLost x: Bound claim has lost its PersistentVolume. Data on the volume is lost!"

  static func mismatch(_ reason: String) -> String {
    "Warning VolumeMismatch x: Cannot bind to requested volume \"a\": \(reason)"
  }

  static let unboundRows: [DecisionRow] = [
    aboutClaim(
      "A match is written in four steps: volume, its phase, claim, its status (B21, B22, B23, B24, B26, EV29)",
      [volume("a"), claim("x")], "B4", [pointsToX, "a: phase=Bound", claimNames, claimBound]),
    aboutClaim(
      "A reserved volume gets no mark of the controller (B23)", [volume("a", for: "x"), claim("x")], "B4",
      [completesReservation, "a: phase=Bound", claimNames, claimBound]),
    aboutClaim(
      "A provisioned volume has no mark while its claim has both (B25)",
      [volume("a", for: "x", uid: "uid-x") { $0.isMadeByProvisioner() }, claim("x")], "B4",
      ["a: phase=Bound", claimNames, claimBound]),
    aboutClaim(
      "The claim's status reports the whole volume (B26)", [volume("a", "10Gi"), claim("x")], "B4",
      [pointsToX, "a: phase=Bound", claimNames, "x: accessModes=[\"ReadWriteOnce\"] capacity.storage=10Gi phase=Bound"]),
    aboutClaim(
      "A pending resize makes the claim report the old size (B28, E19)",
      [volume("a", "2Gi") { $0.setAnnotation(WellKnown.preResizeCapacity, "1Gi") }, claim("x")], "B4",
      [pointsToX, "a: phase=Bound", claimNames, claimBound]),
    aboutClaim(
      "A size before the resize that cannot be read counts as none (B28)",
      [volume("a", "1Gi") { $0.setAnnotation(WellKnown.preResizeCapacity, "much") }, claim("x")], "B4",
      [pointsToX, "a: phase=Bound", claimNames, claimBound]),
    aboutClaim(
      "A volume without capacity cannot be reported (B29)",
      [volume("a", for: "x") { $0.capacityText = nil }, claim("x", on: "a")], "B29",
      [completesReservation, "a: phase=Bound", "x: bind-completed=yes"]),
    aboutClaim(
      "The attributes class in effect comes with the binding (B30)",
      [
        volume("a") { $0.json.set("gold", "spec", "volumeAttributesClassName") },
        claim("x") { $0.json.set("gold", "spec", "volumeAttributesClassName") },
      ], "B4",
      [
        pointsToX, "a: phase=Bound", claimNames,
        "x: accessModes=[\"ReadWriteOnce\"] capacity.storage=1Gi currentVolumeAttributesClassName=gold phase=Bound",
      ]),
    aboutClaim(
      "Without volume and class the claim waits and is told so (B32, EV1)", [claim("x")], "B32", [nothingFound]),
    aboutClaim(
      "A claim that falls back to Pending forgets its status (B31)",
      [
        claim("x") {
          $0.phase = .bound
          $0.statusAccessModes = ["ReadWriteOnce"]
          $0.statusCapacityText = "1Gi"
        }
      ], "B32", [nothingFound, "x: accessModes- capacity.storage- phase=Pending"]),
    aboutClaim("A claim that names a missing volume waits in silence (B33)", [claim("x", on: "a")], "B33"),
    aboutClaim(
      "A claim that names a volume binds it whatever else is there (B34, B24)",
      [volume("a"), volume("b", "500Mi"), claim("x", on: "a")], "B34",
      [pointsToX, "a: phase=Bound", "x: bind-completed=yes", claimBound]),
    aboutClaim(
      "A named volume that is being deleted does not fit (B34, T10, EV4)",
      [volume("a") { $0.isBeingDeleted() }, claim("x", on: "a")], "B34",
      [mismatch("the volume is marked for deletion \"a\"")]),
    aboutClaim(
      "A named volume that is too small does not fit, and that comes before its class (B34)",
      [volume("a", "999M") { $0.json.set("gold", "spec", "storageClassName") }, claim("x", "1G", on: "a")], "B34",
      [mismatch("requested PV is too small")]),
    aboutClaim(
      "A named volume of 12E is too small: its size overflows (B64)", [volume("a", "12E"), claim("x", on: "a")], "B34",
      [mismatch("requested PV is too small")]),
    aboutClaim(
      "A named volume of another class does not fit (B34)",
      [volume("a") { $0.json.set("gold", "spec", "storageClassName") }, claim("x", on: "a", className: "silver")],
      "B34",
      [mismatch("storageClassName does not match")]),
    aboutClaim(
      "A named volume of another attributes class does not fit (B34)",
      [volume("a") { $0.json.set("gold", "spec", "volumeAttributesClassName") }, claim("x", on: "a")], "B34",
      [mismatch("volumeAttributesClassName does not match")]),
    aboutClaim(
      "A named volume of another mode does not fit (B34)",
      [volume("a") { $0.json.set("Block", "spec", "volumeMode") }, claim("x", on: "a")], "B34",
      [mismatch("incompatible volumeMode")]),
    aboutClaim(
      "A named volume without the access mode does not fit (B34)",
      [volume("a") { $0.accessModes = ["ReadOnlyMany"] }, claim("x", on: "a")], "B34",
      [mismatch("incompatible accessMode")]),
    aboutClaim(
      "For a named volume neither phase nor selector counts (B35)",
      [
        volume("a", phase: .failed),
        claim("x", on: "a") { $0.json.set(["matchLabels": ["t": "b"]], "spec", "selector") },
      ],
      "B34", [pointsToX, "a: phase=Bound", "x: bind-completed=yes", claimBound]),
    aboutClaim(
      "With both pointers set nothing is checked (B36)",
      [
        volume("a", "1Mi", for: "x") { $0.json.set("gold", "spec", "storageClassName") }, claim("x", "1Ti", on: "a"),
      ], "B36",
      [
        completesReservation, "a: phase=Bound", "x: bind-completed=yes",
        "x: accessModes=[\"ReadWriteOnce\"] capacity.storage=1Mi phase=Bound",
      ]),
    aboutClaim(
      "A named volume of another claim is taken (B37, EV2)",
      [volume("a", for: "y", uid: "uid-y"), claim("x", on: "a")], "B37", [taken]),
    aboutClaim(
      "A named volume reserved in another namespace is taken (B52)",
      [volume("a") { $0.claimRef = ClaimReference(json: ["namespace": "b", "name": "x"]) }, claim("x", on: "a")], "B37",
      [taken]),
    aboutClaim(
      "Where software named the taken volume the phase is left alone (B38)",
      [
        volume("a", for: "y", uid: "uid-y"),
        claim("x", on: "a") {
          $0.phase = .lost
          $0.setAnnotation(WellKnown.boundByController, "yes")
        },
      ], "B38", [taken]),
  ]

  static let boundOnceRows: [DecisionRow] = [
    aboutClaim(
      "The annotation alone says that a claim was bound, whatever its phase (B1, B40)",
      [claim("x", on: "a") { $0.setAnnotation(WellKnown.bindCompleted, "") }], "B40", ["x: phase=Lost", lostVolume]),
    aboutClaim(
      "A bound claim without a volume's name is Lost (B39, EV6)",
      [boundClaim("x", on: "")], "B39",
      [
        "x: accessModes- capacity.storage- phase=Lost",
        "Warning ClaimLost x: Bound claim has lost reference to PersistentVolume. Data on the volume is lost!",
      ]),
    aboutClaim(
      "A bound claim whose volume is gone is Lost (B40, B31, T12, EV6)", [boundClaim("x", on: "a")], "B40",
      ["x: accessModes- capacity.storage- phase=Lost", lostVolume]),
    aboutClaim(
      "A Lost claim is told so once (B44)", [boundClaim("x", on: "a") { $0.phase = .lost }], "B40"),
    aboutClaim(
      "A volume that points to nobody is bound again, unchecked (B41)",
      [volume("a", "1Mi", phase: .pending), boundClaim("x", on: "a")], "B41", [pointsToX, "a: phase=Bound"]),
    aboutClaim(
      "A bound pair is confirmed, and nothing written (B42)",
      [volume("a", for: "x", uid: "uid-x", phase: .bound), boundClaim("x", on: "a")], "B42"),
    aboutClaim(
      "A later change of the volume's capacity does not reach a bound claim (B27, E16, E18)",
      [volume("a", "5Gi", for: "x", uid: "uid-x", phase: .bound), boundClaim("x", on: "a")], "B42"),
    aboutClaim(
      "A volume of another claim makes this one Lost (B43, EV7)",
      [volume("a", for: "x", uid: "uid-old"), boundClaim("x", on: "a")], "B43",
      [
        "x: accessModes- capacity.storage- phase=Lost",
        "Warning ClaimMisbound x: Two claims are bound to the same volume, this one is bound incorrectly",
      ]),
    aboutClaim(
      "A volume reserved by name only leaves a Lost claim Lost (B43, B44)",
      [volume("a", for: "x"), boundClaim("x", on: "a") { $0.phase = .lost }], "B43"),
    aboutClaim(
      "A Lost claim recovers when its volume comes back (B44)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .bound),
        boundClaim("x", on: "a") {
          $0.phase = .lost
          $0.statusAccessModes = []
          $0.statusCapacityText = nil
        },
      ], "B42", [claimBound]),
  ]

  @Test("An unbound claim takes the branch that its pointers call for", arguments: unboundRows)
  func unbound(row: DecisionRow) { row.check { ClaimBinder(settings: $0) } }

  @Test("A claim that was bound once is confirmed or Lost", arguments: boundOnceRows)
  func boundOnce(row: DecisionRow) { row.check { ClaimBinder(settings: $0) } }

  @Test("Only the attempt of rule B38 counts as failed (B38, B58)")
  func retries() {
    for row in Self.unboundRows where row.rule == "B37" || row.rule == "B38" {
      let decision = ClaimBinder(settings: row.settings).decide(
        row.looksAt, in: PodWorld.of(row.objects), at: PodWorld.now)
      #expect(decision.retries == (row.rule == "B38"))
    }
  }

  @Test("The volume's pointer carries the claim's version (B22)")
  func version() throws {
    let world = PodWorld.of([volume("a"), claim("x") { $0.metadata.resourceVersion = 42 }])
    let decision = ClaimBinder(settings: ControllerSettings(servedProvisioners: [])).decide(
      ObjectKey(.persistentVolumeClaim, namespace: "default", name: "x"), in: world, at: PodWorld.now)
    guard case .update(let written) = try #require(decision.steps.first) else { return #expect(Bool(false)) }
    #expect(written.json.string("spec", "claimRef", "resourceVersion") == "42")
  }
}
