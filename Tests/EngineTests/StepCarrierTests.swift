// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Controllers
import ObjectStore
import StorageAPI
import Testing

@testable import Engine

@Suite struct StepCarrierTests {
  private static let labels = "selector: {matchLabels: {app: web}}"
  private static let pod = "{metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: busybox}]}}"

  private static let deployment = """
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec: {\(labels), template: \(pod)}
    """

  /// A set whose claims ask for `claim`.
  private static func set(_ claim: String) -> String {
    """
    apiVersion: apps/v1
    kind: StatefulSet
    metadata: {name: web}
    spec:
      \(labels)
      template: \(pod)
      volumeClaimTemplates:
      - metadata: {name: data}
        spec: \(claim)
    """
  }

  private func events(of client: LocalClient) async throws -> [Event] {
    try await client.list(.event, namespace: nil).objects.map { Event(json: $0.json) }
  }

  @Test("What controllers create goes the way of what users create: admission gives it its first status (V4, T1)")
  func admitted() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply([Sample.all, Self.deployment].joined(separator: "\n---\n"))
    let pods = try await client.list(.pod, namespace: "default").objects.filter { $0.name.hasPrefix("web-") }
    #expect(pods.map { $0.json.string("status", "qosClass") } == ["BestEffort"])
    let volumes = try await client.list(.persistentVolume, namespace: nil).objects
    #expect(
      volumes.map(\.metadata.finalizers) == [[WellKnown.externalProvisionerFinalizer, WellKnown.volumeProtection]])
    #expect(volumes.map { $0.json.string("status", "lastPhaseTransitionTime") } == ["2027-01-15T08:00:00Z"])
  }

  private static let claim = """
    {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}, storageClassName: plain}
    """

  @Test("A pod that the API refuses to a StatefulSet is not stored, and the set is told why (V14)")
  func refused() async throws {
    let host = try TestHost()
    let client = host.client()
    let name = String(repeating: "a", count: 60)  // the revision's label becomes too long
    let set = Self.set(Self.claim).replacing("metadata: {name: web}", with: "metadata: {name: \(name)}")
    try await client.apply(Sample.storageClass + "\n---\n" + set)
    #expect(try await client.count(.pod) == 0)
    let refusals = try await events(of: client).filter { $0.reason == "FailedCreate" }
    #expect(refusals.count == 1)
    let message = refusals.first?.message ?? ""
    #expect(message.hasPrefix("pod/default/\(name)-0 was refused: The Pod \"\(name)-0\" is invalid: "), "\(message)")
    #expect(message.contains("must be no more than 63"), "\(message)")
  }

  @Test("A set's good claims come as before, and one that is there already counts as made (P13, SS1)")
  func made() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply(Sample.storageClass + "\n---\n" + Self.set(Self.claim))
    #expect(try await client.claim("data-web-0").phase == .bound)
    #expect(try await client.pod("web-0").phase == "Running")
    #expect(try await !events(of: client).contains { $0.reason == "FailedCreate" })
  }

  /// Storage that gives every volume a driver name that the API refuses.
  private struct Babbler: EffectPerformer {
    func perform(_ effect: Effect) async -> Outcome {
      guard case .provision(let request) = effect else { return .done }
      let source: JSONObject = ["driver": "not a driver", "volumeHandle": .string(request.volumeName)]
      return .provisioned(ProvisionedVolume(bytes: request.bytes, source: ["csi": .object(source)]))
    }
  }

  @Test("A volume whose PersistentVolume the API refuses stays noted, so that it is found again or undone (P8)")
  func volumeStaysNoted() async throws {
    let ledger = try Ledger.inMemory()
    let now = Timestamp(seconds: 1_800_000_000)
    let deciders = VolumeControllers.all(ControllerSettings(servedProvisioners: ["orlop.io"], driver: "orlop.io"))
    let loop = try ReconcileLoop(ledger: ledger, deciders: deciders, performer: Babbler(), clock: { now })
    try await loop.write { transaction in
      try transaction.create(Resource(Bootstrap.namespace("default")))
      for manifest in try ManifestReader.read(Sample.storageClass + "\n---\n" + Sample.claim) {
        _ = try Registry(transaction: transaction).create(manifest.resource)
      }
    }
    try await loop.settle()
    let volumes = try ledger.read { try $0.list(PersistentVolume.self) }
    let operations = try ledger.read { try $0.operations() }
    let reasons = try ledger.read { try $0.list(Event.self) }.map(\.reason)
    #expect(volumes.isEmpty)
    #expect(operations.count == 1)
    #expect(reasons.contains("FailedCreate") && !reasons.contains("ProvisioningSucceeded"))
  }
}
