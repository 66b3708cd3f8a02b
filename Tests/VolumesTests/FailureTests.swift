// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import SystemPackage
import Testing
import Volumes

/// The host fails at one step: the call undoes what it did, and the next one succeeds.
@Suite struct FailureTests {
  static let failing: [(FakeHost.Operation, Int)] =
    [FakeHost.Operation.signature, .attachLoop, .mount, .attachedLoops].map { ($0, 1) }
    + (1...3).map { (.bind, $0) } + (1...7).map { (.mountAt, $0) }

  @Test("Whatever step of publishing fails, nothing of it is visible afterwards", arguments: failing, [false, true])
  func undoesPublishing(_ step: (operation: FakeHost.Operation, call: Int), afterEffect: Bool) async throws {
    let fake = FakeHost()
    let bench = try VolumeBench(fake)
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    var request = try sandbox(mounts: [SandboxMount(container: "app", mountPath: "/data", volume: "data")])
    request.volumes.append(SandboxVolume(name: "scratch", source: .scratch))
    let wanted = request
    fake.fail(
      step.operation, onCall: step.call, with: HostError(.failed, "the host fails", errno: EIO),
      afterEffect: afterEffect)
    do {
      // Some of these calls are made only on another path: then nothing fails.
      _ = try await bench.volumes.publish(wanted)
    } catch {
      #expect(error.message.contains("the host fails"))
      // A failure of undoing itself is repaired by the sweep.
      _ = try await bench.volumes.sweep()
      let seen = try bench.mounts.map(\.target.string).filter { $0.contains("/pods/") }
      #expect(seen == [] || afterEffect, "\(seen)")
    }
    let published = try await bench.volumes.publish(wanted)
    #expect(published.mounts.count == 3)
    #expect(try bench.loops.count == 1)
    try await bench.volumes.unpublish(published.name)
    try await bench.volumes.delete(VolumeID("vol-1"))
    #expect(try bench.leftovers == [])
  }

  @Test("Without a free loop device a volume is not published, and says so")
  func namesMissingLoop() async throws {
    let fake = FakeHost()
    let bench = try VolumeBench(fake)
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    fake.limitLoops(to: 0)
    let error = await #expect(throws: VolumeError.self) { _ = try await bench.volumes.publish(try sandbox()) }
    #expect(error?.message.contains("no free loop device") == true)
    #expect(bench.tree("pods") + bench.tree("mounts") == [])
  }

