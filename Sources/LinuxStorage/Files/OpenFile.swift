// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
public import SystemPackage

/// A file or directory that is open, and stays the same one whatever happens to its name.
///
/// The descriptor lives as long as the object; hold on to the object while you use the number.
public protocol OpenFile: AnyObject, Sendable {
  /// The descriptor.
  var descriptor: FileDescriptor { get }
  /// Where it was opened, for messages only.
  var path: FilePath { get }
}

/// An owned descriptor opened for its place alone (O_PATH): what ``StorageHost/bind(_:to:options:)`` takes for files.
public final class PathHandle: OpenFile {
  /// The descriptor, as long as this object lives.
  public let descriptor: FileDescriptor
  /// Where it was opened, for messages only.
  public var path: FilePath { whereabouts.path }
  let whereabouts: Whereabouts

  /// Owns `descriptor` from now on.
  init(adopting descriptor: FileDescriptor, at path: FilePath) {
    self.descriptor = descriptor
    whereabouts = .root(path)
  }

  /// The same for what was opened as `name` beneath `directory`.
  init(adopting descriptor: FileDescriptor, as name: String, in directory: Directory) {
    self.descriptor = descriptor
    whereabouts = .beneath(directory.whereabouts, name: name)
  }

  deinit { try? descriptor.close() }
}

/// Who else may hold a lock at the same time.
public enum LockKind: Sendable, Hashable {
  /// Others with a shared lock.
  case shared
  /// Nobody.
  case exclusive
}

extension OpenFile {
  /// What statx(2) tells about it.
  public func metadata() throws(HostError) -> FileMetadata {
    try FileMetadata.of(descriptor.rawValue, name: "", described: path.string)
  }

  /// Its device and inode.
  public func identity() throws(HostError) -> FileIdentity { try metadata().identity }

  /// Gives it to `uid` and `gid`, fchownat(2). Works on a ``PathHandle`` too.
  public func changeOwner(uid: UInt32, gid: UInt32) throws(HostError) {
    try call("fchownat", "change the owner of \(path)") {
      fchownat(descriptor.rawValue, "", uid, gid, orlop_at_empty_path)
    }
  }

  /// Sets its permission bits, fchmod(2). Not for a ``PathHandle``.
  public func changeMode(_ mode: UInt32) throws(HostError) {
    try call("fchmod", "change the mode of \(path)") { fchmod(descriptor.rawValue, mode) }
  }

  /// Waits until its data and metadata are on the disk, fsync(2); for a directory, its entries.
  public func sync() throws(HostError) {
    try call("fsync", "write \(path) to the disk") { fsync(descriptor.rawValue) }
  }

  /// Waits for the lock, flock(2). It ends with the open file description: here, or in whoever shares it.
  public func lock(_ kind: LockKind) throws(HostError) {
    try call("flock", "lock \(path)") { flock(descriptor.rawValue, kind == .shared ? LOCK_SH : LOCK_EX) }
  }

  /// Takes the lock if it is free, flock(2); false when somebody else has it.
  public func tryLock(_ kind: LockKind) throws(HostError) -> Bool {
    do {
      try call("flock", "lock \(path)", meaning: [.wouldBlock: .busy]) {
        flock(descriptor.rawValue, (kind == .shared ? LOCK_SH : LOCK_EX) | LOCK_NB)
      }
      return true
    } catch {
      if error.errno == EWOULDBLOCK { return false }
      throw error
    }
  }

  /// Gives the lock back early, flock(2).
  public func unlock() throws(HostError) {
    try call("flock", "unlock \(path)") { flock(descriptor.rawValue, LOCK_UN) }
  }

  /// Makes it unchangeable, or changeable again, ioctl_iflags(2): even root can then neither write, rename nor remove it, nor
  /// create anything in it. Returns false where the filesystem or the privileges do not allow it.
  @discardableResult
  public func setImmutable(_ immutable: Bool) throws(HostError) -> Bool {
    var flags: UInt32 = 0
    do {
      try shim("FS_IOC_GETFLAGS", "read the flags of \(path)", meaning: [.inappropriateIOCTLForDevice: .unsupported]) {
        orlop_get_flags(descriptor.rawValue, &flags)
      }
      let wanted = immutable ? flags | orlop_flag_immutable : flags & ~(orlop_flag_immutable | orlop_flag_append)
      guard wanted != flags else { return true }
      try shim("FS_IOC_SETFLAGS", "set the flags of \(path)", meaning: [.inappropriateIOCTLForDevice: .unsupported]) {
        orlop_set_flags(descriptor.rawValue, wanted)
      }
      return true
    } catch {
      if error.code == .unsupported || error.code == .notPermitted { return false }
      throw error
    }
  }
}
