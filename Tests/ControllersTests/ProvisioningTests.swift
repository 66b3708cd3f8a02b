// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// How claims without a fitting volume get one: the volume controller's part and the provisioner's.
struct ProvisioningTests {
  static let annotates = "volume.beta.kubernetes.io/storage-provisioner=ext.example.com"
  static let requested = "x: \(annotates) volume.kubernetes.io/storage-provisioner=ext.example.com"

  static func waiting(for name: String) -> String {
    "Normal ExternalProvisioning x: Waiting for a volume to be created either by the external provisioner '\(name)' or "
      + "manually by the system administrator. If volume creation is delayed, please verify that the provisioner is "
      + "running and correctly registered."
  }

  static let controllerRows: [DecisionRow] = [
    aboutClaim(
      "A class and no volume: a new one is asked for (P1, P4, P5, EV10)",
      [storageClass("fast", by: provisioner), claim("x", className: "fast")], "P4",
      [requested, waiting(for: provisioner)]),
    aboutClaim(
      "It is told again at every look, and written once (P4, P5)",
      [
        storageClass("fast", by: provisioner),
        claim("x", className: "fast") { $0.setAnnotation(WellKnown.storageProvisioner, provisioner) },
      ], "P4", [waiting(for: provisioner)]),
    aboutClaim(
      "A missing class is said (P2, EV13)", [claim("x", className: "gold")], "P2",
      ["Warning ProvisioningFailed x: storageclass.storage.k8s.io \"gold\" not found"]),
    aboutClaim(
      "A plugin that does not exist is said, and nothing annotated (P3, P7)",
      [storageClass("c", by: "kubernetes.io/no-provisioner"), claim("x", className: "c")], "P3",
      ["Warning ProvisioningFailed x: no volume plugin matched name: kubernetes.io/no-provisioner"]),
    aboutClaim(
      "A name that nobody serves is external all the same (P4)",
      [storageClass("c", by: "other.example.com"), claim("x", className: "c")], "P4",
      [
        "x: volume.beta.kubernetes.io/storage-provisioner=other.example.com "
          + "volume.kubernetes.io/storage-provisioner=other.example.com", waiting(for: "other.example.com"),
      ]),
    aboutClaim(
      "A replaced plugin's driver is asked (P6)",
      [storageClass("c", by: "kubernetes.io/vsphere-volume"), claim("x", className: "c")], "P4",
      [
        "x: migrated-to=csi.vsphere.vmware.com volume.beta.kubernetes.io/storage-provisioner=csi.vsphere.vmware.com "
          + "volume.kubernetes.io/storage-provisioner=csi.vsphere.vmware.com", waiting(for: "csi.vsphere.vmware.com"),
      ]),
    aboutClaim(
      "The hostPath plugin takes no mount options (P9)",
      [
        storageClass("c", by: "kubernetes.io/host-path") { $0.json["mountOptions"] = ["ro", "hard"] },
        claim("x", className: "c"),
      ], "P9",
      [
        "x: volume.beta.kubernetes.io/storage-provisioner=kubernetes.io/host-path "
          + "volume.kubernetes.io/storage-provisioner=kubernetes.io/host-path",
        "Warning ProvisioningFailed x: Mount options are not supported by the provisioner but StorageClass \"c\" has "
          + "mount options [ro hard]",
      ]),
    aboutClaim(
      "The hostPath plugin copies no data source, and nothing is annotated (P10)",
      [
        storageClass("c", by: "kubernetes.io/host-path"),
        claim("x", className: "c") {
          $0.json.set(["kind": "PersistentVolumeClaim", "name": "y"], "spec", "dataSource")
        },
      ], "P10",
      [
        "Warning ProvisioningFailed x: plugin \"kubernetes.io/host-path\" is not a CSI plugin. Only CSI plugin can "
          + "provision a claim with a datasource"
      ]),
    aboutClaim(
      "The hostPath plugin does not provision unless it is told to (P11, P39)",
      [storageClass("c", by: "kubernetes.io/host-path"), claim("x", className: "c")], "P11",
      [
        "x: volume.beta.kubernetes.io/storage-provisioner=kubernetes.io/host-path "
          + "volume.kubernetes.io/storage-provisioner=kubernetes.io/host-path",
        "Warning ProvisioningFailed x: Failed to create provisioner: provisioning in volume plugin "
          + "\"kubernetes.io/host-path\" is disabled",
      ]),
    aboutClaim(
      "An Available volume of the class is used instead (P15)",
      [
        storageClass("fast", by: provisioner), volume("a") { $0.json.set("fast", "spec", "storageClassName") },
        claim("x", className: "fast"),
      ], "B4",
      [
        ClaimBinderTests.pointsToX, "a: phase=Bound", ClaimBinderTests.claimNames, ClaimBinderTests.claimBound,
      ]),
    aboutClaim(
      "A volume that is not Available yet is not seen: a second one is asked for (P16)",
      [
        storageClass("fast", by: provisioner),
        volume("a", phase: .pending) { $0.json.set("fast", "spec", "storageClassName") }, claim("x", className: "fast"),
      ], "P4", [requested, waiting(for: provisioner)]),
    aboutClaim(
      "With a node chosen a new volume is asked for although a free one fits (P17)",
      [
        storageClass("w", by: provisioner, delayed: true),
        volume("a") { $0.json.set("w", "spec", "storageClassName") },
        claim("x", className: "w") { $0.setAnnotation(WellKnown.selectedNode, "n1") },
      ], "P4", [requested, waiting(for: provisioner)]),
  ]

