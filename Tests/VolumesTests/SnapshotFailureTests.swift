// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import Glibc
import LinuxStorage
import SystemPackage
import Testing
import Volumes

@Suite("Copies that fail")
struct SnapshotFailureTests {
  private static let broken = HostError(.failed, "it is broken", errno: EIO)

  @Test(
    "Whatever fails, nothing half-made stays, nothing stays frozen, and the next try succeeds",
    arguments: [FakeHost.Operation.freeze, .thaw, .usage, .mountAt], [false, true])
  func failures(_ operation: FakeHost.Operation, afterEffect: Bool) async throws {
    let host = FakeHost()
    let bench = try VolumeBench(host)
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    _ = try await bench.volumes.publish(try sandbox())
    host.fail(operation, with: Self.broken, afterEffect: afterEffect)
    let error = await #expect(throws: VolumeError.self) {
      try await bench.volumes.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
    }
    #expect(error?.message.contains("it is broken") == true)
    // A failing thaw that has no effect leaves it frozen for the guard, which the fake host has not.
    let isLeft = operation == .thaw && !afterEffect || operation == .freeze && afterEffect
    if isLeft { #expect(try host.thaw(FilePath(bench.layout.state + "/mounts/vol-1"))) }
    #expect(host.frozenDevices.isEmpty)
    #expect(bench.tree("pools/default/staging") == [] && bench.tree("pools/default/snapshots") == [])
    _ = try await bench.volumes.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
    #expect(host.frozenDevices.isEmpty)
  }

  @Test("A pool that may promise no more cuts no snapshot, and says the numbers")
  func noRoom() async throws {
    let host = FakeHost()
    let bench = try VolumeBench(host)
    defer { bench.close() }
    let record = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    let bytes = record.image?.bytes ?? 0
    let usage = FilesystemUsage(
      totalBytes: bytes, availableBytes: bytes, usedBytes: 0, totalInodes: 0, freeInodes: 0)
    host.setUsage(usage, at: FilePath(bench.layout.pools))
    let marker = bench.layout.pools + "/default/pool.json"
    let text = try String(contentsOfFile: marker, encoding: .utf8)
    try text.replacing("\n}", with: ",\n  \"overcommit\" : 1, \"reserveBytes\" : 0\n}").write(
      toFile: marker, atomically: false, encoding: .utf8)
    let error = await #expect(throws: VolumeError.self) {
      try await bench.another().snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
    }
    #expect(error?.code == .noSpace)
    #expect(error?.message.contains("has promised \(bytes) of the \(bytes) that it may") == true)
    #expect(bench.tree("pools/default/staging") == [])
  }

  @Test("A disk without room for the copy is not filled: nothing is frozen")
  func fullDisk() async throws {
    let host = FakeHost()
    let bench = try VolumeBench(host)
    defer { bench.close() }
    let record = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    _ = try await bench.volumes.publish(try sandbox())
    let usage = FilesystemUsage(
      totalBytes: (record.image?.bytes ?? 0) * 10, availableBytes: 4096, usedBytes: 0, totalInodes: 0, freeInodes: 0)
    host.setUsage(usage, at: FilePath(bench.layout.pools))
    let error = await #expect(throws: VolumeError.self) {
      try await bench.volumes.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
    }
    #expect(error?.code == .noSpace && error?.message.contains("the pool has 0 left") == true)
    #expect(host.calls(of: .freeze) == 0)
    #expect(bench.tree("pools/default/staging") == [])
  }

  @Test("A snapshot's record that is another's, garbled or gone is an error, and is not deleted", arguments: [0, 1, 2])
  func damage(_ sort: Int) async throws {
    let bench = try VolumeBench(FakeHost())
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    _ = try await bench.volumes.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
    let path = bench.layout.pools + "/default/snapshots/snap-1/snapshot.json"
    switch sort {
    case 0:
      let text = try String(contentsOfFile: path, encoding: .utf8)
      try text.replacing("\"snap-1\"", with: "\"snap-2\"").write(toFile: path, atomically: false, encoding: .utf8)
    case 1: try "{}".write(toFile: path, atomically: false, encoding: .utf8)
    default: unlink(path)
    }
    let request = try VolumeSort.image("ext4").request("vol-2", from: .snapshot(SnapshotID("snap-1")))
    for _ in 0..<2 {
      let error = await #expect(throws: VolumeError.self) { try await bench.volumes.create(request) }
      #expect(error?.code == .damaged)
      let kept = await #expect(throws: VolumeError.self) {
        try await bench.volumes.deleteSnapshot(SnapshotID("snap-1"))
      }
      #expect(kept?.code == .damaged)
    }
    #expect(bench.tree("pools/default/snapshots").contains("snap-1/image"))
    #expect(try await bench.volumes.snapshots().map { (try? $0.record.get()) == nil } == [true])
  }

  @Test(
    "A hostile id of a snapshot is refused",
    arguments: ["", ".", "..", "../x", "a/b", "a\0b", "-a", "a..b", "A", "a b", String(repeating: "a", count: 129)])
  func hostileIDs(_ text: String) {
    let error = #expect(throws: VolumeError.self) { try SnapshotID(text) }
    #expect(error?.code == .invalid)
  }

  @Test("How far a copy has come is told")
  func progress() async throws {
    let bench = try VolumeBench(FakeHost())
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    let (told, listener) = AsyncStream.makeStream(of: CopyProgress.self)
    let teller = VolumeLifecycle(layout: bench.layout, host: bench.host, progress: { listener.yield($0) })
    _ = try await teller.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
    listener.finish()
    var last: CopyProgress?
    for await progress in told { last = progress }
    // Where the disk has reflinks there is nothing to tell.
    if let last { #expect(last.subject == "snapshot snap-1" && last.done == last.total && last.total > 0) }
  }
}
