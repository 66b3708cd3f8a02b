// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Limits that the kernel holds for directories: project quotas of ext4 and xfs, quota groups of btrfs.
///
/// Whatever the filesystem calls it, a quota here is a number, a limit, and what is counted for it: the directories that were made
/// with ``makeDirectory(_:in:countedFor:)`` and all that is made in them. A `directory` tells which filesystem is meant.
public protocol QuotaHost: Sendable {
  /// What can hold a directory to a limit on the filesystem of `directory`.
  func quotaSupport(of directory: Directory) throws(HostError) -> QuotaSupport

  /// Turns simple quotas on for the whole btrfs filesystem of `directory`, BTRFS_IOC_QUOTA_CTL; nothing where they are on. `unsupported`
  /// where it has full ones, is no btrfs, or the kernel is older than Linux 6.7.
  func enableQuotas(on directory: Directory) throws(HostError)

  /// The limit and the use of `id`, as the kernel has them now; nil when nothing is limited or counted there.
  func quota(_ id: UInt32, of directory: Directory) throws(HostError) -> Quota?

  /// Every quota with a number in `range` that limits or counts something.
  func quotas(in range: ClosedRange<UInt32>, of directory: Directory) throws(HostError) -> [UInt32: Quota]

  /// Limits `id` to `limit` and reads it back; an error when the kernel did not take it. May be repeated, also with another
  /// limit; one below what is used stops every further write.
  func setQuota(_ id: UInt32, to limit: QuotaLimit, of directory: Directory) throws(HostError)

  /// Takes the limit of `id` away, and the quota itself where it is an object of its own. Nothing when there is none.
  func dropQuota(_ id: UInt32, of directory: Directory) throws(HostError)

  /// Makes the directory `name`, mode 0700, in `parent`; what is made in it is counted for `id`, which has its limit already.
  func makeDirectory(_ name: String, in parent: Directory, countedFor id: UInt32) throws(HostError) -> Directory

  /// Whether `directory` itself is counted for `id`.
  func isCounted(_ directory: Directory, for id: UInt32) throws(HostError) -> Bool

  /// Counts `directory` for `id` again, and what is made in it from now on: for one that lost it.
  func count(_ directory: Directory, for id: UInt32) throws(HostError)

  /// Removes `name`, made by ``makeDirectory(_:in:countedFor:)``, with all that is in it; nothing when it is not there. The limit of
  /// `id` may be taken away by it.
  func removeDirectory(_ name: String, in parent: Directory, countedFor id: UInt32) throws(HostError)
}

/// What can hold a directory to a limit on some filesystem.
public enum QuotaSupport: Sendable, Hashable {
  /// Project quotas, ext4 and xfs: bytes and inodes; statfs within the directory tells the limit.
  case projects
  /// Subvolumes in simple quota groups, btrfs: bytes alone; statfs does not tell them.
  case subvolumes
  /// Nothing, and why, as a clause with its remedy.
  case nothing(String)
}

/// The most that a directory may take.
public struct QuotaLimit: Sendable, Hashable {
  /// Bytes, in whole kibibytes.
  public var bytes: Int64
  /// Files, directories and links, the directory itself among them; nil for any number.
  public var inodes: Int64?

  /// At most `bytes`, rounded up to a kibibyte, and `inodes`.
  public init(bytes: Int64, inodes: Int64? = nil) {
    self.bytes = (bytes + 1023) & ~1023
    self.inodes = inodes
  }
}

/// One quota as the kernel has it.
public struct Quota: Sendable, Hashable {
  /// Its limit; nil when there is none.
  public let limit: QuotaLimit?
  /// Bytes that count for it.
  public let usedBytes: Int64
  /// Inodes that count for it; nil where they are not counted.
  public let usedInodes: Int64?

  /// The quota with these numbers.
  public init(limit: QuotaLimit?, usedBytes: Int64 = 0, usedInodes: Int64? = nil) {
    self.limit = limit
    self.usedBytes = usedBytes
    self.usedInodes = usedInodes
  }
}
