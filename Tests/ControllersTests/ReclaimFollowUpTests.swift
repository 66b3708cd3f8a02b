// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// What follows when a volume's storage has been deleted or emptied, or could not be.
struct ReclaimFollowUpTests {
  private static let settings = ControllerSettings(servedProvisioners: [provisioner], hasInTreePlugins: true)
  private static let key = ObjectKey(.persistentVolume, name: "a")

  private func released(change: (inout PersistentVolume) -> Void = { _ in }) -> PersistentVolume {
    PersistentVolume(
      json: volume("a", for: "x", uid: "uid-x", phase: .released) { volume in
        volume.has("hostPath", ["path": "/tmp/a"])
        change(&volume)
      }.json)
  }

  private func steps(
    _ decider: any Decider, _ effect: Effect, _ outcome: Outcome, _ objects: [Resource]
  ) -> [String] {
    let world = PodWorld.of(objects)
    return StepText.of(
      decider.followUp(effect, outcome, on: Self.key, in: world, at: PodWorld.now).steps, in: world)
  }

  @Test("After its storage the volume goes, its finalizer first (R7, R24)")
  func deleted() {
    let volume = released {
      $0.addFinalizer(WellKnown.inTreeFinalizer)
      $0.setAnnotation(WellKnown.provisionedBy, "kubernetes.io/host-path")
    }
    #expect(
      steps(VolumeBinder(settings: Self.settings), .deleteBackend(volume), .done, [Resource(volume)])
        == ["a: finalizers=[\"kubernetes.io/pv-protection\"]", "delete a"])
  }

  @Test("A failed deletion fails the volume, once (R8, R3, R9, EV15)")
  func failed() {
    let failure = Outcome.failed(EffectFailure(.final, "no"))
    let binder = VolumeBinder(settings: Self.settings)
    let volume = released()
    #expect(
      steps(binder, .deleteBackend(volume), failure, [Resource(volume)])
        == ["a: message=no phase=Failed", "Warning VolumeFailedDelete a: no"])
    let again = released { $0.phase = .failed }
    #expect(steps(binder, .deleteBackend(again), failure, [Resource(again)]) == [])
  }

  @Test("Storage that is in use is no failure (R8, EV16)")
  func inUse() {
    let volume = released()
    #expect(
      steps(
        VolumeBinder(settings: Self.settings), .deleteBackend(volume), .failed(EffectFailure(.inUse, "busy")),
        [Resource(volume)]) == ["Normal VolumeDelete a: busy"])
  }

  @Test("A volume that is no longer released is left alone (R10)")
  func notReleased() {
    let volume = released()
    let binder = VolumeBinder(settings: Self.settings)
    let free = released { $0.claimRef = nil }
    #expect(steps(binder, .deleteBackend(volume), .done, [Resource(free)]) == [])
    let reserved = released { $0.claimRef?.json["uid"] = nil }
    #expect(steps(binder, .deleteBackend(volume), .done, [Resource(reserved)]) == [])
    #expect(steps(binder, .deleteBackend(volume), .done, [Resource(volume), claim("x")]) == [])
    #expect(steps(binder, .deleteBackend(volume), .done, [Resource(volume), claim("x", on: "b")]) == ["delete a"])
  }

  @Test("An emptied volume is free for any claim, or for the one that a person reserved it for (R20, EV17)")
  func recycled() {
    let binder = VolumeBinder(settings: Self.settings)
    let byPerson = released()
    #expect(
      steps(binder, .recycle(byPerson), .done, [Resource(byPerson)])
        == ["Normal VolumeRecycled a: Volume recycled", "a: spec.claimRef.uid-", "a: phase=Available"])
    let bySoftware = released { $0.setAnnotation(WellKnown.boundByController, "yes") }
    #expect(
      steps(binder, .recycle(bySoftware), .done, [Resource(bySoftware)]) == [
        "Normal VolumeRecycled a: Volume recycled",
        "a: bound-by-controller- spec.claimRef.name- spec.claimRef.namespace- spec.claimRef.uid-", "a: phase=Available",
      ])
  }

  @Test("A failed recycling fails the volume (R20, EV19)")
  func recyclingFailed() {
    let volume = released()
    #expect(
      steps(
        VolumeBinder(settings: Self.settings), .recycle(volume), .failed(EffectFailure(.final, "no")),
        [Resource(volume)])
        == ["a: message=Recycle failed: no phase=Failed", "Warning VolumeFailedRecycle a: Recycle failed: no"])
  }

  @Test("On a real host directory volumes of our own are recycled, foreign ones are not (R18)")
  func recyclingOurOwn() {
    let settings = ControllerSettings(servedProvisioners: [WellKnown.orlop], driver: WellKnown.orlop)
    let own = volume("a", for: "x", uid: "uid-x", phase: .released) {
      $0.has("csi", ["driver": "orlop.io", "volumeHandle": "v"], policy: "Recycle")
      $0.setAnnotation(WellKnown.provisionedBy, WellKnown.orlop)
    }
    let world = PodWorld.of([own])
    let decision = VolumeBinder(settings: settings).decide(Self.key, in: world, at: PodWorld.now)
    #expect(StepText.of(decision.steps, in: world) == ["empty a"])
    let foreign = volume("a", for: "x", uid: "uid-x", phase: .released) { $0.has("nfs", policy: "Recycle") }
    let refusal = VolumeBinder(settings: settings).decide(Self.key, in: PodWorld.of([foreign]), at: PodWorld.now)
    #expect(refusal.reason.rule == "R18")
  }

  static let externalRows: [DecisionRow] = [
    aboutVolume(
      "A Released volume with policy Delete is deleted (R13)",
      [volume("a", for: "x", uid: "uid-x", phase: .released) { $0.isMadeByProvisioner() }], "R13",
      ["delete storage of a"]),
    aboutVolume(
      "While it is terminating too, as long as it has its finalizer (R13, T9)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .released) {
          $0.isMadeByProvisioner()
          $0.isBeingDeleted()
        }
      ], "R13", ["delete storage of a"]),
    aboutVolume(
      "Without its finalizer its storage is gone already (R13)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .released) {
          $0.isMadeByProvisioner()
          $0.isBeingDeleted()
          $0.removeFinalizer(WellKnown.externalProvisionerFinalizer)
        }
      ], "R13"),
    aboutVolume(
      "With policy Retain it is kept and loses the finalizer (P32, R21, R24)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .released) {
          $0.isMadeByProvisioner()
          $0.json.set("Retain", "spec", "persistentVolumeReclaimPolicy")
        }
      ], "P32", ["a: finalizers=[\"kubernetes.io/pv-protection\"]"]),
    aboutVolume(
      "A Bound volume with policy Delete gets the finalizer (P32)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .bound) {
          $0.isMadeByProvisioner()
          $0.removeFinalizer(WellKnown.externalProvisionerFinalizer)
        }, claim("x", on: "a"),
      ], "P32",
      [
        "a: finalizers=[\"kubernetes.io/pv-protection\",\"external-provisioner.volume.kubernetes.io/finalizer\"]"
      ]),
    aboutVolume(
      "A volume of another provisioner is left alone (R13)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .released) {
          $0.isMadeByProvisioner()
          $0.setAnnotation(WellKnown.provisionedBy, "other.example.com")
        }
      ], "R13"),
    aboutVolume(
      "An annotation alone does not make it ours: the driver must agree (A1)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .released) {
          $0.isMadeByProvisioner()
          $0.json.set("other.example.com", "spec", "csi", "driver")
        }
      ], "R13"),
    aboutVolume(
      "A claim that is back keeps its volume (R10)",
      [volume("a", for: "x", uid: "uid-x", phase: .released) { $0.isMadeByProvisioner() }, claim("x", on: "a")], "R10"),
  ]

  @Test("The external deleter acts on its own Released volumes (R13, P32)", arguments: externalRows)
  func external(row: DecisionRow) { row.check { ExternalDeleter(settings: $0) } }

  @Test("Storage first, then the object, then the finalizer; a failure leaves it Released (R14, EV15)")
  func externalFollowUp() {
    let volume = PersistentVolume(
      json: volume("a", for: "x", uid: "uid-x", phase: .released) { $0.isMadeByProvisioner() }.json)
    let deleter = ExternalDeleter(settings: Self.settings)
    #expect(
      steps(deleter, .deleteBackend(volume), .done, [Resource(volume)])
        == ["delete a", "a: finalizers=[\"kubernetes.io/pv-protection\"]"])
    #expect(
      steps(deleter, .deleteBackend(volume), .failed(EffectFailure(.final, "no")), [Resource(volume)])
        == ["Warning VolumeFailedDelete a: no"])
  }
}
