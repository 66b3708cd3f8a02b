// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage

/// A fresh directory on a real disk for one test of the real host. Whatever is mounted beneath it or attached from it at the
/// end is taken down, also after a failure.
final class HostBench: Sendable {
  let host: LinuxHost
  let root: Directory
  let runner = ProgramRunner()

  /// A place on a real disk: `ORLOP_TEST_DISK`, which hack/test gives each run.
  private static let disk = getenv("ORLOP_TEST_DISK").map { String(cString: $0) } ?? "/var/tmp"

  init(devices: FilePath = "/dev") throws {
    var template = Array("\(Self.disk)/orlop-host-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw HostError(.failed, "mkdtemp failed", errno: errno) }
    root = try Directory.open(FilePath(platformString: template))
    host = LinuxHost(devices: devices)
  }

  deinit {
    for entry in (try? host.mounts())?.reversed() ?? [] where entry.target.starts(with: root.path) {
      try? host.unmount(entry.target, lazily: true)
    }
    for loop in (try? host.attachedLoops()) ?? [] where isOurs(loop) { try? host.detachLoop(loop) }
    if let name = root.path.lastComponent { try? Directory.open(FilePath(Self.disk)).removeTree(name.string) }
  }

  private func isOurs(_ loop: LoopDevice) -> Bool {
    let names = (try? root.entries()) ?? []
    return names.contains { (try? root.metadata(of: $0))?.identity == loop.backing }
  }

  /// Makes a sparse image with a filesystem on it.
  func image(_ name: String = "image", type: String = "ext4", megabytes: Int64 = 64) async throws -> SparseFile {
    let file = try SparseFile.create(name, in: root)
    try file.truncate(to: megabytes << 20)
    // No blocks or sectors smaller than those of the loop device.
    let arguments =
      switch type {
      case "xfs": ["-q", "-f", "-s", "size=4096"]
      case "btrfs": ["-q", "-f"]
      default: ["-q", "-F", "-b", "4096"]
      }
    try await runner.require("mkfs." + type, arguments + [file.path.string])
    return file
  }

  /// Makes an empty directory to mount at.
  func target(_ name: String) throws -> FilePath {
    try root.makeDirectory(name)
    return root.path.appending(name)
  }

  /// Attaches `image` with `options`.
  func attach(_ image: SparseFile, _ options: LoopOptions = LoopOptions()) throws -> LoopDevice {
    try host.attachLoop(image, options: options)
  }

  /// The devices that have `image` attached.
  func loops(of image: SparseFile) throws -> [LoopDevice] {
    let identity = try image.identity()
    return try host.attachedLoops().filter { $0.backing == identity }
  }

  /// Waits until the kernel has let go of `image`, or has only `left` of its devices: its worker clears a device a moment after the
  /// last unmount, or when whoever is just looking at all devices has closed it.
  func waitUntilDetached(_ image: SparseFile, but left: [LoopDevice] = []) throws -> Bool {
    for _ in 0..<2000 {
      if try loops(of: image) == left { return true }
      usleep(1000)
    }
    return false
  }
}
