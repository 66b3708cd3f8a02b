// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import Synchronization
public import SystemPackage

/// The real host: this machine's kernel, through system calls alone; no program is ever run.
///
/// Needs CAP_SYS_ADMIN for mounts and loop devices. Safe to use from several threads, except that mounts are made in the mount
/// namespace of the calling thread.
public final class LinuxHost: StorageHost {
  /// Where device nodes are, and are made when they are missing.
  let devices: FilePath

  /// The autoclear devices that only our own descriptor keeps attached, until they are mounted or detached.
  let held = Mutex<[DeviceNumber: FileDescriptor]>([:])

  /// The host whose device nodes are in `devices`.
  public init(devices: FilePath = "/dev") {
    self.devices = devices
  }

  deinit {
    held.withLock { held in
      for descriptor in held.values { try? descriptor.close() }
    }
  }

  /// Opens a device node or file by a path that we trust, open(2).
  func open(_ path: FilePath, _ flags: CInt, remedy: [Errno: String] = [:]) throws(HostError) -> FileDescriptor {
    FileDescriptor(
      rawValue: try call("open", "open \(path)", meaning: [.noSuchAddressOrDevice: .notFound], remedy: remedy) {
        path.withPlatformString { Glibc.open($0, flags | O_CLOEXEC) }
      })
  }

  /// Lets go of a device that something else keeps attached now, or that is to vanish.
  func release(_ number: DeviceNumber) {
    let descriptor = held.withLock { $0.removeValue(forKey: number) }
    try? descriptor?.close()
  }

  /// Keeps a device attached by keeping it open.
  func hold(_ descriptor: FileDescriptor, of number: DeviceNumber) {
    let before = held.withLock { $0.updateValue(descriptor, forKey: number) }
    try? before?.close()
  }

  // MARK: Filesystems

  /// What is on the file or device at `path`.
  public func signature(
    at path: FilePath, expected: FilesystemSignature?
  ) throws(HostError) -> FilesystemSignature? {
    try FilesystemSignature.probe(path, expected: expected)
  }

  /// Size and use of the filesystem that holds `path`, statfs(2).
  public func usage(at path: FilePath) throws(HostError) -> FilesystemUsage {
    try FilesystemUsage.of(path)
  }
}
