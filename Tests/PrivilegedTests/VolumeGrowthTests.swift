// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import Glibc
import LinuxStorage
import Synchronization
import SystemPackage
import Testing
import Volumes

/// A volume that grows while somebody writes to it, and what it holds afterwards.
struct GrowingVolume {
  let sort: VolumeSort
  let bench: VolumeBench
  let id: VolumeID
  let target: Int64

  init(_ sort: VolumeSort) throws {
    self.sort = sort
    bench = try VolumeBench(LinuxHost())
    id = try VolumeID("vol-1")
    target = sort.capacity * 2
  }

  /// Grows the volume while a writer writes; returns what became of it, and the file that was written.
  func growUnderWriter() async throws -> (VolumeGrowth, path: String, blocks: Int) {
    _ = try await bench.volumes.create(try sort.request())
    let published = try await bench.volumes.publish(try sandbox())
    let path = published.mounts[0].path + "/written"
    let before = try await bench.volumes.usage(of: id)
    let writer = try Writer(path)
    writer.start()
    try await writer.progress(to: 20)
    let growth = try await bench.volumes.grow(id, to: target)
    try await writer.progress(to: writer.blocks + 20)
    try writer.stop()
    let after = try await bench.volumes.usage(of: id)
    #expect((after.totalBytes > before.totalBytes) == (growth.waitsFor == nil), "\(before) \(after)")
    return (growth, path, writer.blocks)
  }

  /// Everything that was written is there, in order.
  func expectWritten(_ blocks: Int, at path: String) throws {
    let bytes = try Data(contentsOf: URL(fileURLWithPath: path))
    #expect(bytes.count >= blocks * Writer.length)
    for block in 0..<blocks {
      let part = bytes[(block * Writer.length)..<((block + 1) * Writer.length)]
      guard part.allSatisfy({ $0 == UInt8(truncatingIfNeeded: block) }) else {
        Issue.record("block \(block) of \(blocks) is not what was written")
        return
      }
    }
  }

  /// A file of the size that it grew to fits and not much more; the filesystem is clean.
  func expectFull(_ record: VolumeRecord) async throws {
    let published = try await bench.volumes.publish(try sandbox())
    let usage = try await bench.volumes.usage(of: id)
    #expect(try #require(usage.availableBytes) >= target)
    let written = try VolumeCapacityTests.fill(published.mounts[0].path + "/file")
    #expect(written.bytes >= target, "\(sort): only \(written.bytes) of \(target) bytes fit")
    #expect(written.bytes <= target + target / 12, "\(sort): \(written.bytes) bytes fit")
    #expect(written.error == ENOSPC)
    try await bench.volumes.unpublish(published.name)
    try await VolumeCapacityTests.check(record, in: bench)
    try await bench.volumes.delete(id)
    #expect(try bench.leftovers == [])
  }

  /// Writes numbered blocks, each durably, on a thread of its own.
  final class Writer: Sendable {
    static let length = 64 << 10
    private let file: Int32
    private let state = Mutex((blocks: 0, error: Int32(0), stops: false, ended: false))

    init(_ path: String) throws {
      file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
      guard file >= 0 else { throw BenchError("cannot open \(path): \(errno)") }
    }

    var blocks: Int { state.withLock { $0.blocks } }

    func start() {
      Thread.detachNewThread { [self] in
        // Not more than the volume holds.
        while blocks < 300, !state.withLock({ $0.stops }) {
          let block = [UInt8](repeating: UInt8(truncatingIfNeeded: blocks), count: Self.length)
          guard write(file, block, block.count) == block.count, fdatasync(file) == 0 else {
            state.withLock { $0.error = errno }
            break
          }
          state.withLock { $0.blocks += 1 }
        }
        close(file)
        state.withLock { $0.ended = true }
      }
    }

    /// Waits until `count` blocks are written, or there will be no more.
    func progress(to count: Int) async throws {
      while true {
        let now = state.withLock { $0 }
        guard now.error == 0 else { throw BenchError("the writer failed: \(now.error)") }
        if now.blocks >= count || now.ended { return }
        await Task.yield()
      }
    }

    func stop() throws {
      state.withLock { $0.stops = true }
      while !state.withLock({ $0.ended }) { sched_yield() }
      let error = state.withLock { $0.error }
      guard error == 0 else { throw BenchError("the writer failed: \(error)") }
    }
  }
}

@Suite("Growing, on the real kernel", .privileged, .serialized)
struct VolumeGrowthTests {
  static let ext = ["ext2", "ext3", "ext4"].map { VolumeSort.image($0, capacity: 60_000_000) }
  static let others = [VolumeSort.image("xfs", capacity: 250_000_000), .image("btrfs", capacity: 130_000_000)]