  static let delayedRows: [DecisionRow] = [
    aboutClaim(
      "A class that waits: no pod yet (W1, W2, P1, EV8)",
      [storageClass("w", by: provisioner, delayed: true), claim("x", className: "w")], "W2",
      ["Normal WaitForFirstConsumer x: waiting for first consumer to be created before binding"]),
    aboutClaim(
      "A class that waits: a free volume is left for the scheduler (W2)",
      [
        storageClass("w", by: provisioner, delayed: true), volume("a") { $0.json.set("w", "spec", "storageClassName") },
        claim("x", className: "w"),
      ], "W2", ["Normal WaitForFirstConsumer x: waiting for first consumer to be created before binding"]),
    aboutClaim(
      "A class without a mode is an error (W1)",
      [storageClass("w", by: provisioner) { $0.json["volumeBindingMode"] = nil }, claim("x", className: "w")], "W1"),
    aboutClaim(
      "A missing class does not wait (W1)", [claim("x", className: "w")], "P2",
      ["Warning ProvisioningFailed x: storageclass.storage.k8s.io \"w\" not found"]),
    aboutClaim(
      "A pod without a node is waited for (W3, EV9)",
      [
        storageClass("w", by: provisioner, delayed: true), claim("x", className: "w"), pod("p", using: "x", node: ""),
        pod("done", using: "x", node: "", phase: "Failed"),
      ], "W3", ["Normal WaitForPodScheduled x: waiting for pod p to be scheduled"]),
    aboutClaim(
      "Several pods without a node are all named (W3)",
      [
        storageClass("w", by: provisioner, delayed: true), claim("x", className: "w"), pod("q", using: "x", node: ""),
        pod("p", using: "x", node: ""),
      ], "W3", ["Normal WaitForPodScheduled x: waiting for pods p,q to be scheduled"]),
    aboutClaim(
      "A pod whose node was preset does not count: nobody chooses for the claim (W6)",
      [storageClass("w", by: provisioner, delayed: true), claim("x", className: "w"), pod("p", using: "x")], "W2",
      ["Normal WaitForFirstConsumer x: waiting for first consumer to be created before binding"]),
    aboutClaim(
      "A volume reserved for the claim is bound at once (W4)",
      [storageClass("w", by: provisioner, delayed: true), volume("a", for: "x"), claim("x", className: "w")], "B4",
      [
        ClaimBinderTests.completesReservation, "a: phase=Bound", ClaimBinderTests.claimNames,
        ClaimBinderTests.claimBound,
      ]),
    aboutClaim(
      "A volume that the claim names is bound at once (W5)",
      [
        storageClass("w", by: provisioner, delayed: true), volume("a") { $0.json.set("w", "spec", "storageClassName") },
        claim("x", on: "a", className: "w"),
      ], "B34",
      [
        ClaimBinderTests.pointsToX, "a: phase=Bound", "x: bind-completed=yes", ClaimBinderTests.claimBound,
      ]),
  ]

  static let failed = "Warning ProvisioningFailed x: "
  static let provisioning = "Normal Provisioning x: External provisioner is provisioning volume for claim \"default/x\""
  static let infeasible =
    "Warning ProvisioningFailed x: Volume provisioning failed with infeasible error. Retries will be delayed. "

  static func asked(_ request: String = "1Gi", change: (inout PersistentVolumeClaim) -> Void = { _ in }) -> Resource {
    claim("x", request, className: "fast") { claim in
      claim.setAnnotation(WellKnown.storageProvisioner, provisioner)
      change(&claim)
    }
  }

  static func fast(delayed: Bool = false, _ parameters: [String: String] = [:]) -> Resource {
    storageClass("fast", by: provisioner, delayed: delayed) {
      $0.json["parameters"] = .object(JSONObject(strings: parameters))
    }
  }

