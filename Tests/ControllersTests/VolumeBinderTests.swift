// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// The binder's decisions about one volume.
struct VolumeBinderTests {
  static let bindingRows: [DecisionRow] = [
    aboutVolume("A new volume becomes Available (B2)", [volume("a", phase: .pending)], "B2", ["a: phase=Available"]),
    aboutVolume(
      "A volume without claimRef becomes Available from Failed too, without its message (B2, R26)",
      [volume("a", phase: .failed) { $0.statusMessage = "no" }], "B2", ["a: message- phase=Available"]),
    aboutVolume(
      "Removing claimRef frees a Released volume; a mark left over is harmless (B2, B55)",
      [volume("a", phase: .released) { $0.setAnnotation(WellKnown.boundByController, "yes") }], "B2",
      ["a: phase=Available"]),
    aboutVolume("An Available volume stays as it is (B2)", [volume("a")], "B2"),
    aboutVolume(
      "A volume reserved by name becomes Available (B3)", [volume("a", for: "x", phase: .pending)], "B3",
      ["a: phase=Available"]),
    aboutVolume(
      "Clearing only the uid keeps the reservation (B3, B55)", [volume("a", for: "x", phase: .released)], "B3",
      ["a: phase=Available"]),
    aboutVolume(
      "An empty claimRef shows Available (B54)",
      [volume("a", phase: .pending) { $0.claimRef = ClaimReference(json: [:]) }], "B3", ["a: phase=Available"]),
    aboutVolume(
      "A claim of another mode is told so, and the phase is left alone (B45, EV5)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .pending) { $0.json.set("Block", "spec", "volumeMode") }, claim("x"),
      ], "B45",
      [
        "Warning VolumeMismatch a: Cannot bind PersistentVolume to requested PersistentVolumeClaim \"x\" due to "
          + "incompatible volumeMode.",
        "Warning VolumeMismatch x: Cannot bind PersistentVolume \"a\" to requested PersistentVolumeClaim due to "
          + "incompatible volumeMode.",
      ]),
    aboutVolume(
      "A volume whose claim has yet to name it is left to the claim (B46)",
      [volume("a", for: "x", uid: "uid-x", phase: .pending), claim("x")], "B46"),
    aboutVolume(
      "Pointers both ways make it Bound (B47)",
      [volume("a", for: "x", uid: "uid-x"), claim("x", on: "a")], "B47", ["a: phase=Bound"]),
    aboutVolume(
      "Its claim went elsewhere: what software wrote is removed (B48)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .bound) { $0.setAnnotation(WellKnown.boundByController, "yes") },
        claim("x", on: "b"),
      ], "B48",
      ["a: bound-by-controller- spec.claimRef.name- spec.claimRef.namespace- spec.claimRef.uid-", "a: phase=Available"]),
    aboutVolume(
      "Its claim went elsewhere: what a person wrote keeps the name (B48)",
      [volume("a", for: "x", uid: "uid-x", phase: .bound), claim("x", on: "b")], "B48",
      ["a: spec.claimRef.uid-", "a: phase=Available"]),
    aboutVolume(
      "Its claim went elsewhere: a volume made for it is released (B48, R11)",
      [volume("a", for: "x", uid: "uid-x", phase: .bound) { $0.isMadeByProvisioner() }, claim("x", on: "b")], "R11",
      ["a: phase=Released"]),
    aboutVolume(
      "Another claim of the same name counts as none (B49, R2)",
      [volume("a", for: "x", uid: "uid-old", phase: .bound), claim("x")], "R1", ["a: phase=Released"]),
    aboutVolume(
      "A Released volume is not released again (B50)", [volume("a", for: "x", uid: "uid-x", phase: .released)],
      "R2"),
  ]

  static let notDeletable = "error getting deleter volume plugin for volume \"a\": no deletable volume plugin matched"

  static let reclaimRows: [DecisionRow] = [
    aboutVolume(
      "A volume whose claim is gone is Released (R1)", [volume("a", for: "x", uid: "uid-x", phase: .bound)],
      "R1", ["a: phase=Released"]),
    aboutVolume("Retain does nothing more (R2)", [volume("a", for: "x", uid: "uid-x", phase: .released)], "R2"),
    aboutVolume(
      "A missing policy reads as Retain (R22)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .released) {
          $0.json.set(nil, "spec", "persistentVolumeReclaimPolicy")
        }
      ], "R2"),
    aboutVolume(
      "A Failed volume is tried again and stays Failed (R3)",
      [volume("a", for: "x", uid: "uid-x", phase: .failed) { $0.has("nfs") }], "R12"),
    aboutVolume(
      "A Failed volume is deleted when that has become possible (R3)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .failed) {
          $0.json.set("Delete", "spec", "persistentVolumeReclaimPolicy")
        }
      ],
      "R7", ["delete storage of a"]),
    aboutVolume(
      "An unknown policy fails (R4, EV21)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .bound) {
          $0.json.set("Burn", "spec", "persistentVolumeReclaimPolicy")
        }
      ],
      "R1",
      [
        "a: phase=Released", "a: message=Volume has unrecognized PersistentVolumeReclaimPolicy phase=Failed",
        "Warning VolumeUnknownReclaimPolicy a: Volume has unrecognized PersistentVolumeReclaimPolicy",
      ]),
    aboutVolume(
      "A migrated volume is left to its driver (R5, P6)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .bound) {
          $0.has("gcePersistentDisk")
          $0.setAnnotation(WellKnown.provisionedBy, "kubernetes.io/gce-pd")
        }
      ], "R1", ["a: migrated-to=pd.csi.storage.gke.io", "a: phase=Released"]),
    aboutVolume(
      "What an external provisioner made is left to it (R6)",
      [volume("a", for: "x", uid: "uid-x", phase: .released) { $0.isMadeByProvisioner() }], "R6"),
    aboutVolume(
      "A static CSI volume is left to its driver (R6)",
      [volume("a", for: "x", uid: "uid-x", phase: .released) { $0.has("csi", ["driver": "d.example.com"]) }], "R6"),
    aboutVolume(
      "A plugin that does not exist cannot delete (R6, EV15)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .released) {
          $0.has("hostPath", ["path": "/tmp/a"])
          $0.addFinalizer(WellKnown.inTreeFinalizer)
          $0.setAnnotation(WellKnown.provisionedBy, "kubernetes.io/unknown")
        }
      ], "R6",
      [
        "a: message=no volume plugin matched name: kubernetes.io/unknown phase=Failed",
        "Warning VolumeFailedDelete a: no volume plugin matched name: kubernetes.io/unknown",
      ]),
    aboutVolume(
      "Below /tmp the hostPath deleter works (R7)",
      [volume("a", for: "x", uid: "uid-x", phase: .released) { $0.has("hostPath", ["path": "/data/tmp/x"]) }], "R7",
      ["delete storage of a"]),
    aboutVolume(
      "Elsewhere it refuses (R12, EV15)",
      [volume("a", for: "x", uid: "uid-x", phase: .released) { $0.has("hostPath", ["path": "/tmp/"]) }], "R12",
      [
        "a: message=host_path deleter only supports /tmp/.+ but received provided /tmp/ phase=Failed",
        "Warning VolumeFailedDelete a: host_path deleter only supports /tmp/.+ but received provided /tmp/",
      ]),
    aboutVolume(
      "NFS has no deleter (R12)", [volume("a", for: "x", uid: "uid-x", phase: .released) { $0.has("nfs") }], "R12",
      ["a: message=\(notDeletable) phase=Failed", "Warning VolumeFailedDelete a: \(notDeletable)"]),
    aboutVolume(
      "Local volumes have none either (R12)",
      [volume("a", for: "x", uid: "uid-x", phase: .released) { $0.has("local") }], "R12",
      ["a: message=\(notDeletable) phase=Failed", "Warning VolumeFailedDelete a: \(notDeletable)"]),
    aboutVolume(
      "A Pod that still names the gone claim keeps its volume from being recycled (R17, EV18)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .released) { $0.has("nfs", policy: "Recycle") },
        pod("q", using: "x", node: ""), pod("p", using: "x"), pod("done", using: "x", phase: "Succeeded"),
      ], "R17", ["Normal VolumeFailedRecycle a: Volume is used by pods: default/p,default/q"]),
    aboutVolume(
      "With a new claim of that name the pods are the new claim's (R17)",
      [
        volume("a", for: "x", uid: "uid-old", phase: .released) { $0.has("nfs", policy: "Recycle") },
        pod("p", using: "x"), claim("x"),
      ], "R17", ["empty a"]),
    aboutVolume(
      "Other sources cannot be recycled (R18, EV19)",
      [volume("a", for: "x", uid: "uid-x", phase: .released) { $0.has("local", policy: "Recycle") }], "R18",
      [
        "a: message=No recycler plugin found for the volume! phase=Failed",
        "Warning VolumeFailedRecycle a: No recycler plugin found for the volume!",
      ]),
    aboutVolume(
      "The policy of the moment counts (R21, P37)",
      [
        volume("a", for: "x", uid: "uid-x", phase: .bound) {
          $0.isMadeByProvisioner()
          $0.json.set("Retain", "spec", "persistentVolumeReclaimPolicy")
        }
      ], "R1", ["a: phase=Released"]),
  ]

  static let upkeepRows: [DecisionRow] = [
    aboutVolume(
      "Delete by a plugin gets the plugin's finalizer (R23)",
      [
        volume("a") {
          $0.has("hostPath"); $0.setAnnotation(WellKnown.provisionedBy, "kubernetes.io/host-path")
        }
      ], "B2",
      ["a: finalizers=[\"kubernetes.io/pv-protection\",\"kubernetes.io/pv-controller\"]"]),
    aboutVolume(
      "Retain loses it, and a stray external one too (R23)",
      [
        volume("a") {
          $0.setAnnotation(WellKnown.provisionedBy, "kubernetes.io/host-path")
          $0.addFinalizer(WellKnown.inTreeFinalizer)
          $0.addFinalizer(WellKnown.externalProvisionerFinalizer)
        }
      ], "B2", ["a: finalizers=[\"kubernetes.io/pv-protection\"]"]),
    aboutVolume("Volumes of other provisioners are left alone (R23)", [volume("a") { $0.isMadeByProvisioner() }], "B2"),
  ]

  @Test("A volume takes the phase that its claim calls for", arguments: bindingRows)
  func binding(row: DecisionRow) { row.check { VolumeBinder(settings: $0) } }

  @Test("A volume whose claim is gone is reclaimed by its policy", arguments: reclaimRows)
  func reclaiming(row: DecisionRow) { row.check { VolumeBinder(settings: $0) } }

  @Test("In-tree finalizers are kept up (R23)", arguments: upkeepRows)
  func upkeep(row: DecisionRow) { row.check { VolumeBinder(settings: $0) } }

  @Test("Every change of phase notes the time (R25)")
  func transitionTime() throws {
    let volume = PersistentVolume(json: volume("a", phase: .pending).json)
    let changed = try #require(volume.entering(.available, at: PodWorld.now))
    #expect(changed.json.string("status", "lastPhaseTransitionTime") == PodWorld.now.description)
    #expect(changed.entering(.available, at: Timestamp(seconds: 0)) == nil)
  }

  @Test("On a real host nothing is deleted that was not made here (R12, A1)")
  func realHost() {
    for source in ["hostPath", "nfs", "local"] {
      var row = aboutVolume(
        source,
        [released(source)], "R12",
        [
          "a: message=\(Self.notOurs) phase=Failed",
          "Warning VolumeFailedDelete a: \(Self.notOurs)",
        ])
      row.settings = ControllerSettings(servedProvisioners: [WellKnown.orlop], driver: WellKnown.orlop)
      row.check { VolumeBinder(settings: $0) }
    }
  }

  private static let notOurs =
    "error getting deleter volume plugin for volume \"a\": Orlop deletes only what it has created; remove the data by "
    + "hand, then delete the volume"

  private func released(_ source: String) -> Resource {
    volume("a", for: "x", uid: "uid-x", phase: .released) { $0.has(source, ["path": "/tmp/a"]) }
  }
}