  @Test("xfs and btrfs grow while a writer writes, and lose nothing (E12)", arguments: others)
  func online(_ sort: VolumeSort) async throws {
    let volume = try GrowingVolume(sort)
    defer { volume.bench.close() }
    let (growth, path, blocks) = try await volume.growUnderWriter()
    #expect(growth.waitsFor == nil && growth.record.capacityBytes == volume.target)
    try volume.expectWritten(blocks, at: path)
    #expect(unlink(path) == 0)
    try await volume.bench.volumes.unpublish(SandboxName(namespace: "default", name: "pod-1"))
    try await volume.expectFull(growth.record)
  }

  @Test(
    "ext grows while a writer writes where the kernel lets it, and else before the next mount (E10)", arguments: ext)
  func extended(_ sort: VolumeSort) async throws {
    let volume = try GrowingVolume(sort)
    defer { volume.bench.close() }
    let (growth, path, blocks) = try await volume.growUnderWriter()
    let isPermitted = try Capability.effective().contains(.resource)
    // Some kernels have a driver of ext2's own, which cannot.
    let isUnknown = growth.waitsFor?.contains("Inappropriate ioctl") == true && sort.parameters["fsType"] == "ext2"
    #expect((growth.waitsFor == nil) == isPermitted || isUnknown)
    if !isPermitted, !isUnknown { #expect(growth.waitsFor?.contains("CAP_SYS_RESOURCE") == true, "\(growth)") }
    try volume.expectWritten(blocks, at: path)
    try await volume.bench.volumes.unpublish(SandboxName(namespace: "default", name: "pod-1"))
    _ = try await volume.bench.volumes.publish(try sandbox())
    try volume.expectWritten(blocks, at: path)
    #expect(unlink(path) == 0)
    try await volume.bench.volumes.unpublish(SandboxName(namespace: "default", name: "pod-1"))
    let record = try await volume.bench.volumes.record(volume.id)
    #expect(record.capacityBytes == volume.target && record.growth == nil)
    try await volume.expectFull(record)
  }

  @Test("Nobody has it mounted: it grows at once and keeps its data", arguments: ext + others)
  func offline(_ sort: VolumeSort) async throws {
    let volume = try GrowingVolume(sort)
    defer { volume.bench.close() }
    _ = try await volume.bench.volumes.create(try sort.request())
    let published = try await volume.bench.volumes.publish(try sandbox())
    let path = published.mounts[0].path + "/greeting"
    try Data("hello".utf8).write(to: URL(fileURLWithPath: path))
    try await volume.bench.volumes.unpublish(published.name)
    let growth = try await volume.bench.volumes.grow(volume.id, to: volume.target)
    #expect(growth.waitsFor == nil)
    #expect(try volume.bench.loops == [] && volume.bench.mounts == [])
    _ = try await volume.bench.volumes.publish(try sandbox())
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "hello")
    #expect(unlink(path) == 0)
    try await volume.bench.volumes.unpublish(published.name)
    try await volume.expectFull(growth.record)
  }