  static let provisionerRows: [DecisionRow] = [
    aboutClaim(
      "A claim annotated for this provisioner gets a volume (P8, P20, P22, P24, EV11)", [fast(), asked("400M")],
      "P22", [provisioning, "provision pvc-uid-x of 400000000"]),
    aboutClaim(
      "Fractions of a byte are rounded up (P24)", [fast(), asked("1.5")], "P22",
      [provisioning, "provision pvc-uid-x of 2"]),
    aboutClaim(
      "The older annotation counts where the newer is absent (P20)",
      [
        fast(),
        asked {
          $0.setAnnotation(WellKnown.storageProvisioner, nil)
          $0.setAnnotation(WellKnown.betaStorageProvisioner, provisioner)
        },
      ], "P22", [provisioning, "provision pvc-uid-x of 1073741824"]),
    aboutClaim(
      "Another provisioner's claim is left alone (P20)",
      [fast(), asked { $0.setAnnotation(WellKnown.storageProvisioner, "other.example.com") }], "P20"),
    aboutClaim("A claim that has a volume is left alone (P20)", [fast(), asked { $0.volumeName = "a" }], "P20"),
    aboutClaim("A claim whose class is gone is left alone (P20)", [asked()], "P20"),
    aboutClaim("Without a chosen node a class that waits is left alone (P21)", [fast(delayed: true), asked()], "P21"),
    aboutClaim(
      "An empty node is none (P21)",
      [fast(delayed: true), asked { $0.setAnnotation(WellKnown.selectedNode, "") }], "P21"),
    aboutClaim(
      "With a node chosen it gets a volume (P21)",
      [fast(delayed: true), asked { $0.setAnnotation(WellKnown.selectedNode, "n1") }], "P22",
      [provisioning, "provision pvc-uid-x of 1073741824"]),
    aboutClaim("A volume of that name that exists ends the matter (P8)", [fast(), asked(), volume("pvc-uid-x")], "P8"),
    aboutClaim(
      "A selector is refused (P23, EV13)", [fast(), asked { $0.json.set([:], "spec", "selector") }], "P23",
      [provisioning, failed + "claim Selector is not supported"]),
    aboutClaim(
      "A request beyond 64 bits is refused (P24)", [fast(), asked("20E")], "P23",
      [provisioning, infeasible + "the request 20E is larger than any volume can be"]),
    aboutClaim(
      "Two filesystem types are refused (P26)",
      [fast(["fsType": "ext4", "csi.storage.k8s.io/fstype": "xfs"]), asked()], "P23",
      [
        provisioning,
        failed + "fstype specified in parameters with both \"fstype\" and \"csi.storage.k8s.io/fstype\" keys",
      ]),
    aboutClaim(
      "An unknown reserved parameter is refused (P27)", [fast(["csi.storage.k8s.io/color": "red"]), asked()],
      "P23",
      [
        provisioning,
        failed + "failed to strip CSI Parameters of prefixed keys: found unknown parameter key "
          + "\"csi.storage.k8s.io/color\" with reserved namespace csi.storage.k8s.io/",
      ]),
    aboutClaim(
      "A data source of another kind is left to a populator (P36)",
      [fast(), asked { $0.json.set(["kind": "Backup", "apiGroup": "b.io", "name": "y"], "spec", "dataSourceRef") }],
      "P36", [provisioning, "Normal Provisioning x: Assuming an external populator will provision the volume"]),
  ]

  @Test("The volume controller asks for a volume or says why not", arguments: controllerRows)
  func controller(row: DecisionRow) { row.check { ClaimBinder(settings: $0) } }

  @Test("A class that waits for its first consumer waits", arguments: delayedRows)
  func delayed(row: DecisionRow) { row.check { ClaimBinder(settings: $0) } }

  @Test("The provisioner makes volumes for its claims", arguments: provisionerRows)
  func provisions(row: DecisionRow) { row.check { Provisioner(settings: $0) } }

  @Test("An alias is an external provisioner, whatever its name says (A1, P3, P6)")
  func alias() {
    for name in ["kubernetes.io/vsphere-volume", "kubernetes.io/host-path"] {
      var row = aboutClaim(
        name, [storageClass("c", by: name), claim("x", className: "c")], "P4",
        [
          "x: volume.beta.kubernetes.io/storage-provisioner=\(name) volume.kubernetes.io/storage-provisioner=\(name)",
          Self.waiting(for: name),
        ])
      row.settings = ControllerSettings(servedProvisioners: [WellKnown.orlop, name], driver: WellKnown.orlop)
      row.check { ClaimBinder(settings: $0) }
    }
  }
}

/// A driver that has replaced one of Kubernetes' own plugins.
struct MigratedProvisioningTests {
  private static let driver = "csi.vsphere.vmware.com"

  @Test("A driver makes the volumes of the plugin that it has replaced, under the plugin's name (P6, P20, R5)")
  func replaced() throws {
    let settings = ControllerSettings(servedProvisioners: [Self.driver], hasInTreePlugins: true)
    let world = PodWorld.of([
      storageClass("fast", by: "kubernetes.io/vsphere-volume"),
      ProvisioningTests.asked { $0.setAnnotation(WellKnown.storageProvisioner, Self.driver) },
    ])
    let key = ObjectKey(.persistentVolumeClaim, namespace: "default", name: "x")
    let decision = Provisioner(settings: settings).decide(key, in: world, at: PodWorld.now)
    guard case .perform(.provision(let request)) = try #require(decision.steps.last) else { return }
    #expect(request.provisioner == Self.driver)
    let volume = request.volume(bytes: 1, source: ["csi": ["driver": .string(Self.driver), "volumeHandle": "h"]])
    #expect(volume.annotation(WellKnown.provisionedBy) == "kubernetes.io/vsphere-volume")
    let marked = volume.changed { $0.setAnnotation(WellKnown.migratedTo, Self.driver) }
    #expect(settings.maker(of: marked) == Self.driver)
  }
}
