// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Controllers
import Engine
import StorageAPI
import Testing

/// Snapshots and clones from beginning to end, on paper.
@Suite("Simulations of snapshots") struct SimulationSnapshotTests {
  private static let first = """
    {apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: fast}, provisioner: d.example.com}
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: db}
    spec: {accessModes: [ReadWriteOnce], storageClassName: fast, resources: {requests: {storage: 1Gi}}}
    ---
    apiVersion: snapshot.storage.k8s.io/v1
    kind: VolumeSnapshotClass
    metadata: {name: gold, annotations: {snapshot.storage.kubernetes.io/is-default-class: "true"}}
    driver: d.example.com
    deletionPolicy: Delete
    ---
    apiVersion: snapshot.storage.k8s.io/v1
    kind: VolumeSnapshot
    metadata: {name: friday}
    spec: {source: {persistentVolumeClaimName: db}}
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: restored}
    spec:
      accessModes: [ReadWriteOnce]
      storageClassName: fast
      resources: {requests: {storage: 1Gi}}
      dataSource: {apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: friday}
    ---
    apiVersion: v1
    kind: PersistentVolumeClaim
    metadata: {name: clone}
    spec:
      accessModes: [ReadWriteOnce]
      storageClassName: fast
      resources: {requests: {storage: 2Gi}}
      dataSourceRef: {kind: PersistentVolumeClaim, name: db}
    """

  private func simulation(provisioners: Set<String> = ["d.example.com"]) -> Simulation {
    Simulation(
      Simulation.Options(
        provisioners: provisioners, now: Timestamp(seconds: 1_800_000_000), newUID: RandomUID.make))
  }

  @Test("A snapshot, a claim from it and a clone become Bound, and nothing stays protected (SN1-SN12)")
  func whole() throws {
    var simulation = simulation()
    try simulation.add(text: Self.first)
    try simulation.run()
    let world = simulation.world
    for name in ["db", "restored", "clone"] {
      let claim = try #require(world.claim(ObjectKey(.persistentVolumeClaim, namespace: "default", name: name)))
      #expect(claim.phase == .bound)
      #expect(claim.metadata.finalizers == [WellKnown.claimProtection])
    }
    let snapshot = try #require(world.snapshot(ObjectKey(.volumeSnapshot, namespace: "default", name: "friday")))
    #expect(snapshot.isReady && snapshot.className == "gold" && snapshot.restoreSizeText == "1Gi")
    let content = try #require(world.snapshotContent("snapcontent-" + snapshot.uid))
    #expect(content.snapshotHandle == "snapshot-" + snapshot.uid && content.snapshotRef.isBound(to: snapshot))
    let reasons = simulation.events.map { $0.json.string("reason") }
    for reason in ["CreatingSnapshot", "SnapshotCreated", "SnapshotReady"] { #expect(reasons.contains(reason)) }
  }

  @Test("Without a driver nothing becomes ready, and the source is kept (SN4, SN6)")
  func nobody() throws {
    var simulation = simulation()
    try simulation.add(text: Self.first)
    try simulation.run()
    var other = self.simulation(provisioners: [])
    for object in simulation.objects
    where object.kind != .volumeSnapshotContent && object.kind != .volumeSnapshot && object.name != "restored" {
      try other.add(object)
    }
    try other.add(
      text: """
        apiVersion: snapshot.storage.k8s.io/v1
        kind: VolumeSnapshot
        metadata: {name: friday}
        spec: {source: {persistentVolumeClaimName: db}}
        """)
    try other.run()
    let world = other.world
    #expect(world.all(VolumeSnapshot.self).map(\.isReady) == [false])
    #expect(world.all(VolumeSnapshotContent.self).count == 1)
    let claim = try #require(world.claim(ObjectKey(.persistentVolumeClaim, namespace: "default", name: "db")))
    #expect(claim.hasFinalizer(WellKnown.claimAsSourceProtection))
  }

  @Test("A snapshot that is deleted takes its content along, and outlives its claim until then (SN7, SN8)")
  func end() throws {
    var simulation = simulation()
    try simulation.add(text: Self.first)
    try simulation.run()
    var rest = self.simulation()
    for var object in simulation.objects {
      if object.name == "db" { object.metadata.deletionTimestamp = Timestamp(seconds: 1_800_000_000) }
      try rest.add(object)
    }
    try rest.run()
    #expect(rest.world.claim(ObjectKey(.persistentVolumeClaim, namespace: "default", name: "db")) == nil)
    #expect(rest.world.all(VolumeSnapshot.self).map(\.isReady) == [true])
    var last = self.simulation()
    for var object in rest.objects {
      if object.name == "friday" { object.metadata.deletionTimestamp = Timestamp(seconds: 1_800_000_000) }
      try last.add(object)
    }
    try last.run()
    #expect(last.world.all(VolumeSnapshot.self).isEmpty && last.world.all(VolumeSnapshotContent.self).isEmpty)
  }
}