  @Test("btrfs does not grow to less than 256 MiB, and the least size is told")
  func smallBtrfs() async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    let record = try await bench.volumes.create(try VolumeSort.image("btrfs", capacity: 100 << 20).request())
    let error = await #expect(throws: VolumeError.self) {
      try await bench.volumes.grow(VolumeID("vol-1"), to: 247 << 20)
    }
    #expect(error?.message.contains("ask for at least 248Mi") == true)
    #expect(try await bench.volumes.record(VolumeID("vol-1")) == record)
    #expect(try await bench.volumes.grow(VolumeID("vol-1"), to: 248 << 20).waitsFor == nil)
  }

  @Test(
    "Thick stays thick, mounted or not, and what is new reads as zeros",
    arguments: ["zeroedthick", "eagerzeroedthick"],
    [("ext4", 20_000_000), ("btrfs", 130_000_000), ("xfs", 250_000_000)] as [(String, Int64)])
  func thick(_ format: String, _ filesystem: (name: String, capacity: Int64)) async throws {
    let volume = try GrowingVolume(.image(filesystem.name, format, capacity: filesystem.capacity))
    let bench = volume.bench
    defer { bench.close() }
    _ = try await bench.volumes.create(try volume.sort.request())
    func expectThick() async throws {
      let image = try #require(try await bench.volumes.record(volume.id).image)
      #expect(try #require(try await bench.volumes.usage(of: volume.id).allocatedBytes) >= image.bytes)
    }
    _ = try await bench.volumes.grow(volume.id, to: volume.target)
    try await expectThick()
    let published = try await bench.volumes.publish(try sandbox())
    _ = try await bench.volumes.grow(volume.id, to: volume.target + 30_000_000)
    try await bench.volumes.unpublish(published.name)
    _ = try await bench.volumes.publish(try sandbox())
    try await expectThick()
    #expect(try await bench.volumes.record(volume.id).capacityBytes == volume.target + 30_000_000)
  }

  @Test(
    "A power cut while resize2fs works: whatever it has written, the next call finishes it",
    arguments: ["ext3", "ext4"])
  func cutOff(_ filesystem: String) async throws {
    let volume = try GrowingVolume(.image(filesystem, capacity: 60_000_000))
    let bench = volume.bench
    defer { bench.close() }
    _ = try await bench.volumes.create(try volume.sort.request())
    let published = try await bench.volumes.publish(try sandbox())
    let path = published.mounts[0].path + "/greeting"
    try Data("hello".utf8).write(to: URL(fileURLWithPath: path))
    try await bench.volumes.unpublish(published.name)
    let home = try Directory.open(FilePath(bench.layout.pools + "/default/volumes/vol-1"))
    let image = try SparseFile.open("image", in: home, writable: true)
    let original = try SparseFile.create("original", in: home)
    try original.copyContent(of: image)
    let untouched = try home.readFile("volume.json")
    // The whole work once, for its record; then what is there after each of its first writes.
    let record = try await bench.volumes.grow(volume.id, to: 900_000_000).record
    let blocks = try #require(record.image).bytes / 4096
    var cuts = 0
    for writes in [1, 2, 3, 5, 8, 13, 21, 34] {
      try image.copyContent(of: original)
      var begun = try JSONSerialization.jsonObject(with: Data(try #require(untouched))) as? [String: Any] ?? [:]
      begun["growth"] = ["capacityBytes": 900_000_000, "imageBytes": blocks * 4096, "begun": true] as [String: Any]
      try home.replaceFile("volume.json", with: Array(try JSONSerialization.data(withJSONObject: begun)))
      try image.truncate(to: blocks * 4096)
      let cut = try await ProgramRunner().run(
        "strace",
        [
          "-f", "-o", "/dev/null", "-e", "trace=pwrite64", "-e", "inject=pwrite64:signal=KILL:when=\(writes)",
          "resize2fs",
          "-f", image.path.string,
        ])
      guard cut.status != 0 else { break }
      cuts += 1
      let growth = try await bench.volumes.finishGrowth(of: volume.id)
      #expect(growth.waitsFor == nil && growth.record == record, "after \(writes) writes")
      try await VolumeCapacityTests.check(record, in: bench)
      _ = try await bench.volumes.publish(try sandbox())
      #expect(try String(contentsOfFile: path, encoding: .utf8) == "hello", "after \(writes) writes")
      try await bench.volumes.unpublish(published.name)
    }
    #expect(cuts > 4)
  }

  @Test("The program that grows an image holds its lock, even when whoever started it is gone")
  func lockedByProgram() async throws {
    let scratch = try HostBench()
    let file = try SparseFile.create("image", in: scratch.root)
    #expect(try file.tryLock(.exclusive))
    let other = try SparseFile.open("image", in: scratch.root)
    let script = "stat -Lc %i /proc/self/fd/0; flock -n '\(file.path)' true; echo $?"
    let answer = try await ProgramRunner().run("sh", ["-c", script], holding: file)
    #expect(answer.output == "\(try file.identity().inode)\n1\n")
    try file.unlock()
    #expect(try other.tryLock(.exclusive))
  }
}

@Suite("Growing where the kernel lets ext grow while it is mounted", .guest, .serialized)
struct GuestGrowthTests {
  @Test("ext3 and ext4 grow while a writer writes, and lose nothing (E12)", arguments: VolumeGrowthTests.ext.suffix(2))
  func online(_ sort: VolumeSort) async throws {
    let volume = try GrowingVolume(sort)
    defer { volume.bench.close() }
    let (growth, path, blocks) = try await volume.growUnderWriter()
    #expect(growth.waitsFor == nil, "\(growth)")
    #expect(growth.record.capacityBytes == volume.target)
    try volume.expectWritten(blocks, at: path)
    #expect(unlink(path) == 0)
    try await volume.bench.volumes.unpublish(SandboxName(namespace: "default", name: "pod-1"))
    try await volume.expectFull(growth.record)
  }
}
