// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Controllers
import Engine
import StorageAPI
import Testing

@Suite("Simulated scheduling") struct SimulationSchedulingTests {
  private static let manifests = """
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: late}
    provisioner: storage.example.com
    volumeBindingMode: WaitForFirstConsumer
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: data}
    spec:
      storageClassName: late
      accessModes: [ReadWriteOnce]
      resources: {requests: {storage: 400M}}
    ---
    apiVersion: apps/v1
    kind: Deployment
    metadata: {name: web}
    spec:
      replicas: 2
      selector: {matchLabels: {app: web}}
      template:
        metadata: {labels: {app: web}}
        spec:
          containers:
          - {name: c, image: nginx, volumeMounts: [{name: data, mountPath: /data}]}
          volumes:
          - {name: data, persistentVolumeClaim: {claimName: data}}
    """

  private func simulation(_ text: String = manifests) throws -> Simulation {
    var simulation = Simulation(
      Simulation.Options(
        provisioners: ["storage.example.com"], now: Timestamp(seconds: 1_800_000_000), newUID: RandomUID.make))
    try simulation.add(text: text)
    return simulation
  }

  private func node(_ name: String) -> String { "apiVersion: v1\nkind: Node\nmetadata: {name: \(name)}\n---\n" }

  @Test("Workloads get their pods, claims their volumes, and the pods run on the node given (W12, SS6)")
  func running() throws {
    var simulation = try simulation(node("one") + Self.manifests)
    try simulation.schedule(on: nil, orElse: "host")
    try simulation.run()
    let pods = simulation.world.all(Pod.self)
    #expect(pods.map(\.phase) == ["Running", "Running"])
    #expect(pods.map(\.nodeName) == ["one", "one"])
    let claim = simulation.world.all(PersistentVolumeClaim.self).first
    #expect(claim?.phase == .bound && claim?.annotation(WellKnown.selectedNode) == "one")
  }

  @Test("Without scheduling no pod is made and the claim waits (W2)")
  func notAsked() throws {
    var simulation = try simulation()
    try simulation.run()
    #expect(simulation.world.all(Pod.self).isEmpty)
    #expect(simulation.world.all(PersistentVolumeClaim.self).first?.phase == .pending)
  }

  @Test("Among several nodes one has to be named")
  func severalNodes() throws {
    var simulation = try simulation(node("one") + node("two") + Self.manifests)
    #expect(throws: EngineError.self) { try simulation.schedule(on: nil, orElse: "host") }
    try simulation.schedule(on: "two", orElse: "host")
    try simulation.run()
    #expect(simulation.world.all(Pod.self).map(\.nodeName) == ["two", "two"])
  }
}
