// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// What follows when a storage system has made a volume, or failed to.
struct ProvisionedVolumeTests {
  private static let settings = ControllerSettings(servedProvisioners: [provisioner])
  private static let key = ObjectKey(.persistentVolumeClaim, namespace: "default", name: "x")

  private func request(
    _ request: String = "400M", change: (inout PersistentVolumeClaim) -> Void = { _ in }
  ) throws -> (ProvisionRequest, World) {
    let storageClass = storageClass("fast", by: provisioner) {
      $0.json["mountOptions"] = ["noatime"]
      $0.json["parameters"] = ["csi.storage.k8s.io/fstype": "ext3", "diskformat": "thin"]
    }
    let world = PodWorld.of([storageClass, ProvisioningTests.asked(request, change: change)])
    let steps = Provisioner(settings: Self.settings).decide(Self.key, in: world, at: PodWorld.now).steps
    guard case .perform(.provision(let request)) = try #require(steps.last) else {
      throw EffectFailure(.final, "no request")
    }
    return (request, world)
  }

  private func follow(_ request: ProvisionRequest, _ outcome: Outcome, in world: World) -> Decision {
    Provisioner(settings: Self.settings).followUp(
      .provision(request), outcome, on: Self.key, in: world, at: PodWorld.now)
  }

  private func made(_ bytes: Int64) -> Outcome {
    .provisioned(
      ProvisionedVolume(bytes: bytes, source: ["csi": ["driver": .string(provisioner), "volumeHandle": "h"]]))
  }

  @Test("The request carries the filesystem and the parameters that are left (P26, P27)")
  func parameters() throws {
    let (request, _) = try request()
    #expect(request.fsType == "ext3")
    #expect(request.parameters == ["diskformat": "thin"])
  }

  @Test("The volume takes its fields from class and claim (P30, P31, P32, B25, EV12)")
  func fields() throws {
    let (request, world) = try request { $0.json.set(["ReadWriteMany"], "spec", "accessModes") }
    let decision = follow(request, made(400_000_000), in: world)
    #expect(
      StepText.of(decision.steps, in: world) == [
        "create pvc-uid-x", "Normal ProvisioningSucceeded x: Successfully provisioned volume pvc-uid-x",
      ])
    guard case .create(let object) = try #require(decision.steps.first) else { return }
    let volume = PersistentVolume(json: object.json)
    #expect(volume.capacityText == "390625Ki")
    #expect(volume.accessModes == ["ReadWriteMany"])
    #expect(volume.reclaimPolicy == .delete)
    #expect(volume.className == "fast")
    #expect(volume.mountOptions == ["noatime"])
    #expect(volume.json.string("spec", "volumeMode") == "Filesystem")
    #expect(volume.claimRef?.uid == "uid-x")
    #expect(volume.annotation(WellKnown.provisionedBy) == provisioner)
    #expect(volume.annotation(WellKnown.boundByController) == nil)
    #expect(volume.annotation(WellKnown.deletionSecretName) == "")
    #expect(volume.annotation(WellKnown.deletionSecretNamespace) == "")
    #expect(volume.metadata.finalizers == [WellKnown.externalProvisionerFinalizer, WellKnown.volumeProtection])
    #expect(volume.csiVolumeHandle == "h")
  }

  @Test(
    "Capacities are byte counts with binary suffixes (P30)",
    arguments: [("1G", "1000000000"), ("2T", "1953125000Ki"), ("1Gi", "1Gi"), ("400M", "390625Ki")])
  func capacity(request text: String, capacity: String) throws {
    let (request, _) = try request(text)
    #expect(request.volume(bytes: request.bytes, source: [:]).capacityText == capacity)
  }

  @Test("An unknown size reads as the request (P29)")
  func unknownSize() throws {
    let (request, world) = try request()
    guard case .create(let object) = try #require(follow(request, made(0), in: world).steps.first) else { return }
    #expect(PersistentVolume(json: object.json).capacityText == "390625Ki")
  }

  @Test("A volume that is too small is an error and goes again (P29)")
  func tooSmall() throws {
    let (request, world) = try request()
    let decision = follow(request, made(1), in: world)
    #expect(
      StepText.of(decision.steps, in: world) == [
        ProvisioningTests.failed + "created volume capacity 1 less than requested capacity 400000000",
        "delete storage of pvc-uid-x",
      ])
  }

  @Test("A failure is told and tried again (P22, P34)")
  func failure() throws {
    let (request, world) = try request()
    for (meaning, prefix) in [
      (EffectFailure.Meaning.final, ProvisioningTests.failed), (.unfinished, ProvisioningTests.failed),
      (.infeasible, ProvisioningTests.infeasible), (.exhausted, ProvisioningTests.failed),
    ] {
      let decision = follow(request, .failed(EffectFailure(meaning, "no")), in: world)
      #expect(StepText.of(decision.steps, in: world) == [prefix + "no"])
      #expect(decision.retries)
    }
  }

  @Test("Where a node has no room the scheduler chooses again (P34)")
  func exhausted() throws {
    let (request, world) = try request { $0.setAnnotation(WellKnown.selectedNode, "n1") }
    let decision = follow(request, .failed(EffectFailure(.exhausted, "full")), in: world)
    #expect(
      StepText.of(decision.steps, in: world)
        == [ProvisioningTests.failed + "full", "x: volume.kubernetes.io/selected-node-"])
  }

  @Test("A volume made for a claim that is gone is created all the same, to be released and deleted (P35)")
  func claimGone() throws {
    let (request, _) = try request()
    #expect(follow(request, made(400_000_000), in: World()).steps.count == 2)
  }
}
