// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
import SystemPackage

/// A mount with the number that mountinfo gives it, which statx tells too.
struct NumberedMount: Sendable, Hashable {
  let id: UInt64
  let entry: MountEntry
}

/// The mount tables of this and other processes, as the kernel shows them.
enum MountTable {
  /// Reads a file in the format of proc_pid_mountinfo(5) by libmount. Costs 8 ms with 5000 mounts: not for the hot path.
  static func read(_ file: String) throws(HostError) -> [NumberedMount] {
    var table = orlop_mount_table()
    try shim("mnt_table_parse_file", "read the mount table \(file)") { orlop_mount_table_read(file, &table) }
    defer { orlop_mount_table_free(&table) }
    return UnsafeBufferPointer(start: table.rows, count: table.count).map { row in
      let options = merged(text(row.mount_options), text(row.filesystem_options))
      return NumberedMount(id: row.id, entry: entry(row, options: options))
    }
  }

  /// The mount whose root is exactly `path`, by statx(2) and statmount(2), or by the table where the kernel is older.
  static func topmost(at path: FilePath) throws(HostError) -> MountEntry? {
    let found: FileMetadata
    do {
      found = try FileMetadata.of(path)
    } catch {
      switch error.errno {
      case ENOENT, ENOTDIR: return nil
      // The mounted filesystem does not even answer statx: the table knows it all the same.
      default: return try read("/proc/self/mountinfo").last { $0.entry.target == path.lexicallyNormalized() }?.entry
      }
    }
    guard found.isMountRoot else { return nil }
    if let entry = try byStatmount(path) { return entry }
    return try byNumber(found.mountID)
  }

  /// The mount that statx numbers `id`, from the whole table: for kernels before Linux 6.13.
  static func byNumber(_ id: UInt64) throws(HostError) -> MountEntry? {
    try read("/proc/self/mountinfo").first { $0.id == id }?.entry
  }

  /// statmount(2) of the mount at `path`; nil where the kernel cannot tell all of it, or not so briefly.
  static func byStatmount(_ path: FilePath) throws(HostError) -> MountEntry? {
    var id: UInt64 = 0
    var buffer = [UInt64](repeating: 0, count: 2048)
    do {
      try shim("statx", "look at the mount at \(path)") {
        orlop_unique_mount_id(AT_FDCWD, path.string, AT_SYMLINK_NOFOLLOW | orlop_at_no_automount, &id)
      }
      var found: MountEntry?
      try shim("statmount", "read about the mount at \(path)") {
        buffer.withUnsafeMutableBytes { buffer in
          var row = orlop_mount_row()
          var flags: UInt64 = 0
          let result = orlop_statmount(id, buffer.baseAddress, buffer.count, &row, &flags)
          if result == 0 {
            let filesystem = text(row.mount_options) + "," + text(row.filesystem_options)
            found = entry(row, options: merged(words(of: flags), filesystem))
          }
          return result
        }
      }
      return found
    } catch {
      if error.code == .unsupported || error.errno == EOVERFLOW || error.errno == EPERM { return nil }
      throw error
    }
  }

  private static func entry(_ row: orlop_mount_row, options: [String]) -> MountEntry {
    MountEntry(
      target: FilePath(text(row.target)), device: DeviceNumber(major: row.device_major, minor: row.device_minor),
      root: FilePath(text(row.root)), type: text(row.type), source: text(row.source),
      isReadOnly: options.first == "ro", options: options)
  }

  /// The mount's own options followed by the filesystem's; the first is `ro` when either of them is.
  private static func merged(_ mount: String, _ filesystem: String) -> [String] {
    let mount = mount.split(separator: ",").map(String.init)
    let filesystem = filesystem.split(separator: ",").map(String.init)
    let isReadOnly = mount.contains("ro") || filesystem.contains("ro")
    return [isReadOnly ? "ro" : "rw"] + (mount + filesystem).filter { $0 != "ro" && $0 != "rw" }
  }

  /// The words that mountinfo has for the attributes of a mount, mount_setattr(2).
  private static func words(of flags: UInt64) -> String {
    let known: [(UInt64, String)] = [
      (UInt64(MOUNT_ATTR_RDONLY), "ro"), (UInt64(MOUNT_ATTR_NOSUID), "nosuid"), (UInt64(MOUNT_ATTR_NODEV), "nodev"),
      (UInt64(MOUNT_ATTR_NOEXEC), "noexec"), (UInt64(MOUNT_ATTR_NOATIME), "noatime"),
      (UInt64(MOUNT_ATTR_NODIRATIME), "nodiratime"),
    ]
    var words = known.filter { flags & $0.0 != 0 }.map(\.1)
    if flags & UInt64(MOUNT_ATTR_NOATIME | MOUNT_ATTR_STRICTATIME) == 0 { words.append("relatime") }
    return words.joined(separator: ",")
  }

  private static func text(_ pointer: UnsafePointer<CChar>?) -> String { pointer.map { String(cString: $0) } ?? "" }
}
