// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage
import Testing

@Suite(.privileged, .serialized) struct HostCrashTests {
  let bench: HostBench
  var host: LinuxHost { bench.host }

  init() throws { bench = try HostBench() }

  /// What the process that is going to be killed does: attach the image, mount it, bind it.
  static func publish(in root: String) throws {
    let root = try Directory.open(FilePath(root))
    let host = LinuxHost()
    let loop = try host.attachLoop(SparseFile.open("image", in: root, writable: true))
    FaultPoint.reach("test.attached")
    try host.mount("ext4", from: loop.path, at: root.path.appending("volume"), options: MountOptions())
    FaultPoint.reach("test.mounted")
    try host.bind(root.handle("volume", crossingMounts: true), to: root.handle("pod"))
    FaultPoint.reach("test.bound")
  }

  /// Kills such a process at `point`.
  func crash(at point: String) async throws -> SparseFile {
    let image = try await bench.image()
    _ = try (bench.target("volume"), bench.target("pod"))
    let root = bench.root.path.string
    await #expect(processExitsWith: .signal(SIGKILL)) { [root = root as String, point = point as String] in
      setenv("ORLOP_FAULT", point, 1)
      try HostCrashTests.publish(in: root)
    }
    return image
  }

  var mounted: [String] {
    get throws {
      try host.mounts().filter { $0.target.starts(with: bench.root.path) }.compactMap {
        $0.target.lastComponent?.string
      }
    }
  }

  @Test(
    "Killed before the mount is attached to its place, nothing is left: no device, no mount",
    arguments: ["test.attached", "mount.prepared"])
  func beforeMount(point: String) async throws {
    let image = try await crash(at: point)
    #expect(try mounted == [])
    #expect(try bench.waitUntilDetached(image))
  }

  @Test(
    "Killed after the mount, exactly the mounts that were finished are left, and the device goes with the last",
    arguments: [("test.mounted", ["volume"]), ("bind.prepared", ["volume"]), ("test.bound", ["volume", "pod"])])
  func afterMount(point: String, left: [String]) async throws {
    let image = try await crash(at: point)
    #expect(try mounted == left)
    #expect(try bench.loops(of: image).count == 1)
    for name in left.reversed() { try host.unmount(bench.root.path.appending(name), lazily: false) }
    #expect(try bench.waitUntilDetached(image))
    try await bench.runner.require("e2fsck", ["-fp", image.path.string], accepting: [0, 1])
  }
}
