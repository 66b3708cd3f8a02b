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
      let words = MountWords(mount: text(row.mount_options), filesystem: text(row.filesystem_options))
      return NumberedMount(id: row.id, entry: entry(row, words))
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
      return try statmount(id, in: 0, &buffer)?.entry
    } catch {
      if error.code == .unsupported || error.errno == EOVERFLOW || error.errno == EPERM { return nil }
      throw error
    }
  }

  /// The mounts of the mount namespace that the kernel numbers `namespace`, as they are seen from its root, by listmount(2) and
  /// statmount(2). What is unmounted meanwhile is left out.
  static func read(namespace: UInt64) throws(HostError) -> [NumberedMount] {
    var ids: [UInt64] = []
    var chunk = [UInt64](repeating: 0, count: 512)
    var count: CInt
    repeat {
      count = try shim("listmount", "list the mounts of mount namespace \(namespace)") {
        orlop_listmount(namespace, ids.last ?? 0, &chunk, chunk.count)
      }
      ids += chunk.prefix(Int(count))
    } while Int(count) == chunk.count
    var buffer = [UInt64](repeating: 0, count: 2048)
    var found: [NumberedMount] = []
    for id in ids {
      do {
        if let mount = try statmount(id, in: namespace, &buffer) { found.append(mount) }
      } catch {
        if error.errno != ENOENT { throw error }
      }
    }
    return found
  }

  /// One statmount(2); `namespace` is 0 for our own.
  private static func statmount(
    _ id: UInt64, in namespace: UInt64, _ buffer: inout [UInt64]
  ) throws(HostError) -> NumberedMount? {
    var found: NumberedMount?
    try shim("statmount", "read about mount \(id)") {
      buffer.withUnsafeMutableBytes { buffer in
        var row = orlop_mount_row()
        var flags: UInt64 = 0
        let result = orlop_statmount(id, namespace, buffer.baseAddress, buffer.count, &row, &flags)
        if result == 0 {
          let filesystem = text(row.mount_options) + "," + text(row.filesystem_options)
          let words = MountWords(mount: words(of: flags), filesystem: filesystem)
          found = NumberedMount(id: row.id, entry: entry(row, words))
        }
        return result
      }
    }
    return found
  }

  private static func entry(_ row: orlop_mount_row, _ words: MountWords) -> MountEntry {
    MountEntry(
      target: FilePath(text(row.target)), device: DeviceNumber(major: row.device_major, minor: row.device_minor),
      root: FilePath(text(row.root)), type: text(row.type), source: text(row.source), words: words)
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
