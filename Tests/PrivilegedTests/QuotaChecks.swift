// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage
import Testing
import Volumes

/// What a limited directory does on every filesystem that can limit one; run natively and in the guest.
struct QuotaChecks {
  static let capacity: Int64 = 20_000_000
  let disk: QuotaDisk
  let bench: VolumeBench
  let type: String

  init(_ type: String) async throws {
    self.type = type
    disk = try await QuotaDisk(type)
    bench = try VolumeBench(LinuxHost(), in: disk.path.string)
  }

  var isBtrfs: Bool { type == "btrfs" }
  /// What a writer is told at the limit: xfs calls a full project a full disk.
  var isFull: String { type == "xfs" ? "No space left on device" : "Disk quota exceeded" }

  /// Creates `vol-1`, which user 1000 owns, and publishes it; returns its path.
  func publish(_ more: [String: String] = [:]) async throws -> String {
    let owned = ["uid": "1000", "gid": "1000", "mode": "0777"].merging(more) { $1 }
    _ = try await bench.volumes.create(try VolumeSort.limited.request("vol-1", owned))
    return try await bench.volumes.publish(try sandbox()).mounts[0].path
  }

  /// Deletes `vol-1`, and sees that nothing is left of it.
  func delete() async throws {
    try await bench.volumes.unpublish(try sandbox().name)
    try await bench.volumes.delete(VolumeID("vol-1"))
    #expect(try bench.leftovers == [])
    #expect(try disk.quotas == [:])
  }

  /// One file of the capacity fits, not much more, for whoever has not CAP_SYS_RESOURCE; then df and usage say full.
  func holdsItsCapacity(_ writer: QuotaWriter) async throws {
    let path = try await publish()
    let empty = try await bench.volumes.usage(of: VolumeID("vol-1"))
    #expect(try #require(empty.availableBytes) >= Self.capacity)
    let written = try writer.fill("file", in: path, megabytes: 40)
    #expect(written.complaints.contains(isFull), "\(written)")
    #expect(written.bytes >= Self.capacity, "\(written)")
    #expect(written.bytes <= empty.totalBytes, "\(written)")
    #expect(empty.totalBytes < Self.capacity + 300_000)
    let again = try writer.fill("more", in: path, megabytes: 2)
    #expect(again.bytes < 100_000, "\(again)")
    let full = try await bench.volumes.usage(of: VolumeID("vol-1"))
    #expect(try #require(full.usedBytes) >= Self.capacity)
    #expect(try #require(full.availableBytes) < 100_000)
    if !isBtrfs {
      let shown = try bench.host.usage(at: FilePath(path))
      #expect(shown.totalBytes == full.totalBytes)
      #expect(shown.availableBytes <= 100_000, "df says \(shown)")
    }
    print("\(type), \(writer.rawValue): \(written.bytes) bytes into \(Self.capacity), limit \(full.totalBytes)")
    // What is removed can be written again.
    #expect(try writer.run(in: path, "rm", "file").status == 0)
    try disk.directory.syncFilesystem()
    #expect(try writer.fill("again", in: path, megabytes: 10).bytes == 10 << 20)
    try await delete()
  }

  /// The neighbours of a full volume write on.
  func doesNotDisturb() async throws {
    let path = try await publish()
    _ = try await bench.volumes.create(try VolumeSort.limited.request("vol-2", ["mode": "0777"]))
    let other = try await bench.volumes.publish(try sandbox("pod-2", volume: "vol-2")).mounts[0].path
    _ = try QuotaWriter.user.fill("file", in: path, megabytes: 40)
    #expect(try QuotaWriter.user.fill("file", in: other, megabytes: 15).bytes == 15 << 20)
    #expect(try disk.quotas.count == 2)
    try await bench.volumes.unpublish(try sandbox("pod-2").name)
    try await bench.volumes.delete(VolumeID("vol-2"))
    #expect(try disk.quotas.count == 1)
    try await delete()
  }

  /// A deleted volume's quota goes with it, and the next one has its number and none of its content.
  func reusesNumbers() async throws {
    _ = try QuotaWriter.user.fill("file", in: try await publish(), megabytes: 40)
    let quota = try #require(try await bench.volumes.record(VolumeID("vol-1")).quota)
    try await delete()
    let path = try await publish()
    #expect(try await bench.volumes.record(VolumeID("vol-1")).quota == quota)
    #expect(try QuotaWriter.user.fill("file", in: path, megabytes: 40).bytes >= Self.capacity)
    try await delete()
  }

  /// A full volume that is mounted grows: its writer goes on, and df tells the new size.
  func grows() async throws {
    let path = try await publish()
    _ = try QuotaWriter.user.fill("file", in: path, megabytes: 40)
    let grown = try await bench.volumes.grow(VolumeID("vol-1"), to: 2 * Self.capacity)
    #expect(grown.record.capacityBytes == 2 * Self.capacity)
    #expect(try QuotaWriter.user.fill("more", in: path, megabytes: 15).bytes == 15 << 20)
    #expect(try await bench.volumes.usage(of: VolumeID("vol-1")).totalBytes >= 2 * Self.capacity)
    if !isBtrfs { #expect(try bench.host.usage(at: FilePath(path)).totalBytes >= 2 * Self.capacity) }
    try await delete()
  }

  /// A volume that lost its limit or its mark has them again with its next publishing, and the examination tells before.
  func healsItself() async throws {
    _ = try await publish()
    let quota = try #require(try await bench.volumes.record(VolumeID("vol-1")).quota)
    try await bench.volumes.unpublish(try sandbox().name)
    #expect(try await bench.volumes.examine().allSatisfy { $0.damage == nil })
    if !isBtrfs {
      try disk.bench.host.dropQuota(quota.id, of: disk.directory)
    } else {
      try disk.bench.host.setQuota(quota.id, to: QuotaLimit(bytes: 4096), of: disk.directory)
    }
    #expect(try await bench.volumes.examine().first?.damage?.message.contains("the limit of its quota") == true)
    let path = try await bench.volumes.publish(try sandbox()).mounts[0].path
    #expect(try await bench.volumes.examine().allSatisfy { $0.damage == nil })
    #expect(try QuotaWriter.user.fill("file", in: path, megabytes: 40).complaints.contains(isFull))
    try await delete()
  }
}
