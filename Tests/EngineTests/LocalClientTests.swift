// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import FoundationEssentials
import StorageAPI
import Testing

@Suite struct LocalClientTests {
  @Test("A claim of 400M is bound to a volume of 390625Ki, and its pod sees it (P8, P30, B25, M1)")
  func wholeWay() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply(Sample.all)

    let claim = try await client.claim("data")
    #expect(claim.phase == .bound)
    #expect(claim.statusCapacityText == "390625Ki")
    #expect(claim.requestText == "400M")
    #expect(claim.volumeName == "pvc-" + claim.uid)
    #expect(try host.volumesOnDisk() == [claim.volumeName])
    #expect(try await client.pod("web").phase == "Running")
    let path = try await client.path(of: "d", in: ObjectKey(.pod, namespace: "default", name: "web"))
    #expect(host.mountedPaths.contains(path))
  }

  @Test("A claim in use goes with its pod, and then its volume goes too (T2, T3, R13, R14)")
  func deletion() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply(Sample.all)
    try await client.remove(.persistentVolumeClaim, "data")
    #expect(try await client.claim("data").isTerminating)
    #expect(try host.volumesOnDisk().count == 1)
    try await client.remove(.pod, "web")
    #expect(try await client.count(.persistentVolumeClaim) == 0)
    #expect(try await client.count(.persistentVolume) == 0)
    #expect(try host.volumesOnDisk().isEmpty)
    #expect(host.mountedPaths.isEmpty)
  }

  @Test("With Retain the data outlive the claim and the PersistentVolume, and can be adopted (R2, P32)")
  func retention() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply(
      [Sample.storageClass + "\nreclaimPolicy: Retain", Sample.claim].joined(separator: "\n---\n"))
    let id = try await client.claim("data").volumeName
    let file = host.state + "/pools/default/volumes/\(id)/data/greeting"
    try Data("hello".utf8).write(to: URL(filePath: file))
    try await client.remove(.persistentVolumeClaim, "data")
    let released = try await client.get(ObjectKey(.persistentVolume, name: id))
    #expect(PersistentVolume(json: released.json).phase == .released)
    #expect(try Data(contentsOf: URL(filePath: file)) == Data("hello".utf8))
    try await client.remove(.persistentVolume, id)
    #expect(try await client.count(.persistentVolume) == 0)
    #expect(try Data(contentsOf: URL(filePath: file)) == Data("hello".utf8))
    #expect(try await client.adopt().volumes == [id])
  }

  @Test("A dry run shows the object and keeps nothing")
  func dryRun() async throws {
    let host = try TestHost()
    let client = host.client()
    let manifest = try #require(try ManifestReader.read(Sample.storageClass).first)
    let written = try await client.create(manifest.resource, options: WriteOptions(isDryRun: true))
    #expect(written.object.json.string("reclaimPolicy") == "Delete")
    #expect(try await client.count(.storageClass) == 0)
  }

  @Test("Writing what is there already changes no version")
  func sameAgain() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply(Sample.all)
    let before = try await client.list(.persistentVolumeClaim, namespace: nil)
    let written = try await client.update(try #require(before.objects.first), options: WriteOptions())
    try await client.settle()
    #expect(!written.isChanged)
    #expect(try await client.list(.persistentVolumeClaim, namespace: nil).version == before.version)
  }

  @Test("Events are told once in one settling, and counted when they come again (EV30)")
  func events() async throws {
    let host = try TestHost()
    try await host.client().apply(Sample.claim)
    let events = try await host.client().list(.event, namespace: "default").objects.map { Event(json: $0.json) }
    #expect(events.map(\.reason) == ["ProvisioningFailed"])
    #expect(events.map(\.count) == [1])
    try await host.client(at: 1_800_000_060).settle()
    let later = try await host.client().list(.event, namespace: "default").objects.map { Event(json: $0.json) }
    #expect(later.map(\.count) == [2])
  }

  @Test("Reading a host that has no store yet finds nothing and makes nothing")
  func emptyHost() async throws {
    let host = try TestHost()
    #expect(try await host.client().count(.pod) == 0)
    #expect(try FileManager.default.contentsOfDirectory(atPath: host.state).isEmpty)
  }

  @Test("A namespace that is not there is named; a pod cannot reach into another one (M1)")
  func namespaces() async throws {
    let host = try TestHost()
    var object = try #require(try ManifestReader.read(Sample.claim).first).resource
    object.metadata.namespace = "team-x"
    await #expect(throws: StatusError(.notFound, "namespaces \"team-x\" not found")) {
      _ = try await host.client().create(object, options: WriteOptions())
    }
  }

  @Test("A namespace takes its pods, claims and volumes with it, and goes last (T2)")
  func namespaceDeletion() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply("{apiVersion: v1, kind: Namespace, metadata: {name: team}}")
    let team = [Sample.claim, Sample.pod].map { $0.replacing("metadata: {", with: "metadata: {namespace: team, ") }
    try await client.apply(([Sample.storageClass] + team).joined(separator: "\n---\n"))
    #expect(try await client.count(.pod) == 1)
    try await client.remove(.namespace, "team")
    #expect(try await client.list(.namespace, namespace: nil).objects.map(\.name) == ["default"])
    #expect(try await client.count(.pod) == 0)
    #expect(try await client.count(.persistentVolume) == 0)
    #expect(try host.volumesOnDisk().isEmpty)
  }

  @Test("A class of a foreign provisioner works as it is, and the claim is told what it does not get (A1)")
  func alias() async throws {
    let host = try TestHost()
    let client = host.client()
    let foreign = """
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: {name: plain}
      provisioner: rancher.io/local-path
      parameters: {nodePath: /data}
      """
    try await client.apply([foreign, Sample.claim].joined(separator: "\n---\n"))
    let claim = try await client.claim("data")
    #expect(claim.phase == .bound)
    #expect(claim.annotation(WellKnown.storageProvisioner) == "rancher.io/local-path")
    let volume = PersistentVolume(
      json: try await client.get(ObjectKey(.persistentVolume, name: claim.volumeName)).json)
    #expect(volume.annotation(WellKnown.provisionedBy) == "rancher.io/local-path")
    #expect(volume.csiDriver == "orlop.io")
    let warnings = try await client.list(.event, namespace: "default").objects
      .map { Event(json: $0.json) }
      .filter { $0.type == "Warning" }
    #expect(Set(warnings.map(\.reason)) == ["CapacityNotEnforced", "ParametersIgnored"])
  }

  @Test("A client that has the store open for reading sees what others write, even to a new store")
  func keptOpen() async throws {
    let host = try TestHost()
    let reader = host.client()
    #expect(try await reader.count(.storageClass) == 0)
    try await host.client().apply(Sample.storageClass)
    #expect(try await reader.count(.storageClass) == 1)
    try await host.client().apply(Sample.claim)
    #expect(try await reader.claim("data").phase == .bound)
    try host.loseDatabase()
    #expect(try await reader.count(.storageClass) == 0)
    try await host.client().apply(Sample.storageClass)
    #expect(try await reader.count(.storageClass) == 1)
  }

  @Test(
    "A watch tells the changes of other processes as they come, from before there is a store", .timeLimit(.minutes(1)))
  func watch() async throws {
    let host = try TestHost()
    let changes = host.client().watch(.persistentVolumeClaim, namespace: "default", after: 0)
    try await host.client().apply(Sample.storageClass + "\n---\n" + Sample.claim)
    var phases: [PersistentVolumeClaim.Phase?] = []
    for try await change in changes {
      phases.append(PersistentVolumeClaim(json: change.object.json).phase)
      if phases.last == .bound { break }
    }
    #expect(phases.first == .pending)
  }
}