  @Test(
    "A volume in use is named with who uses it, and stays", arguments: ["mount", "device", "namespace", "directory"])
  func namesHolder(_ way: String) async throws {
    let fake = FakeHost()
    let bench = try VolumeBench(fake)
    defer { bench.close() }
    let sort = way == "directory" ? VolumeSort.directory : .image("ext4")
    _ = try await bench.volumes.create(try sort.request())
    let id = try VolumeID("vol-1")
    let published = try await bench.volumes.publish(try sandbox())
    let path = published.mounts[0].path
    let kind: MountHolder.Kind = way == "mount" || way == "device" ? .workingDirectory : .mountNamespace
    let holder = MountHolder(pid: 4711, command: "mysqld", kind: kind, path: path)
    let device = DeviceNumber(major: 7, minor: 0)
    let data = bench.layout.pools + "/default/volumes/vol-1/data"
    let target: MountTarget =
      switch way {
      case "mount": .path(FilePath(path))
      case "device": .device(device)
      case "namespace": .beneath(FilePath(bench.layout.directory(of: published.name)))
      default: .directory(try FileMetadata.of(FilePath(bench.root)).identity.device, FilePath(data))
      }
    fake.hold(target, by: [holder])
    let error = await #expect(throws: VolumeError.self) {
      try await bench.volumes.unpublish(published.name)
      try await bench.volumes.delete(id)
    }
    #expect(error?.code == .inUse)
    #expect(error?.message.contains("mysqld (pid 4711") == true, "\(error?.message ?? "")")
    #expect(try await bench.volumes.record(id).id == "vol-1")
    #expect(bench.tree("pools/default/trash") == [])
    fake.hold(target, by: [])
    try await bench.volumes.unpublish(published.name)
    try await bench.volumes.delete(id)
    #expect(try bench.leftovers == [])
  }

  @Test("A container that is just being started, and has a copy of a mount for a moment, keeps no volume in use")
  func waitsForNamespace() async throws {
    let fake = FakeHost()
    let bench = try VolumeBench(fake)
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.directory.request())
    let name = try await bench.volumes.publish(try sandbox()).name
    let target = MountTarget.beneath(FilePath(bench.layout.directory(of: name)))
    let container = MountHolder(pid: 4711, command: "runc", kind: .mountNamespace, path: bench.layout.state)
    fake.hold(target, by: [container])
    let asked = fake.calls(of: .otherNamespaces)
    // It lets go when it has been seen twice.
    Thread.detachNewThread {
      for _ in 0..<100_000 where fake.calls(of: .otherNamespaces) < asked + 2 { usleep(100) }
      fake.hold(target, by: [])
    }
    try await bench.volumes.unpublish(name)
    #expect(fake.calls(of: .otherNamespaces) > asked + 2)
    try await bench.volumes.delete(VolumeID("vol-1"))
    #expect(try bench.leftovers == [])
  }

  @Test("An image that somebody else has attached is neither published nor deleted")
  func refusesSecondAttach() async throws {
    let fake = FakeHost()
    let bench = try VolumeBench(fake)
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    let home = try Directory.open(FilePath(bench.layout.pools + "/default/volumes/vol-1"))
    let stranger = try fake.attachLoop(try SparseFile.open("image", in: home), options: LoopOptions(autoclear: false))
    fake.hold(.device(stranger.number), by: [MountHolder(pid: 1, command: "qemu", kind: .openFile, path: "/dev/loop0")])
    let error = await #expect(throws: VolumeError.self) { _ = try await bench.volumes.publish(try sandbox()) }
    #expect(error?.message.contains("attached to /dev/loop0 by somebody else") == true, "\(error?.message ?? "")")
    #expect(fake.loopTable == [stranger])
    let other = await #expect(throws: VolumeError.self) { try await bench.volumes.delete(VolumeID("vol-1")) }
    #expect(other?.message.contains("qemu (pid 1") == true, "\(other?.message ?? "")")
  }

  @Test("After a reboot everything is published again, at the same paths")
  func survivesReboot() async throws {
    let fake = FakeHost()
    let bench = try VolumeBench(fake)
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    let root = fake.mountTable[0]
    let view = SandboxMount(container: "app", mountPath: "/data", volume: "data")
    let before = try await bench.volumes.publish(try sandbox(mounts: [view]))
    fake.reboot()
    fake.addForeignMount(root)
    let id = try VolumeID("vol-1")
    #expect(try await bench.volumes.state(of: id).isIdle)
    let error = await #expect(throws: VolumeError.self) {
      try await bench.volumes.path(ofVolume: "data", in: before.name)
    }
    #expect(error?.message.contains("is not mounted; nothing must be written") == true)
    let restored = await bench.another().reconcile([try sandbox(mounts: [view])])
    #expect(try restored[before.name]?.get() == before)
  }

  @Test("Beneath a volume that is not mounted nothing can be written")
  func closesMountPoints() async throws {
    let fake = FakeHost()
    let bench = try VolumeBench(fake)
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    let path = try await bench.volumes.publish(try sandbox()).mounts[0].path
    // The fake mounts hide nothing: these are the mount points themselves.
    for point in [path, bench.layout.state + "/mounts/vol-1"] {
      #expect(try FileMetadata.of(FilePath(point)).mode == 0)
      #expect(mkdir(point + "/lost", 0o700) == -1)
    }
  }
}
