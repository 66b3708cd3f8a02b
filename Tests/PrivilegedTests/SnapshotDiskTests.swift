// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import Synchronization
import SystemPackage
import Testing
import Volumes

/// Snapshots and clones with data in them, on real filesystems and real disks.
@Suite("Snapshots on real disks", .privileged, .serialized)
struct SnapshotDiskTests {
  static let sorts: [VolumeSort] = [
    .image("ext4", capacity: 40_000_000), .image("ext3", "zeroedthick", capacity: 40_000_000),
    .image("ext2", capacity: 40_000_000), .image("xfs", capacity: 250_000_000), .image("btrfs", capacity: 130_000_000),
  ]

  /// The directory of the volume `data` of the pod `pod`.
  private func place(_ bench: VolumeBench, _ pod: String) -> FilePath {
    FilePath(bench.layout.state + "/pods/default/\(pod)/volumes/data")
  }

  private func content(_ bench: VolumeBench, _ pod: String, _ name: String) throws -> String? {
    let directory = try Directory.open(place(bench, pod))
    return try directory.readFile(name).map { String(decoding: $0, as: UTF8.self) }
  }

  private func snapshotImage(_ bench: VolumeBench, _ id: String = "snap-1", pool: String = "default") -> String {
    bench.layout.pools + "/\(pool)/snapshots/\(id)/image"
  }

  /// Mounts a disk of `type` at the pool `disk`, and prepares it.
  private func mountPool(_ bench: VolumeBench, _ type: String, megabytes: Int64 = 900) async throws {
    for path in [bench.layout.state, bench.layout.pools, bench.layout.pools + "/disk"] {
      #expect(mkdir(path, 0o700) == 0)
    }
    #expect(chmod(bench.layout.state, 0o711) == 0)
    let file = try SparseFile.create("disk", in: Directory.open(FilePath(bench.root)))
    try file.truncate(to: megabytes << 20)
    let arguments = type == "xfs" ? ["-q", "-f", "-s", "size=4096"] : ["-q", "-f"]
    try await ProgramRunner().require("mkfs.\(type)", arguments + [bench.root + "/disk"])
    let device = try bench.host.attachLoop(file)
    try bench.host.mount(
      type, from: device.path, at: FilePath(bench.layout.pools + "/disk"), options: MountOptions())
    try await bench.volumes.preparePool("disk")
  }

