// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
import SystemPackage

extension LinuxHost {
  /// Which of the two the filesystem has, by its type.
  private enum QuotaTable {
    case projects(ProjectQuotas)
    case groups(QuotaGroups)
  }

  private func quotaTable(of directory: Directory) throws(HostError) -> QuotaTable? {
    switch try FilesystemType.of(directory) {
    case orlop_type_ext, orlop_type_xfs: .projects(ProjectQuotas(directory, on: self))
    case orlop_type_btrfs: .groups(QuotaGroups(directory))
    default: nil
    }
  }

  private func neededTable(of directory: Directory) throws(HostError) -> QuotaTable {
    if let table = try quotaTable(of: directory) { return table }
    throw HostError(.unsupported, "the filesystem of \(directory.path) has no quotas for directories")
  }

  /// What can hold a directory to a limit there.
  public func quotaSupport(of directory: Directory) throws(HostError) -> QuotaSupport {
    switch try quotaTable(of: directory) {
    case .projects(let table): try table.support()
    case .groups(let table): try table.support()
    case nil: .nothing("the filesystem of \(directory.path) has no quotas for directories")
    }
  }

  /// The limit and the use of `id`.
  public func quota(_ id: UInt32, of directory: Directory) throws(HostError) -> Quota? {
    switch try neededTable(of: directory) {
    case .projects(let table): try table.quota(id)
    case .groups(let table): try table.quota(id)
    }
  }

  /// Every quota in `range`.
  public func quotas(in range: ClosedRange<UInt32>, of directory: Directory) throws(HostError) -> [UInt32: Quota] {
    switch try neededTable(of: directory) {
    case .projects(let table): try table.quotas(in: range)
    case .groups(let table): try table.quotas(in: range)
    }
  }

  /// Limits `id`, and reads the limit back.
  public func setQuota(_ id: UInt32, to limit: QuotaLimit, of directory: Directory) throws(HostError) {
    switch try neededTable(of: directory) {
    case .projects(let table): try table.limit(id, to: limit)
    case .groups(let table): try table.limit(id, to: limit)
    }
    let found = try quota(id, of: directory)?.limit
    guard found == limit else {
      let words = found.map { "\($0.bytes) bytes and \($0.inodes.map(String.init) ?? "any number of") inodes" }
      throw HostError(
        .failed,
        "the kernel was asked to limit quota \(id) on \(directory.path) to \(limit.bytes) bytes, and has \(words ?? "no limit")"
      )
    }
  }

  /// Takes the limit of `id` away.
  public func dropQuota(_ id: UInt32, of directory: Directory) throws(HostError) {
    switch try neededTable(of: directory) {
    case .projects(let table): try table.drop(id)
    case .groups(let table): try table.drop(id)
    }
  }

  /// Makes the directory `name` that counts for `id`.
  public func makeDirectory(
    _ name: String, in parent: Directory, countedFor id: UInt32
  ) throws(HostError) -> Directory {
    switch try neededTable(of: parent) {
    case .projects:
      try parent.makeDirectory(name, mode: 0o700)
      let directory = try parent.directory(name)
      try directory.setProject(id, isInherited: true)
      return directory
    case .groups(let table):
      let directory = try parent.makeSubvolume(name)
      try table.add(try directory.subvolume(), to: id)
      return directory
    }
  }

  /// Whether `directory` itself is counted for `id`.
  public func isCounted(_ directory: Directory, for id: UInt32) throws(HostError) -> Bool {
    switch try neededTable(of: directory) {
    case .projects: try directory.project() == ProjectMark(id: id, isInherited: true)
    case .groups(let table):
      try directory.isSubvolume() ? try table.members(of: id).contains(try directory.subvolume()) : false
    }
  }

  /// Counts `directory` for `id` again.
  public func count(_ directory: Directory, for id: UInt32) throws(HostError) {
    switch try neededTable(of: directory) {
    case .projects: try directory.setProject(id, isInherited: true)
    case .groups(let table):
      guard try directory.isSubvolume() else {
        throw HostError(.unsupported, "\(directory.path) is no subvolume, so nothing can count what is in it")
      }
      try table.add(try directory.subvolume(), to: id)
    }
  }

  /// Removes `name` with all that is in it.
  public func removeDirectory(_ name: String, in parent: Directory, countedFor id: UInt32) throws(HostError) {
    let directory: Directory
    do {
      directory = try parent.directory(name)
    } catch {
      guard error.code == .notFound else { throw error }
      return
    }
    switch try quotaTable(of: parent) {
    case .groups(let table) where try directory.isSubvolume():
      try table.lift(id)
      let members = try table.members(of: id)
      try table.destroy(members.union([try directory.subvolume()]))
      // Until the kernel has freed a deleted subvolume, which may be long, its use would count.
      for member in members { try table.remove(member, from: id) }
    case .projects:
      // Else what its owner took out of the project could not be moved within it, and not be removed.
      if try directory.project()?.id == id { try directory.setProject(0, isInherited: false) }
      try parent.removeTree(name)
    case .groups, nil: try parent.removeTree(name)
    }
  }
}

/// The type of a filesystem as statfs(2) tells it.
enum FilesystemType {
  static func of(_ directory: Directory) throws(HostError) -> UInt64 {
    var found = orlop_statfs()
    try shim("fstatfs", "ask for the type of the filesystem of \(directory.path)") {
      orlop_fstatfs(directory.descriptor.rawValue, &found)
    }
    return found.type
  }
}
