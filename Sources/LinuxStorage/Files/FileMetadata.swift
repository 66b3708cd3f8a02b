// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
public import SystemPackage

/// What statx(2) tells about a file.
public struct FileMetadata: Sendable, Hashable {
  /// What sort of file it is.
  public enum Kind: String, Sendable, Hashable {
    case regular, directory, symbolicLink, blockDevice, characterDevice, socket, pipe, unknown
  }

  /// What sort of file it is.
  public let kind: Kind
  /// Its device and inode.
  public let identity: FileIdentity
  /// Its permission bits, with set-uid, set-gid and sticky.
  public let mode: UInt32
  /// Its owner.
  public let uid: UInt32
  /// Its group.
  public let gid: UInt32
  /// Its length in bytes.
  public let size: Int64
  /// The bytes that it takes on the disk.
  public let allocatedBytes: Int64
  /// How many names it has.
  public let links: UInt32
  /// Whether it is the root of a mount.
  public let isMountRoot: Bool
  /// The mount that it was reached through, as mountinfo numbers it.
  public let mountID: UInt64
  /// For a device node, the device that it stands for.
  public let special: DeviceNumber
}

extension FileMetadata {
  /// Stats `name` beneath the open directory `directory`, never through a link at its end; with an empty name the open file itself.
  static func of(
    _ directory: CInt, name: String, described: @autoclosure () -> String
  ) throws(HostError) -> FileMetadata {
    let found = try status(of: directory, name: name, described: described())
    return FileMetadata(found)
  }

  /// Stats `path`, never through a link at its end.
  public static func of(_ path: FilePath) throws(HostError) -> FileMetadata {
    try of(AT_FDCWD, name: path.string, described: path.string)
  }

  /// Stats the file open at `descriptor`.
  public static func of(_ descriptor: FileDescriptor) throws(HostError) -> FileMetadata {
    try of(descriptor.rawValue, name: "", described: "descriptor \(descriptor.rawValue)")
  }

  init(_ found: orlop_stat) {
    kind = Self.kind(ofMode: found.mode)
    identity = FileIdentity(
      device: DeviceNumber(major: found.device_major, minor: found.device_minor), inode: found.inode)
    mode = found.mode & 0o7777
    uid = found.uid
    gid = found.gid
    size = Int64(clamping: found.size)
    allocatedBytes = Int64(clamping: found.blocks) * 512
    links = found.links
    isMountRoot = found.attributes & orlop_attribute_mount_root != 0
    mountID = found.mount
    special = DeviceNumber(major: found.special_major, minor: found.special_minor)
  }

  private static func kind(ofMode mode: UInt32) -> Kind {
    switch mode & S_IFMT {
    case S_IFREG: .regular
    case S_IFDIR: .directory
    case S_IFLNK: .symbolicLink
    case S_IFBLK: .blockDevice
    case S_IFCHR: .characterDevice
    case S_IFSOCK: .socket
    case S_IFIFO: .pipe
    default: .unknown
    }
  }
}

/// One statx(2), without automounting and without asking a remote server.
func status(
  of directory: CInt, name: String, described: @autoclosure () -> String
) throws(HostError) -> orlop_stat {
  var found = orlop_stat()
  var flags = AT_SYMLINK_NOFOLLOW | orlop_at_no_automount | orlop_at_dont_sync
  if name.isEmpty { flags |= orlop_at_empty_path }
  try shim("statx", "look at \(described())") { orlop_statx(directory, name, flags, &found) }
  return found
}

extension FileIdentity {
  /// The identity of the file open at `descriptor`, statx(2).
  public static func of(_ descriptor: FileDescriptor) throws(HostError) -> FileIdentity {
    try FileMetadata.of(descriptor).identity
  }
}
