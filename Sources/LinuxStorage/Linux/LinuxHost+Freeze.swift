// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
public import SystemPackage

extension LinuxHost {
  /// Writes what is in memory, syncfs(2), so that the freeze is short; has a process of its own stand guard; then FIFREEZE.
  public func freeze(_ target: FilePath, atMost seconds: UInt32) throws(HostError) -> FrozenFilesystem {
    let root = try openRoot(target)
    try root.syncFilesystem()
    var guardian = orlop_guard()
    try shim("fork", "guard the freeze of \(target)") { () -> CInt in
      withUnsafeMutablePointer(to: &guardian) { orlop_guard_start(root.descriptor.rawValue, seconds, $0) }
    }
    let watcher = guardian
    do {
      try shim(
        "FIFREEZE", "freeze \(target)",
        meaning: [.resourceBusy: .busy, .inappropriateIOCTLForDevice: .unsupported],
        remedy: [.resourceBusy: "somebody else has frozen it; thaw it with fsfreeze -u"]
      ) { orlop_freeze(root.descriptor.rawValue) }
    } catch {
      _ = orlop_guard_end(watcher)
      throw error
    }
    return FrozenFilesystem {
      let result = Result { () throws(HostError) in
        try shim(
          "FITHAW", "thaw \(target)", meaning: [.invalidArgument: .failed],
          remedy: [.invalidArgument: "it was thawed before its time, and what was copied of it is not used"]
        ) { orlop_thaw(root.descriptor.rawValue) }
      }
      let isOverdue = orlop_guard_end(watcher) == 1
      guard isOverdue else { return result.map { _ in } }
      return .failure(
        HostError(.failed, "\(target) was frozen for \(seconds) seconds, which is as long as may be, and was thawed"))
    }
  }

  /// FITHAW; what is not frozen stays as it is.
  public func thaw(_ target: FilePath) throws(HostError) -> Bool {
    let root = try openRoot(target)
    do {
      try shim("FITHAW", "thaw \(target)") { orlop_thaw(root.descriptor.rawValue) }
      return true
    } catch {
      if error.errno == EINVAL { return false }
      throw error
    }
  }

  private func openRoot(_ target: FilePath) throws(HostError) -> Directory {
    Directory(adopting: try open(target, O_RDONLY | O_DIRECTORY | O_NOFOLLOW), at: target)
  }

  /// A mount by fsmount(2) that is attached nowhere and goes with its descriptor: killed here, this process leaves nothing behind.
  public func replayLog(of type: String, on device: FilePath, options: [String]) throws(HostError) {
    let context = try FilesystemContext(type)
    try context.set("source", to: device.string)
    for option in options { try context.set(option) }
    try context.create(from: device)
    let mount = try context.mount(attributes: MountOptions().attributes)
    withExtendedLifetime(mount) {}
    release(try FileMetadata.of(device).special)
  }
}
