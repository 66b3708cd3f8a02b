// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
import SystemPackage

/// The project that a directory counts for.
struct ProjectMark: Hashable {
  let id: UInt32
  /// Whether what is made in it counts for the same project.
  let isInherited: Bool
}

extension Directory {
  /// Its project, FS_IOC_FSGETXATTR; nil where the filesystem knows none.
  func project() throws(HostError) -> ProjectMark? {
    var id: UInt32 = 0
    var inherits: UInt32 = 0
    do {
      try shim(
        "FS_IOC_FSGETXATTR", "read the project of \(path)", meaning: [.inappropriateIOCTLForDevice: .unsupported]
      ) {
        orlop_project_get(descriptor.rawValue, &id, &inherits)
      }
    } catch {
      if error.code == .unsupported { return nil }
      throw error
    }
    return ProjectMark(id: id, isInherited: inherits != 0)
  }

  /// Counts it for the project `id`, FS_IOC_FSSETXATTR; what is in it already stays where it is.
  func setProject(_ id: UInt32, isInherited: Bool) throws(HostError) {
    try shim("FS_IOC_FSSETXATTR", "set the project of \(path)", meaning: [.inappropriateIOCTLForDevice: .unsupported]) {
      orlop_project_set(descriptor.rawValue, id, isInherited ? 1 : 0)
    }
  }
}

/// The project quotas of an ext4 or xfs filesystem, quotactl_fd(2); quotactl(2) of its device where the kernel is older than 5.14.
struct ProjectQuotas {
  /// A directory of the filesystem.
  let directory: Directory
  let host: LinuxHost
  /// Whether quotactl_fd is not even tried; for tests.
  var isOldKernel = false

  init(_ directory: Directory, on host: LinuxHost) {
    self.directory = directory
    self.host = host
  }

  private static let off: [Errno: HostError.Code] = [
    .noSuchProcess: .unsupported, .noFunction: .unsupported, .invalidArgument: .unsupported,
  ]

  func support() throws(HostError) -> QuotaSupport {
    let isEnforced: Bool
    do {
      isEnforced = try command("Q_XGETQSTATV", "ask for project quotas") { orlop_project_enforced($0, $1) } == 1
    } catch {
      guard error.code == .unsupported else { throw error }
      return .nothing(
        "\(directory.path) is mounted without project quotas (mount it with prjquota; ext4 needs tune2fs -O project,quota before)"
      )
    }
    return isEnforced
      ? .projects
      : .nothing("project quotas of \(directory.path) are counted and not enforced (mount it with prjquota)")
  }

  func quota(_ id: UInt32) throws(HostError) -> Quota? {
    var found = orlop_project_quota()
    do {
      try command("Q_GETQUOTA", "read the quota of project \(id)") { orlop_project_read($0, $1, id, &found) }
    } catch {
      if error.errno == ENOENT { return nil }
      throw error
    }
    return Quota(found)
  }

  func quotas(in range: ClosedRange<UInt32>) throws(HostError) -> [UInt32: Quota] {
    var quotas: [UInt32: Quota] = [:]
    var next = range.lowerBound
    while true {
      var found = orlop_project_quota()
      do {
        try command("Q_GETNEXTQUOTA", "read the quotas of projects") { orlop_project_next($0, $1, next, &found) }
      } catch {
        if error.errno == ENOENT || error.errno == ESRCH { return quotas }
        throw error
      }
      guard range.contains(found.project) else { return quotas }
      if let quota = Quota(found) { quotas[found.project] = quota }
      guard found.project < range.upperBound else { return quotas }
      next = found.project + 1
    }
  }

  func limit(_ id: UInt32, to limit: QuotaLimit) throws(HostError) {
    try set(
      orlop_project_quota(
        project: id, used_bytes: 0, used_inodes: 0, limit_blocks: UInt64(limit.bytes >> 10),
        limit_inodes: UInt64(limit.inodes ?? 0)))
  }

  func drop(_ id: UInt32) throws(HostError) {
    guard try quota(id)?.limit != nil else { return }
    try set(orlop_project_quota(project: id, used_bytes: 0, used_inodes: 0, limit_blocks: 0, limit_inodes: 0))
  }

  private func set(_ wanted: orlop_project_quota) throws(HostError) {
    var wanted = wanted
    try command("Q_SETQUOTA", "limit project \(wanted.project)") { orlop_project_limit($0, $1, &wanted) }
  }

  @discardableResult
  private func command(
    _ name: StaticString, _ doing: String, _ body: (CInt, UnsafePointer<CChar>?) -> CInt
  ) throws(HostError) -> CInt {
    let doing = "\(doing) on the filesystem of \(directory.path)"
    if !isOldKernel {
      do {
        return try shim(name, doing, meaning: Self.off) { body(directory.descriptor.rawValue, nil) }
      } catch {
        guard error.errno == ENOSYS, let device = try device() else { throw error }
        return try shim(name, doing, meaning: Self.off) { body(-1, device) }
      }
    }
    guard let device = try device() else {
      throw HostError(.unsupported, "cannot \(doing): it is on no block device")
    }
    return try shim(name, doing, meaning: Self.off) { body(-1, device) }
  }

  /// The block device of the filesystem, from the mount table; nil when it is on none that has a node.
  private func device() throws(HostError) -> String? {
    let number = try directory.identity().device
    return try host.mounts().first { $0.device == number && $0.source.hasPrefix("/") }?.source
  }
}

extension Quota {
  /// What the kernel's table says; nil when that is nothing at all.
  init?(_ found: orlop_project_quota) {
    let isLimited = found.limit_blocks != 0 || found.limit_inodes != 0
    guard isLimited || found.used_bytes != 0 || found.used_inodes != 0 else { return nil }
    let inodes = found.limit_inodes == 0 ? nil : Int64(clamping: found.limit_inodes)
    self.init(
      limit: isLimited ? QuotaLimit(bytes: Int64(clamping: found.limit_blocks << 10), inodes: inodes) : nil,
      usedBytes: Int64(clamping: found.used_bytes), usedInodes: Int64(clamping: found.used_inodes))
  }
}
