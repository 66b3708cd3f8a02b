// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
public import SystemPackage

/// A held lock on a lock file, flock(2). It ends with the object or the process, whichever goes first, and no sooner.
///
/// Lock files are never removed: a lock on a removed name guards nothing. To lock a thing that is open itself (an image, a
/// staging directory) use ``OpenFile/tryLock(_:)`` on it.
public final class FileLock: OpenFile {
  /// The descriptor, as long as this object lives.
  public let descriptor: FileDescriptor
  /// Where it was opened, for messages only.
  public let path: FilePath

  private init(adopting descriptor: FileDescriptor, at path: FilePath) {
    self.descriptor = descriptor
    self.path = path
  }

  deinit { try? descriptor.close() }

  /// Waits for the lock on `name`, which is made if it is missing. A link or anything but a regular file is `invalid`.
  public static func acquire(_ name: String, in directory: Directory, _ kind: LockKind = .exclusive) throws(HostError)
    -> FileLock
  {
    let lock = try open(name, in: directory)
    try lock.lock(kind)
    return lock
  }

  /// Takes the lock on `name` if it is free, else nil.
  public static func tryAcquire(
    _ name: String, in directory: Directory, _ kind: LockKind = .exclusive
  ) throws(HostError) -> FileLock? {
    let lock = try open(name, in: directory)
    return try lock.tryLock(kind) ? lock : nil
  }

  private static func open(_ name: String, in directory: Directory) throws(HostError) -> FileLock {
    try directory.checkName(name)
    let raw = try directory.open(name, flags: O_RDWR | O_CREAT | O_NONBLOCK | O_NOCTTY, mode: 0o600)
    let lock = FileLock(adopting: raw, at: directory.path.beneath(name))
    guard try lock.metadata().kind == .regular else {
      throw HostError(.invalid, "\(lock.path) is no regular file, and so no lock of ours; remove it")
    }
    return lock
  }
}
