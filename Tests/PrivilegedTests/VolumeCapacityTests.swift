// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import SystemPackage
import Testing
import Volumes

/// 400M holds 400 MB: one file of the requested size fits, and not much more.
@Suite("What a volume holds", .privileged, .serialized)
struct VolumeCapacityTests {
  static let sorts = ["ext2", "ext3", "ext4", "xfs", "btrfs"].map { VolumeSort.image($0, capacity: 400_000_000) }

  @Test("One file of exactly the requested size fits, then comes ENOSPC, and df says so before", arguments: sorts)
  func holdsWhatWasAskedFor(_ sort: VolumeSort) async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    let record = try await bench.volumes.create(try sort.request())
    let published = try await bench.volumes.publish(try sandbox())
    let usage = try await bench.volumes.usage(of: VolumeID("vol-1"))
    #expect(try (400_000_000...430_000_000).contains(#require(usage.availableBytes)), "\(sort): \(usage)")
    let written = try Self.fill(published.mounts[0].path + "/file")
    #expect(written.bytes >= 400_000_000, "\(sort): only \(written.bytes) bytes fit")
    #expect(written.bytes <= 430_000_000, "\(sort): \(written.bytes) bytes fit")
    #expect(written.error == ENOSPC)
    try await bench.volumes.unpublish(published.name)
    try await Self.check(record, in: bench)
    try await bench.volumes.delete(VolumeID("vol-1"))
    #expect(try bench.leftovers == [])
  }

  @Test("A thin ext image of 400M takes less than 400 kB on the disk", arguments: ["ext2", "ext3", "ext4"])
  func isThin(_ filesystem: String) async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image(filesystem, capacity: 400_000_000).request())
    let allocated = try await bench.volumes.usage(of: VolumeID("vol-1")).allocatedBytes
    #expect(try #require(allocated) < 400_000)
  }

  @Test("Thick stays thick, and reads as zeros", arguments: ["zeroedthick", "eagerzeroedthick"], ["ext4", "xfs"])
  func isThick(_ format: String, _ filesystem: String) async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    let sort = VolumeSort.image(filesystem, format, capacity: 250_000_000)
    let image = try #require(try await bench.volumes.create(try sort.request()).image)
    let before = try await bench.volumes.usage(of: VolumeID("vol-1")).allocatedBytes
    #expect(try #require(before) >= image.bytes)
    let published = try await bench.volumes.publish(try sandbox())
    try Data(count: 1 << 20).write(to: URL(fileURLWithPath: published.mounts[0].path + "/f"))
    try await bench.volumes.unpublish(published.name)
    let after = try await bench.volumes.usage(of: VolumeID("vol-1")).allocatedBytes
    #expect(try #require(after) >= image.bytes)
  }

  @Test("Owner and mode of the root directory are those of the class", arguments: ["ext4", "xfs", "btrfs"])
  func hasOwner(_ filesystem: String) async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    let sort = VolumeSort.image(filesystem, capacity: 250_000_000)
    _ = try await bench.volumes.create(try sort.request("vol-1", ["uid": "1000", "gid": "2000", "mode": "2770"]))
    let published = try await bench.volumes.publish(try sandbox())
    let found = try FileMetadata.of(FilePath(published.mounts[0].path))
    #expect((found.uid, found.gid, found.mode) == (1000, 2000, 0o2770))
    // What its users change stays theirs.
    #expect(chmod(published.mounts[0].path, 0o700) == 0)
    try await bench.volumes.unpublish(published.name)
    _ = try await bench.volumes.publish(try sandbox())
    #expect(try FileMetadata.of(FilePath(published.mounts[0].path)).mode == 0o700)
  }

  /// Writes until nothing more fits; returns how much did, and why it ended.
  static func fill(_ path: String) throws -> (bytes: Int, error: Int32) {
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard file >= 0 else { throw BenchError("cannot open \(path): \(errno)") }
    defer { close(file) }
    var block = [UInt8](repeating: 0x5a, count: 1 << 20)
    var written = 0
    var error: Int32 = 0
    while block.count > 0 {
      let count = write(file, block, block.count)
      if count > 0 { written += count }
      if count < 0 {
        error = errno
        // To the last byte: ever smaller pieces.
        if block.count <= 512 { break }
        block = Array(block.prefix(block.count / 2))
      }
    }
    guard fsync(file) == 0 else { throw BenchError("fsync: \(errno)") }
    return (written, error)
  }

  /// The filesystem is clean by its own checker.
  static func check(_ record: VolumeRecord, in bench: VolumeBench) async throws {
    let image = bench.layout.pools + "/default/volumes/\(record.id)/image"
    let runner = ProgramRunner()
    switch try #require(record.image).filesystem {
    case .ext2, .ext3, .ext4: try await runner.require("e2fsck", ["-fn", image])
    case .xfs: try await runner.require("xfs_repair", ["-n", "-f", image])
    case .btrfs: try await runner.require("btrfs", ["check", "--readonly", image])
    }
  }
}
