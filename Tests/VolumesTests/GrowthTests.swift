// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import SystemPackage
import Testing

@testable import Volumes

/// Growing where everything is a file: what the record says, what the pool promises, and what is left when something fails.
@Suite struct GrowthTests {
  static let id = "vol-1"

  func bench() async throws -> VolumeBench {
    let bench = try VolumeBench(FakeHost())
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    return bench
  }

  /// The superblock of the volume's image.
  static func superblock(_ bench: VolumeBench) throws -> ExtSuperblock {
    try ExtSuperblock.read(SparseFile.open("image", in: home(bench)))
  }

  static func home(_ bench: VolumeBench) throws -> Directory {
    try Directory.open(FilePath(bench.layout.pools + "/default/volumes/vol-1"))
  }

  @Test(
    "A grown ext image has the blocks that a file of the new size needs, and few more",
    arguments: ["ext2", "ext3", "ext4"],
    [(1, 5_000_000), (20_000_000, 21_000_000), (20_000_000, 4 << 30)] as [(Int64, Int64)])
  func layout(_ filesystem: String, _ sizes: (old: Int64, new: Int64)) async throws {
    let bench = try VolumeBench(FakeHost())
    defer { bench.close() }
    let kind = try #require(ExtLayout.Generation(rawValue: filesystem))
    _ = try await bench.volumes.create(try VolumeSort.image(filesystem, capacity: sizes.old).request())
    let before = try Self.superblock(bench)
    let growth = try await bench.volumes.grow(VolumeID("vol-1"), to: sizes.new)
    #expect(growth.waitsFor == nil && growth.record.growth == nil)
    let image = try #require(growth.record.image)
    let after = try Self.superblock(bench)
    #expect(after.blocks * 4096 == image.bytes)
    // What is free now and was not before is what was computed.
    let computed =
      after.blocks - before.blocks - after.groupOverhead(blocks: after.blocks)
      + after.groupOverhead(blocks: before.blocks)
    #expect(after.freeBlocks - before.freeBlocks == computed)
    let layout = ExtLayout(generation: kind, capacity: sizes.new)
    #expect(after.freeBlocks >= layout.neededBlocks(imageBlocks: after.blocks))
    let spare = after.freeBlocks - layout.neededBlocks(imageBlocks: after.blocks)
    #expect(spare <= max(4600, after.blocks / 50), "\(spare) of \(after.blocks) blocks to spare")
    try await ProgramRunner().require("e2fsck", ["-fn", "\(Self.home(bench).path)/image"])
  }

