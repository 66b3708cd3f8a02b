// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import FoundationEssentials
import ObjectStore
import StorageAPI
import Testing

/// Claims that grow, from the API to the image, on a host whose kernel does not grow a mounted ext filesystem.
@Suite struct ClaimGrowthTests {
  static let classes = """
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: plain}
    provisioner: orlop.io
    allowVolumeExpansion: true
    parameters: {fsType: ext4}
    """

  static let claim = Sample.claim.replacing("400M", with: "16Mi")

  func wish(_ size: String, _ client: LocalClient) async throws {
    var claim = try await client.claim("data")
    claim.json.set(.string(size), "spec", "resources", "requests", "storage")
    _ = try await client.update(Resource(claim), options: WriteOptions())
    try await client.settle()
  }

  func reasons(_ client: LocalClient) async throws -> [String] {
    try await client.list(.event, namespace: nil).objects.map { $0.json.string("reason") }
  }

  func volume(_ client: LocalClient) async throws -> PersistentVolume {
    PersistentVolume(
      json: try await client.get(ObjectKey(.persistentVolume, name: try await client.claim("data").volumeName)).json)
  }

  @Test("An unused volume has its new size at once, and the claim says so (E8, E9)")
  func atOnce() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply([Self.classes, Self.claim].joined(separator: "\n---\n"))
    try await wish("24Mi", client)
    let claim = try await client.claim("data")
    #expect(claim.statusCapacityText == "24Mi")
    #expect(claim.json.value("status", "allocatedResourceStatuses") == nil)
    #expect(claim.json.value("status", "conditions") == nil)
    #expect(try await volume(client).capacityText == "24Mi")
    #expect(try await reasons(client).contains("VolumeResizeSuccessful"))
    #expect(try await client.examine() == [])
  }

  @Test("A mounted volume waits for its pod to go, in another process, too (E10, E12)")
  func waits() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply([Self.classes, Self.claim, Sample.pod].joined(separator: "\n---\n"))
    try await wish("24Mi", client)
    var claim = try await client.claim("data")
    #expect(claim.statusCapacityText == "16Mi")
    #expect(claim.json.string("status", "allocatedResourceStatuses", "storage") == "NodeResizePending")
    #expect(try await volume(client).capacityText == "24Mi")
    #expect(try await volume(client).annotation(WellKnown.preResizeCapacity) == "16Mi")
    await client.release()

    let other = host.client()
    try await other.settle()
    #expect(try await other.claim("data") == claim)
    try await other.remove(.pod, "web")
    claim = try await other.claim("data")
    #expect(claim.statusCapacityText == "24Mi")
    #expect(claim.json.value("status", "conditions") == nil)
    #expect(try await volume(other).annotation(WellKnown.preResizeCapacity) == nil)
    #expect(try await reasons(other).contains("FileSystemResizeSuccessful"))
  }

  @Test("A wish that no pool can fulfil is said to be infeasible, and a lower one is fulfilled (E11, E15)")
  func infeasible() async throws {
    let host = try TestHost()
    let client = host.client()
    try await client.apply([Self.classes, Self.claim].joined(separator: "\n---\n"))
    try await wish("900Ti", client)
    let claim = try await client.claim("data")
    #expect(claim.statusCapacityText == "16Mi")
    #expect(claim.json.string("status", "allocatedResourceStatuses", "storage") == "ControllerResizeInfeasible")
    let condition = try #require(claim.json.objects("status", "conditions").first)
    #expect(condition.string("type") == "ControllerResizeError")
    #expect(condition.string("message").contains("more than all of pool default"))
    try await wish("24Mi", client)
    #expect(try await client.claim("data").statusCapacityText == "24Mi")
    #expect(try await client.claim("data").json.value("status", "conditions") == nil)
  }

  @Test("A growth that was noted never costs a volume, whatever the store says of it")
  func replay() async throws {
    let host = try TestHost()
    try await host.client().apply([Self.classes, Self.claim].joined(separator: "\n---\n"))
    let claim = try await host.client().claim("data")
    try host.loseDatabase()
    for work in [VolumeOperation.Work.grow, .shrink] {
      let ledger = try Ledger.open(at: host.state, mode: .readWrite)
      try ledger.write(at: Timestamp(seconds: 1_800_000_000)) { transaction in
        try transaction.begin(
          VolumeOperation(
            volume: claim.volumeName, claim: claim.uid, pool: "", work: work, started: transaction.now))
      }
      try ledger.close()
      try await host.client().settle()
      #expect(try host.volumesOnDisk() == [claim.volumeName])
      let left = try Ledger.open(at: host.state, mode: .readOnly).read { try $0.operations() }
      #expect(left == [])
    }
  }
}