  @Test("What was written before is in it, what comes later is not, and its source may go", arguments: sorts)
  func isOfOneMoment(_ sort: VolumeSort) async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    let volume = try await bench.volumes.create(try sort.request())
    _ = try await bench.volumes.publish(try sandbox())
    try Directory.open(place(bench, "pod-1")).replaceFile("before", with: Array("here".utf8))
    // Not fsynced: to freeze writes it.
    try "lazy".write(toFile: place(bench, "pod-1").string + "/lazy", atomically: false, encoding: .utf8)
    let snapshot = try await bench.volumes.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
    try Directory.open(place(bench, "pod-1")).replaceFile("after", with: Array("there".utf8))
    if sort.parameters["fsType"] == "ext3" || sort.parameters["fsType"] == "ext4" {
      try await ProgramRunner().require("e2fsck", ["-fn", snapshotImage(bench)])
    }
    let clone = try await bench.volumes.create(try sort.request("vol-2", from: .volume(VolumeID("vol-1"))))
    let copy = try await bench.volumes.create(try sort.request("vol-3", from: .snapshot(SnapshotID("snap-1"))))
    #expect(Set([volume, clone, copy].map(\.image?.uuid)).count == 3)
    // All at once: filesystems of one name could not be.
    _ = try await bench.volumes.publish(try sandbox("pod-2", volume: "vol-2"))
    _ = try await bench.volumes.publish(try sandbox("pod-3", volume: "vol-3"))
    #expect(try content(bench, "pod-2", "before") == "here" && content(bench, "pod-2", "after") == "there")
    #expect(try content(bench, "pod-3", "before") == "here" && content(bench, "pod-3", "lazy") == "lazy")
    #expect(try content(bench, "pod-3", "after") == nil)
    try Directory.open(place(bench, "pod-3")).replaceFile("own", with: [1])
    #expect(try content(bench, "pod-1", "own") == nil)
    for pod in ["pod-1", "pod-2", "pod-3"] {
      try await bench.volumes.unpublish(SandboxName(namespace: "default", name: pod))
    }
    for id in ["vol-1", "vol-2", "vol-3"] { try await bench.volumes.delete(VolumeID(id)) }
    #expect(try await bench.volumes.snapshotRecord(SnapshotID("snap-1")) == snapshot)
    _ = try await bench.volumes.create(try sort.request("vol-4", from: .snapshot(SnapshotID("snap-1"))))
    _ = try await bench.volumes.publish(try sandbox("pod-4", volume: "vol-4"))
    #expect(try content(bench, "pod-4", "before") == "here")
  }

  @Test("A directory of many files is found by every name in the copy of its filesystem", arguments: ["ext4", "ext3"])
  func largeDirectories(_ filesystem: String) async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    let sort = VolumeSort.image(filesystem, capacity: 40_000_000)
    _ = try await bench.volumes.create(try sort.request())
    _ = try await bench.volumes.publish(try sandbox())
    let root = place(bench, "pod-1").string
    for number in 0..<1500 { close(open("\(root)/a-rather-long-name-of-a-file-\(number)", O_CREAT | O_WRONLY, 0o600)) }
    _ = try await bench.volumes.create(
      try sort.request("vol-2", from: .volume(VolumeID("vol-1")), capacity: 60_000_000))
    _ = try await bench.volumes.publish(try sandbox("pod-2", volume: "vol-2"))
    let copy = place(bench, "pod-2").string
    let missing = (0..<1500).filter { access("\(copy)/a-rather-long-name-of-a-file-\($0)", F_OK) != 0 }
    #expect(missing == [])
    // The larger copy holds what it promises.
    let filled = try VolumeCapacityTests.fill(copy + "/full")
    #expect(filled.error == ENOSPC && filled.bytes >= 60_000_000)
    try await bench.volumes.unpublish(SandboxName(namespace: "default", name: "pod-2"))
    try await ProgramRunner().require("e2fsck", ["-fn", bench.layout.pools + "/default/volumes/vol-2/image"])
  }

  @Test(
    "While a writer writes, everything that it has fsynced is in the snapshot, and its filesystem is clean",
    arguments: ["ext4", "ext3"])
  func consistency(_ filesystem: String) async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    let sort = VolumeSort.image(filesystem, capacity: 40_000_000)
    _ = try await bench.volumes.create(try sort.request())
    _ = try await bench.volumes.publish(try sandbox())
    let writer = Writer(place(bench, "pod-1").string)
    for round in 1...5 {
      let before = writer.acknowledged
      _ = try await bench.volumes.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-\(round)"))
      let after = writer.acknowledged
      try await ProgramRunner().require("e2fsck", ["-fn", snapshotImage(bench, "snap-\(round)")])
      let id = "vol-\(round + 1)"
      _ = try await bench.volumes.create(try sort.request(id, from: .snapshot(SnapshotID("snap-\(round)"))))
      _ = try await bench.volumes.publish(try sandbox("copy-\(round)", volume: id))
      let found = try Writer.last(in: place(bench, "copy-\(round)").string)
      #expect(found >= before, "round \(round): \(before) was fsynced before, \(found) is in it, \(after) afterwards")
    }
    #expect(writer.stop() > 0)
  }

  @Test("On a disk with reflinks a snapshot and a clone cost nothing, and nobody waits", arguments: ["xfs", "btrfs"])
  func reflinks(_ type: String) async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    try await mountPool(bench, type)
    let sort = VolumeSort.image("ext4", capacity: 300_000_000)
    _ = try await bench.volumes.create(try sort.request("vol-1", ["pool": "disk"]))
    _ = try await bench.volumes.publish(try sandbox())
    let root = place(bench, "pod-1").string
    try Data(repeating: 7, count: 200_000_000).write(to: URL(filePath: root + "/data"))
    sync()
    let before = try await bench.volumes.pools()[0].availableBytes
    let clock = ContinuousClock()
    var snapshot: SnapshotRecord?
    let time = try await clock.measure {
      snapshot = try await bench.volumes.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
    }
    _ = try await bench.volumes.create(
      try sort.request("vol-2", from: .snapshot(SnapshotID("snap-1")), ["pool": "disk"]))
    sync()
    let cost = before - (try await bench.volumes.pools()[0].availableBytes)
    #expect(cost < 20_000_000, "200 MB were shared at the price of \(cost) bytes")
    // They may become its own: they count.
    #expect((snapshot?.takenBytes ?? 0) >= 200_000_000)
    print("snapshot of 200 MB on \(type): \(time), \(cost) bytes for it and a clone")
    _ = try await bench.volumes.publish(try sandbox("pod-2", volume: "vol-2"))
    #expect(try Data(contentsOf: URL(filePath: place(bench, "pod-2").string + "/data")).count == 200_000_000)
  }

  @Test("What is thick shares nothing, and stays thick: its snapshot and its clone take their own room")
  func thickness() async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    try await mountPool(bench, "xfs")
    let thick = VolumeSort.image("ext4", "zeroedthick", capacity: 60_000_000)
    let thin = VolumeSort.image("ext4", capacity: 60_000_000)
    let record = try await bench.volumes.create(try thick.request("vol-1", ["pool": "disk"]))
    let bytes = record.image?.bytes ?? 0
    // What was never written is not shared anyway.
    _ = try await bench.volumes.publish(try sandbox())
    try Data(repeating: 7, count: 40_000_000).write(to: URL(filePath: place(bench, "pod-1").string + "/data"))
    try await bench.volumes.unpublish(SandboxName(namespace: "default", name: "pod-1"))
    _ = try await bench.volumes.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
    func takes(_ id: String) throws -> Int64 {
      try FileMetadata.of(FilePath(bench.layout.pools + "/disk/volumes/\(id)/image")).allocatedBytes
    }
    #expect(try takes("vol-1") >= bytes)
    sync()
    let before = try await bench.volumes.pools()[0].availableBytes
    _ = try await bench.volumes.create(
      try thick.request("vol-2", from: .snapshot(SnapshotID("snap-1")), ["pool": "disk"]))
    _ = try await bench.volumes.create(
      try thick.request("vol-3", from: .volume(VolumeID("vol-1")), ["pool": "disk"]))
    sync()
    let cost = before - (try await bench.volumes.pools()[0].availableBytes)
    #expect(cost >= 2 * bytes, "two thick copies of \(bytes) bytes took \(cost)")
    #expect(try takes("vol-2") >= bytes && takes("vol-3") >= bytes)
    _ = try await bench.volumes.create(
      try thin.request("vol-4", from: .volume(VolumeID("vol-1")), ["pool": "disk"]))
    #expect(try takes("vol-4") < bytes)
  }

  @Test("A freeze ends with its time, and what was copied meanwhile is not used")
  func deadline() async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    _ = try await bench.volumes.publish(try sandbox())
    let mount = FilePath(bench.layout.state + "/mounts/vol-1")
    let frozen = try bench.host.freeze(mount, atMost: 1)
    let twice = #expect(throws: HostError.self) { try bench.host.freeze(mount, atMost: 1) }
    #expect(twice?.code == .busy)
    // Waits until the guard has thawed it.
    try Directory.open(place(bench, "pod-1")).replaceFile("late", with: [1])
    let error = #expect(throws: HostError.self) { try frozen.thaw() }
    #expect(error?.code == .failed)
    let again = try bench.host.freeze(mount, atMost: 30)
    try again.thaw()
    #expect(try bench.host.thaw(mount) == false)
  }
}