  @Test("A pool that is full refuses with the numbers, and nothing is changed")
  func full() async throws {
    let bench = try await bench()
    defer { bench.close() }
    let before = try await bench.volumes.record(VolumeID("vol-1"))
    let pool = FilePath(bench.layout.pools + "/default")
    let usage = FilesystemUsage(
      totalBytes: 1 << 30, availableBytes: 1 << 30, usedBytes: 0, totalInodes: 1000, freeInodes: 1000)
    bench.fake?.setUsage(usage, at: pool)
    let error = await #expect(throws: VolumeError.self) { try await bench.volumes.grow(VolumeID("vol-1"), to: 4 << 30) }
    #expect(error?.code == .noSpace)
    #expect(error?.message.contains("more than all of pool default, which has ") == true)
    #expect(try await bench.volumes.record(VolumeID("vol-1")) == before)
    #expect(try Self.superblock(bench).blocks * 4096 == before.image?.bytes)
    // Twenty times the disk is promised to others.
    for number in 2...21 {
      let request = try VolumeSort(
        testDescription: "", parameters: ["storage": "directory", "enforcement": "none"], capacity: 1_040_000_000
      ).request("vol-\(number)")
      _ = try await bench.volumes.create(request)
    }
    let late = await #expect(throws: VolumeError.self) {
      try await bench.volumes.grow(VolumeID("vol-1"), to: 900 << 20)
    }
    #expect(late?.code == .noSpace)
    let told = try #require(late?.message)
    #expect(told.contains(" bytes more, but pool default has promised ") && told.contains(" that it may; "), "\(told)")
  }

  @Test("Growing promises the bytes at once, to every process")
  func promises() async throws {
    let bench = try await bench()
    defer { bench.close() }
    let before = try await bench.volumes.pools()[0].promisedBytes
    let record = try await bench.volumes.grow(VolumeID("vol-1"), to: 100_000_000).record
    let after = try await bench.volumes.pools()[0].promisedBytes
    #expect(after == record.promisedBytes && after > before + 79_000_000)
    #expect(try await bench.another().pools()[0].promisedBytes == after)
  }

  @Test(
    "An ext2 or ext3 filesystem has no room for the tables of one a thousand times its size",
    arguments: ["ext2", "ext3"])
  func beyondReserve(_ filesystem: String) async throws {
    let bench = try VolumeBench(FakeHost())
    defer { bench.close() }
    let usage = FilesystemUsage(
      totalBytes: 1 << 50, availableBytes: 1 << 50, usedBytes: 0, totalInodes: 1000, freeInodes: 1000)
    bench.fake?.setUsage(usage, at: FilePath(bench.layout.pools + "/default"))
    let record = try await bench.volumes.create(try VolumeSort.image(filesystem, capacity: 16 << 20).request())
    let error = await #expect(throws: VolumeError.self) { try await bench.volumes.grow(VolumeID("vol-1"), to: 4 << 40) }
    #expect(error?.code == .invalid)
    #expect(
      error?.message.contains("has no room for the tables of one of more than ") == true, "\(error?.message ?? "")")
    #expect(try await bench.volumes.record(VolumeID("vol-1")) == record)
  }

  @Test("A disk that fills up meanwhile leaves the old size")
  func diskFull() async throws {
    let bench = try VolumeBench(FakeHost())
    defer { bench.close() }
    let sort = VolumeSort.image("ext4", "zeroedthick")
    let record = try await bench.volumes.create(try sort.request())
    // The pool believes in a petabyte; the disk does not have it.
    let usage = FilesystemUsage(
      totalBytes: 1 << 50, availableBytes: 1 << 50, usedBytes: 0, totalInodes: 1000, freeInodes: 1000)
    bench.fake?.setUsage(usage, at: FilePath(bench.layout.pools + "/default"))
    let error = await #expect(throws: VolumeError.self) { try await bench.volumes.grow(VolumeID("vol-1"), to: 8 << 40) }
    #expect(error?.code == .noSpace, "\(String(describing: error))")
    #expect(try await bench.volumes.record(VolumeID("vol-1")) == record)
    #expect(try Self.superblock(bench).blocks * 4096 == record.image?.bytes)
    #expect(try SparseFile.open("image", in: Self.home(bench)).size() == record.image?.bytes)
    #expect(try await bench.another().pools()[0].promisedBytes == record.promisedBytes)
    _ = try await bench.volumes.publish(try sandbox())
  }

  @Test("A mounted ext volume waits; the next mount finishes it, and a reader's does not (E12, E13)")
  func nextMount() async throws {
    let bench = try await bench()
    defer { bench.close() }
    let published = try await bench.volumes.publish(try sandbox())
    let growth = try await bench.volumes.grow(VolumeID("vol-1"), to: 50_000_000)
    #expect(growth.waitsFor?.contains("cannot grow the mounted ext4 filesystem") == true)
    #expect(growth.record.capacityBytes == 20_000_000 && growth.record.growth?.capacityBytes == 50_000_000)
    // Asked again, it waits still; less is no other wish.
    #expect(try await bench.volumes.grow(VolumeID("vol-1"), to: 30_000_000) == growth)
    try await bench.volumes.unpublish(published.name)
    let reader = try await bench.volumes.publish(try sandbox("reader", readOnly: true))
    #expect(try await bench.volumes.record(VolumeID("vol-1")) == growth.record)
    try await bench.volumes.unpublish(reader.name)
    _ = try await bench.volumes.publish(try sandbox())
    let record = try await bench.volumes.record(VolumeID("vol-1"))
    #expect(record.capacityBytes == 50_000_000 && record.growth == nil)
    #expect(try Self.superblock(bench).blocks * 4096 == record.image?.bytes)
  }

  @Test(
    "Whatever fails is finished by the next call",
    arguments: [FakeHost.Operation.rereadSize, .growFilesystem, .findLoop])
  func failures(_ operation: FakeHost.Operation) async throws {
    let bench = try await bench()
    defer { bench.close() }
    let published = try await bench.volumes.publish(try sandbox())
    bench.fake?.fail(operation, with: HostError(.failed, "a cable is loose", errno: EIO))
    do {
      _ = try await bench.volumes.grow(VolumeID("vol-1"), to: 50_000_000)
    } catch {
      #expect(error.message == "volume vol-1: a cable is loose")
    }
    try await bench.volumes.unpublish(published.name)
    #expect(try await bench.another().finishGrowth(of: VolumeID("vol-1")).record.capacityBytes == 50_000_000)
    _ = try await bench.volumes.publish(try sandbox())
  }

  @Test("Without resize2fs the volume is mounted at its old size, and the reason is told")
  func withoutProgram() async throws {
    let bench = try await bench()
    defer { bench.close() }
    let crippled = bench.another(programs: ProgramRunner(searchPath: ["/nonexistent"]))
    let error = await #expect(throws: VolumeError.self) { try await crippled.grow(VolumeID("vol-1"), to: 50_000_000) }
    #expect(error?.message.contains("resize2fs is not installed; install the package e2fsprogs") == true)
    _ = try await crippled.publish(try sandbox())
    #expect(try await crippled.record(VolumeID("vol-1")).capacityBytes == 20_000_000)
    try await crippled.unpublish(SandboxName(namespace: "default", name: "pod-1"))
    #expect(try await bench.volumes.finishGrowth(of: VolumeID("vol-1")).waitsFor == nil)
  }

  @Test("A filesystem with errors is not resized")
  func damaged() async throws {
    let bench = try await bench()
    defer { bench.close() }
    let image = "\(try Self.home(bench).path)/image"
    try await ProgramRunner().require("debugfs", ["-w", "-R", "clri <2>", image])
    try await ProgramRunner().require("debugfs", ["-w", "-R", "ssv state 2", image])
    let error = await #expect(throws: VolumeError.self) {
      try await bench.volumes.grow(VolumeID("vol-1"), to: 50_000_000)
    }
    #expect(
      error?.message.contains("its filesystem has errors; look at it with e2fsck -fn \(image) and repair it") == true)
    #expect(
      try Self.superblock(bench).blocks * 4096 == (try await bench.volumes.record(VolumeID("vol-1")).image?.bytes))
  }

  @Test("What users have written into the new part of a thick image is not written over by a growth that goes on")
  func eager() async throws {
    let bench = try VolumeBench(FakeHost())
    defer { bench.close() }
    let record = try await bench.volumes.create(try VolumeSort.image("ext4", "eagerzeroedthick").request())
    let published = try await bench.volumes.publish(try sandbox())
    let growth = try await bench.volumes.grow(VolumeID("vol-1"), to: 40_000_000)
    #expect(growth.waitsFor != nil)
    // As after a growth of the mounted filesystem that was not written down.
    let image = try SparseFile.open("image", in: Self.home(bench), writable: true)
    let place = try #require(record.image).bytes + 4096
    try image.write(Array("precious".utf8), at: place)
    _ = try await bench.another().finishGrowth(of: VolumeID("vol-1"))
    #expect(try image.read(at: place, count: 8) == Array("precious".utf8))
    try await bench.volumes.unpublish(published.name)
  }

  @Test("A record that grows to less than it is, is damaged")
  func nonsense() async throws {
    let bench = try await bench()
    defer { bench.close() }
    var record = try await bench.volumes.record(VolumeID("vol-1"))
    record.growth = VolumeRecord.Growth(capacityBytes: 1000, imageBytes: 1000)
    try Self.home(bench).replaceFile("volume.json", with: Array(try JSONEncoder().encode(record)))
    let error = await #expect(throws: VolumeError.self) { try await bench.volumes.record(VolumeID("vol-1")) }
    #expect(error?.code == .damaged && error?.message.contains("it grows to less than it is") == true)
  }
}
