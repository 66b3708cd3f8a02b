// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
import SystemPackage

extension Directory {
  /// Makes the subvolume `name`, mode 0700, BTRFS_IOC_SUBVOL_CREATE; `exists` when there is something already.
  func makeSubvolume(_ name: String) throws(HostError) -> Directory {
    try checkName(name)
    try shim("BTRFS_IOC_SUBVOL_CREATE", "make the subvolume \(path.beneath(name))") {
      orlop_subvolume_create(descriptor.rawValue, name)
    }
    let made = try directory(name)
    try made.changeMode(0o700)
    return made
  }

  /// Whether it is the root of a subvolume of btrfs, which always has this inode number.
  func isSubvolume() throws(HostError) -> Bool { try identity().inode == 256 }

  /// The number of the subvolume that it lies in, BTRFS_IOC_INO_LOOKUP.
  func subvolume() throws(HostError) -> UInt64 {
    var number: UInt64 = 0
    try shim("BTRFS_IOC_INO_LOOKUP", "find the subvolume of \(path)") {
      orlop_subvolume_number(descriptor.rawValue, &number)
    }
    return number
  }
}

/// The simple quota groups of a btrfs filesystem. Each quota is a group `1/id` of the second level, of which its subvolumes are members:
/// a subvolume that is made in one of them becomes a member, too, and is no way out.
struct QuotaGroups {
  /// A directory of the filesystem.
  let directory: Directory

  init(_ directory: Directory) { self.directory = directory }

  private func group(_ id: UInt32) -> UInt64 { 1 << 48 | UInt64(id) }

  // MARK: What the kernel shows, /sys/fs/btrfs/<UUID>/qgroups: as it is now, where the quota tree is as it was at the last commit

  private func table() throws(HostError) -> Directory? {
    var bytes = [UInt8](repeating: 0, count: 16)
    try shim("BTRFS_IOC_FS_INFO", "ask for the UUID of the filesystem of \(directory.path)") {
      orlop_btrfs_uuid(directory.descriptor.rawValue, &bytes)
    }
    let uuid = FilesystemUUID(bytes: bytes).description
    do {
      return try Directory.open(FilePath("/sys/fs/btrfs").appending(uuid).appending("qgroups"))
    } catch {
      if error.code == .notFound { return nil }
      throw error
    }
  }

  private func text(_ name: String, in directory: Directory) throws(HostError) -> String? {
    guard let bytes = try directory.readFile(name) else { return nil }
    return String(decoding: bytes.prefix { $0 != 0 && $0 != UInt8(ascii: "\n") }, as: UTF8.self)
  }

  func support() throws(HostError) -> QuotaSupport {
    let remedy = "btrfs quota enable --simple, or orlop pool prepare --quota, turns simple quotas on (Linux 6.7)"
    guard let table = try table(), try text("enabled", in: table) == "1" else {
      return .nothing("btrfs has its quotas turned off at \(directory.path) (\(remedy))")
    }
    guard try text("mode", in: table) == "squota" else {
      return .nothing(
        "btrfs has full quotas at \(directory.path), from which a nested subvolume escapes (after btrfs quota disable, \(remedy))"
      )
    }
    return .subvolumes
  }

  func quota(_ id: UInt32) throws(HostError) -> Quota? {
    guard let table = try table() else { return nil }
    return try quota("1_\(id)", in: table)
  }

  private func quota(_ entry: String, in table: Directory) throws(HostError) -> Quota? {
    let group: Directory
    do {
      group = try table.directory(entry)
    } catch {
      if error.code == .notFound { return nil }
      throw error
    }
    let isLimited = try number("limit_flags", in: group) & 1 != 0
    return Quota(
      limit: isLimited ? QuotaLimit(bytes: try number("max_referenced", in: group)) : nil,
      usedBytes: try number("referenced", in: group))
  }

  private func number(_ name: String, in group: Directory) throws(HostError) -> Int64 {
    guard let text = try text(name, in: group), let number = UInt64(text) else {
      throw HostError(.failed, "\(group.path)/\(name) holds no number")
    }
    return Int64(clamping: number)
  }

  func quotas(in range: ClosedRange<UInt32>) throws(HostError) -> [UInt32: Quota] {
    guard let table = try table() else { return [:] }
    var quotas: [UInt32: Quota] = [:]
    for entry in try table.entries() where entry.hasPrefix("1_") {
      guard let id = UInt32(entry.dropFirst(2)), range.contains(id) else { continue }
      quotas[id] = try quota(entry, in: table)
    }
    return quotas
  }

  // MARK: Changing

