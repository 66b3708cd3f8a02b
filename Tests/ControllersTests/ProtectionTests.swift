// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// What is in use does not vanish.
struct ProtectionTests {
  static let unprotected = ["x: finalizers-"]

  static func ephemeral(owned: Bool, shutDown: Bool = false) -> [Resource] {
    var pod = PodWorld.pod("p", node: "n1", volumes: [["name": "v", "ephemeral": ["volumeClaimTemplate": [:]]]])
    if shutDown {
      pod.isBeingDeleted()
      pod.json.set(.integer(0), "metadata", "deletionGracePeriodSeconds")
    }
    let claim = claim("p-v") { claim in
      if owned { claim.metadata.ownerReferences = [OwnerReference(controller: pod)] }
      claim.isBeingDeleted()
    }
    return [Resource(pod), claim]
  }

  static let claimRows: [DecisionRow] = [
    aboutClaim(
      "A claim without protection gets it (T1)", [claim("x") { $0.metadata.finalizers = ["mine"] }], "T1",
      ["x: finalizers=[\"mine\",\"kubernetes.io/pvc-protection\"]"]),
    aboutClaim("A protected claim is left alone (T1)", [claim("x")], "T1"),
    aboutClaim(
      "A claim that is being deleted does not get it (T1)",
      [
        claim("x") {
          $0.metadata.finalizers = ["mine"]
          $0.isBeingDeleted()
        }
      ], "T2"),
    aboutClaim("An unused claim goes (T2, T3)", [claim("x") { $0.isBeingDeleted() }], "T3", unprotected),
    aboutClaim("A scheduled pod keeps it (T3)", [claim("x") { $0.isBeingDeleted() }, pod("p", using: "x")], "T3"),
    aboutClaim(
      "A finished pod keeps it too (T3)",
      [claim("x") { $0.isBeingDeleted() }, pod("p", using: "x", phase: "Succeeded")], "T3"),
    aboutClaim(
      "A pod without a node does not (T4)",
      [claim("x") { $0.isBeingDeleted() }, pod("p", using: "x", node: "", phase: "Pending")], "T3", unprotected),
    aboutClaim(
      "A pod of another namespace does not (T7)",
      [
        claim("x") { $0.isBeingDeleted() },
        Resource(json: pod("p", using: "x").json.with("other", "metadata", "namespace")),
      ], "T3", unprotected),
  ]

  static let volumeRows: [DecisionRow] = [
    aboutVolume(
      "A volume without protection gets it (T1)", [volume("a") { $0.metadata.finalizers = [] }], "T1",
      ["a: finalizers=[\"kubernetes.io/pv-protection\"]"]),
    aboutVolume("A protected volume is left alone (T1)", [volume("a")], "T1"),
    aboutVolume(
      "A Bound volume waits for the end of its claim (T8, T9)",
      [volume("a", for: "x", uid: "uid-x", phase: .bound) { $0.isBeingDeleted() }], "T8"),
    aboutVolume("An Available one goes (T8, T11)", [volume("a") { $0.isBeingDeleted() }], "T8", ["a: finalizers-"]),
    aboutVolume(
      "A Released one goes, unless another finalizer holds it (T11)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .released) {
          $0.isMadeByProvisioner()
          $0.isBeingDeleted()
        }
      ], "T8", ["a: finalizers=[\"external-provisioner.volume.kubernetes.io/finalizer\"]"]),
  ]

  @Test("A claim is protected as long as scheduled pods use it (T6)", arguments: claimRows)
  func claims(row: DecisionRow) { row.check { _ in ClaimProtection() } }

  @Test("A volume is protected as long as it is Bound (T1, T8, T11)", arguments: volumeRows)
  func volumes(row: DecisionRow) { row.check { _ in VolumeProtection() } }

  @Test("An ephemeral volume's pod counts while it owns the claim and is not shut down (T5)")
  func ephemeralVolumes() {
    for (objects, isKept) in [
      (Self.ephemeral(owned: true), true), (Self.ephemeral(owned: false), false),
      (Self.ephemeral(owned: true, shutDown: true), false),
    ] {
      let decision = ClaimProtection().decide(
        ObjectKey(.persistentVolumeClaim, namespace: "default", name: "p-v"), in: PodWorld.of(objects), at: PodWorld.now
      )
      #expect(decision.steps.isEmpty == isKept)
    }
  }
}
