// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import SystemPackage
import Testing
import Volumes

/// Disks that are full, read-only, not there, or hold what somebody planted.
@Suite("Volumes on difficult disks", .privileged, .serialized)
struct VolumeDiskTests {
  /// Mounts a small disk of `megabytes` at `path`.
  private func mountDisk(_ bench: VolumeBench, at path: String, megabytes: Int) async throws {
    let image = bench.root + "/disk-\(megabytes)"
    let directory = try Directory.open(FilePath(bench.root))
    let file = try SparseFile.create("disk-\(megabytes)", in: directory)
    try file.truncate(to: Int64(megabytes) << 20)
    try await ProgramRunner().require("mke2fs", ["-q", "-F", "-t", "ext4", "-b", "4096", "-m", "0", image])
    let device = try bench.host.attachLoop(file)
    try bench.host.mount("ext4", from: device.path, at: FilePath(path), options: MountOptions())
  }

  @Test(
    "On a full disk nothing half-made is left, and when there is room again it works",
    arguments: ["thin", "zeroedthick", "eagerzeroedthick"])
  func survivesFullDisk(_ format: String) async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    for path in [bench.layout.state, bench.layout.pools, bench.layout.pools + "/small"] {
      #expect(mkdir(path, 0o700) == 0)
    }
    #expect(chmod(bench.layout.state, 0o711) == 0)
    let pool = bench.layout.pools + "/small"
    try await mountDisk(bench, at: pool, megabytes: 64)
    try await bench.volumes.preparePool("small")
    let sort = VolumeSort.image("ext4", format, capacity: 10_000_000)
    _ = try await bench.volumes.create(try sort.request("vol-0", ["pool": "small"]))
    let filled = try VolumeCapacityTests.fill(pool + "/ballast")
    #expect(filled.error == ENOSPC)
    for _ in 0..<3 {
      let error = await #expect(throws: VolumeError.self) {
        _ = try await bench.volumes.create(try sort.request("vol-1", ["pool": "small"]))
      }
      #expect(error?.code == .noSpace, "\(error?.message ?? "")")
      #expect(bench.tree("pools/small/staging") == [])
      #expect(bench.tree("pools/small/volumes").filter { !$0.contains("/") } == ["vol-0"])
    }
    #expect(unlink(pool + "/ballast") == 0)
    _ = try await bench.volumes.create(try sort.request("vol-1", ["pool": "small"]))
    _ = try await bench.volumes.publish(try sandbox(volume: "vol-1"))
  }

  @Test("When a pool's disk is not mounted, nothing is written to its mount point, and its volumes are not lost")
  func noticesMissingDisk() async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    for path in [bench.layout.state, bench.layout.pools, bench.layout.pools + "/disk"] {
      #expect(mkdir(path, 0o700) == 0)
    }
    let pool = bench.layout.pools + "/disk"
    try await mountDisk(bench, at: pool, megabytes: 64)
    try await bench.volumes.preparePool("disk")
    let request = try VolumeSort.image("ext4").request("vol-1", ["pool": "disk"])
    let record = try await bench.volumes.create(request)
    let loop = try #require(try bench.loops.first)
    let place = try #require(try bench.host.mount(at: FilePath(pool)))
    #expect(place.device == loop.number)
    let keep = try SparseFile.open("disk-64", in: Directory.open(FilePath(bench.root)), writable: true)
    try bench.host.unmount(FilePath(pool), lazily: false)
    let error = await #expect(throws: VolumeError.self) { _ = try await bench.volumes.create(request) }
    #expect(error?.code == .poolMissing, "\(error?.message ?? "")")
    #expect(try FileManager.default.contentsOfDirectory(atPath: pool) == [])
    let again = try bench.host.attachLoop(keep, options: LoopOptions())
    try bench.host.mount("ext4", from: again.path, at: FilePath(pool), options: MountOptions())
    #expect(try await bench.volumes.create(request) == record)
  }

  @Test("A read-only state directory is named, and nothing else goes wrong")
  func namesReadOnlyState() async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    let place = try PathHandle.open(FilePath(bench.layout.state))
    try bench.host.bind(place, to: place, options: MountOptions(readOnly: true))
    for attempt in ["create", "publish", "delete"] {
      let error = await #expect(throws: VolumeError.self) {
        switch attempt {
        case "create": _ = try await bench.volumes.create(try VolumeSort.image("ext4").request("vol-2"))
        case "publish": _ = try await bench.volumes.publish(try sandbox())
        default: try await bench.volumes.delete(VolumeID("vol-1"))
        }
      }
      #expect(error?.message.contains("Read-only file system") == true, "\(attempt): \(error?.message ?? "")")
    }
    #expect(try await bench.volumes.record(VolumeID("vol-1")).id == "vol-1")
    #expect(try bench.loops == [])
    try bench.host.unmount(FilePath(bench.layout.state), lazily: false)
    try await bench.volumes.delete(VolumeID("vol-1"))
    #expect(try bench.leftovers == [])
  }

  @Test("Deleting a directory volume follows no link and crosses no mount")
  func deletesOnlyItsOwn() async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    let victim = bench.root + "/victim"
    #expect(mkdir(victim, 0o700) == 0)
    try "canary".write(toFile: victim + "/canary", atomically: false, encoding: .utf8)
    _ = try await bench.volumes.create(try VolumeSort.directory.request())
    let data = bench.layout.pools + "/default/volumes/vol-1/data"
    #expect(symlink(victim, data + "/link") == 0)
    #expect(link(victim + "/canary", data + "/hard") == 0)
    #expect(mkdir(data + "/deep", 0o700) == 0)
    #expect(mkdir(data + "/deep/mount", 0o700) == 0)
    try bench.host.bind(PathHandle.open(FilePath(victim)), to: PathHandle.open(FilePath(data + "/deep/mount")))
    // Published with a group: neither the link nor the other mount nor the other name of a file gets it.
    let before = try FileMetadata.of(FilePath(victim + "/canary"))
    let published = try await bench.volumes.publish(try sandbox(fsGroup: 4242))
    #expect(try FileMetadata.of(FilePath(victim + "/canary")) == before)
    #expect(try FileMetadata.of(FilePath(victim)).gid != 4242)
    try await bench.volumes.unpublish(published.name)
    let error = await #expect(throws: VolumeError.self) { try await bench.volumes.delete(VolumeID("vol-1")) }
    #expect(error?.message.contains("is mounted in it, at") == true, "\(error?.message ?? "")")
    #expect(access(victim + "/canary", F_OK) == 0)
    try bench.host.unmount(FilePath(data + "/deep/mount"), lazily: false)
    try await bench.volumes.delete(VolumeID("vol-1"))
    #expect(try FileMetadata.of(FilePath(victim + "/canary")).size == 6)
    #expect(try bench.leftovers == [])
  }

  @Test(
    "What is swept is emptied without crossing a mount that somebody made in it", arguments: ["trash", "staging"],
    ["", "/mount", "/data/mount"])
  func sweepsOnlyItsOwn(_ part: String, _ place: String) async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    try await bench.volumes.preparePool("default")
    let victim = bench.root + "/victim"
    let entry = bench.layout.pools + "/default/\(part)/dead.1"
    for path in [victim, entry, entry + "/mount", entry + "/data", entry + "/data/mount"] {
      #expect(mkdir(path, 0o700) == 0)
    }
    try "canary".write(toFile: victim + "/canary", atomically: false, encoding: .utf8)
    try bench.host.bind(PathHandle.open(FilePath(victim)), to: PathHandle.open(FilePath(entry + place)))
    let report = try await bench.volumes.sweep()
    #expect(try String(contentsOfFile: victim + "/canary", encoding: .utf8) == "canary")
    #expect(report.done == [])
    // What is mounted on the entry itself hides it, as if somebody had it in hand.
    #expect(report.problems.count == (place.isEmpty ? 0 : 1), "\(report.problems)")
    let left = try #require(try bench.mounts.first { $0.target.string.contains("/\(part)/") })
    try bench.host.unmount(left.target, lazily: false)
    #expect(try await bench.volumes.sweep().problems == [])
    #expect(try bench.leftovers == [])
    #expect(try String(contentsOfFile: victim + "/canary", encoding: .utf8) == "canary")
  }

  @Test("A simulated reboot: everything is taken down, and reconciling restores it with the same data")
  func survivesReboot() async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    let sorts = [VolumeSort.image("ext4"), .image("ext3"), .directory]
    var requests: [SandboxRequest] = []
    for (number, sort) in sorts.enumerated() {
      _ = try await bench.volumes.create(try sort.request("vol-\(number)"))
      let view = SandboxMount(container: "app", mountPath: "/data", volume: "data", subPath: "sub")
      requests.append(try sandbox("pod-\(number)", volume: "vol-\(number)", mounts: [view]))
    }
    var before: [PublishedSandbox] = []
    for request in requests {
      let published = try await bench.volumes.publish(request)
      try "data of \(request.name)".write(
        toFile: published.path + "/containers/app/data/file", atomically: false, encoding: .utf8)
      before.append(published)
    }
    for entry in try bench.mounts.reversed() { try bench.host.unmount(entry.target, lazily: false) }
    let restored = await bench.another().reconcile(requests)
    for published in before {
      #expect(try restored[published.name]?.get() == published)
      let text = try String(contentsOfFile: published.path + "/containers/app/data/file", encoding: .utf8)
      #expect(text == "data of \(published.name)")
    }
    for request in requests { try await bench.volumes.unpublish(request.name) }
    for number in 0..<sorts.count { try await bench.volumes.delete(VolumeID("vol-\(number)")) }
    #expect(try bench.leftovers == [])
  }

  @Test("Two processes at once: each volume is made once and attached once")
  func sharesHost() async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    let lifecycles = [bench.volumes, bench.another(), bench.another()]
    try await withThrowingTaskGroup(of: Void.self) { group in
      for (number, lifecycle) in lifecycles.enumerated() {
        group.addTask {
          for round in 0..<3 {
            _ = try await lifecycle.create(try VolumeSort.image("ext4").request("vol-\(round)"))
            _ = try await lifecycle.publish(try sandbox("pod-\(number)-\(round)", volume: "vol-\(round)"))
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try bench.loops.count == 3)
    #expect(try bench.mounts.count == 3 + 9)
  }
}