  func limit(_ id: UInt32, to limit: QuotaLimit) throws(HostError) {
    guard limit.inodes == nil else {
      throw HostError(.unsupported, "btrfs cannot limit inodes; leave that limit out")
    }
    do {
      try shim("BTRFS_IOC_QGROUP_CREATE", "make the quota group 1/\(id) at \(directory.path)") {
        orlop_group_create(directory.descriptor.rawValue, group(id), 1)
      }
    } catch {
      guard error.code == .exists else { throw error }
    }
    try setLimit(id, UInt64(limit.bytes))
  }

  /// Takes the limit away and leaves the group: in a full one not even a subvolume can be deleted.
  func lift(_ id: UInt32) throws(HostError) {
    guard try quota(id)?.limit != nil else { return }
    try setLimit(id, .max)
  }

  private func setLimit(_ id: UInt32, _ bytes: UInt64) throws(HostError) {
    try shim("BTRFS_IOC_QGROUP_LIMIT", "limit the quota group 1/\(id) at \(directory.path)") {
      orlop_group_limit(directory.descriptor.rawValue, group(id), bytes)
    }
  }

  func add(_ subvolume: UInt64, to id: UInt32) throws(HostError) {
    do {
      try assign(subvolume, id, true)
    } catch {
      guard error.code == .exists else { throw error }
    }
  }

  func remove(_ subvolume: UInt64, from id: UInt32) throws(HostError) { try assign(subvolume, id, false) }

  private func assign(_ subvolume: UInt64, _ id: UInt32, _ isMember: Bool) throws(HostError) {
    try shim(
      "BTRFS_IOC_QGROUP_ASSIGN",
      "\(isMember ? "add" : "remove") subvolume \(subvolume) \(isMember ? "to" : "from") the quota group 1/\(id)"
    ) { orlop_group_assign(directory.descriptor.rawValue, subvolume, group(id), isMember ? 1 : 0) }
  }

  func members(of id: UInt32) throws(HostError) -> Set<UInt64> {
    var members = [UInt64](repeating: 0, count: 64)
    while true {
      let count = Int(
        try shim(
          "BTRFS_IOC_TREE_SEARCH", "list the quota group 1/\(id) at \(directory.path)",
          meaning: [.noSuchFileOrDirectory: .notFound]
        ) { orlop_group_members(directory.descriptor.rawValue, group(id), &members, members.count) })
      if count <= members.count { return Set(members.prefix(count)) }
      members = [UInt64](repeating: 0, count: count * 2)
    }
  }

  /// Takes the group away; its members, deleted ones most likely, leave it first.
  func drop(_ id: UInt32) throws(HostError) {
    guard try quota(id) != nil else { return }
    for member in try members(of: id) { try remove(member, from: id) }
    try shim("BTRFS_IOC_QGROUP_CREATE", "remove the quota group 1/\(id) at \(directory.path)") {
      orlop_group_create(directory.descriptor.rawValue, group(id), 0)
    }
  }

  /// Deletes the subvolumes with these numbers, the inner ones first, read-only ones too; one that is gone is deleted already.
  func destroy(_ subvolumes: Set<UInt64>) throws(HostError) {
    var left = subvolumes
    while !left.isEmpty {
      var outer: Set<UInt64> = []
      for number in left.sorted(by: >) {
        do {
          try shim("BTRFS_IOC_SNAP_DESTROY", "delete subvolume \(number) of the filesystem of \(directory.path)") {
            orlop_subvolume_destroy(directory.descriptor.rawValue, number)
          }
        } catch {
          switch error.errno {
          case ENOENT: continue
          case ENOTEMPTY: outer.insert(number)
          default: throw error
          }
        }
      }
      guard outer.count < left.count else {
        throw HostError(
          .busy, "subvolumes \(outer.sorted()) at \(directory.path) hold others that do not count for them")
      }
      left = outer
    }
  }
}

extension LinuxHost {
  /// Turns simple quotas on for the whole btrfs filesystem of `directory`, BTRFS_IOC_QUOTA_CTL; nothing where they are on.
  /// `unsupported` where it has full ones, is no btrfs, or the kernel is older than Linux 6.7.
  public func enableQuotas(on directory: Directory) throws(HostError) {
    if try quotaSupport(of: directory) == .subvolumes { return }
    try shim(
      "BTRFS_IOC_QUOTA_CTL", "turn on simple quotas for the filesystem of \(directory.path)",
      meaning: [.inappropriateIOCTLForDevice: .unsupported, .invalidArgument: .unsupported],
      remedy: [.inappropriateIOCTLForDevice: "only btrfs has them; mount ext4 and xfs with prjquota"]
    ) { orlop_btrfs_enable_simple(directory.descriptor.rawValue) }
    guard case .nothing(let reason) = try quotaSupport(of: directory) else { return }
    throw HostError(.unsupported, reason)
  }
}