/// Writes ever higher numbers into a file, and notes each that is safe.
private final class Writer: Sendable {
  private final class Progress: Sendable {
    let number = Atomic<Int>(0)
    let isStopped = Atomic<Bool>(false)
    let isFinished = Atomic<Bool>(false)
  }

  private let progress: Progress

  init(_ directory: String) {
    let progress = Progress()
    self.progress = progress
    Thread { Self.run(directory, progress) }.start()
  }

  deinit { progress.isStopped.store(true, ordering: .sequentiallyConsistent) }

  /// The last number that is safe.
  var acknowledged: Int { progress.number.load(ordering: .sequentiallyConsistent) }

  private static func run(_ directory: String, _ progress: Progress) {
    let file = open(directory + "/log", O_CREAT | O_WRONLY | O_APPEND | O_CLOEXEC, 0o600)
    var next = 1
    while !progress.isStopped.load(ordering: .sequentiallyConsistent) {
      let line = Array("\(next)\n".utf8)
      guard write(file, line, line.count) == line.count, fsync(file) == 0 else { break }
      progress.number.store(next, ordering: .sequentiallyConsistent)
      next += 1
    }
    close(file)
    progress.isFinished.store(true, ordering: .sequentiallyConsistent)
  }

  func stop() -> Int {
    progress.isStopped.store(true, ordering: .sequentiallyConsistent)
    while !progress.isFinished.load(ordering: .sequentiallyConsistent) { usleep(1000) }
    return acknowledged
  }

  /// The last number in the file, all lower ones of which must be there.
  static func last(in directory: String) throws -> Int {
    let text = try String(contentsOfFile: directory + "/log", encoding: .utf8)
    let lines = text.split(separator: "\n").compactMap { Int($0) }
    #expect(lines == Array(1..<(lines.count + 1)))
    return lines.last ?? 0
  }
}
