// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A volume as it is wished for, every value checked: two equal requests ask for the same volume.
public struct VolumeRequest: Sendable, Hashable {
  /// The volume's name.
  public let id: VolumeID
  /// The bytes that one file in it can hold, at least.
  public let capacity: Int64
  /// Which storage system makes it.
  public let storage: StorageKind
  /// The filesystem in an image.
  public let filesystem: FilesystemKind
  /// How an image takes its room.
  public let diskFormat: DiskFormat
  /// The pool it lies in.
  public let pool: String
  /// Whether the capacity is enforced.
  public let enforcement: Enforcement
  /// The files, directories and links that a directory volume can hold at most; nil for any number.
  public let inodes: Int64?
  /// Owner and mode of its root directory.
  public let owner: VolumeOwner
  /// Hints for whoever asked, kept in the record untouched.
  public let origin: [String: String]
  /// What it begins as a copy of; nil for an empty one.
  public let source: VolumeSource?
  /// The foreign parameters that were left out of account, in the order of their names; worth a warning.
  public let ignored: [String]

  /// The request for `capacity` bytes under the name `id`.
  ///
  /// - Parameters:
  ///   - parameters: as the class gives them; the table is in ``ParameterTable``, keys in any case.
  ///   - defaults: what an alias sets where `parameters` say nothing.
  ///   - ignoring: foreign keys that an alias leaves out of account, in any case.
  ///   - filesystemType: a filesystem that was asked for elsewhere than in the parameters; nil or empty for none.
  ///   - origin: opaque hints from which upper layers can rebuild their objects.
  ///   - source: what the volume is to begin as a copy of.
  /// - Throws: ``VolumeError/Code/invalid`` naming the parameter, and the nearest known one where it is unknown.
  public init(
    id: VolumeID, capacity: Int64, parameters: [String: String] = [:], defaults: [String: String] = [:],
    ignoring: [String] = [], filesystemType: String? = nil, origin: [String: String] = [:],
    source: VolumeSource? = nil
  ) throws(VolumeError) {
    guard capacity > 0 else {
      throw VolumeError(.invalid, "volume \(id): the capacity must be at least 1 byte, not \(capacity)")
    }
    var table = try ParameterTable(parameters, ignoring: ignoring)
    table.fill(from: try ParameterTable(defaults, ignoring: []))
    try table.add(filesystemType: filesystemType)

    self.id = id
    self.capacity = capacity
    self.storage = try table.choice(.storage, default: .image)
    self.filesystem = try table.choice(.fsType, default: .ext4)
    self.diskFormat = try table.choice(.diskFormat, default: .thin)
    self.pool = try table.name(.pool, default: "default")
    self.enforcement = try table.choice(.enforcement, default: .required)
    self.inodes = try table.count(.inodes)
    self.owner = VolumeOwner(
      user: try table.number(.uid), group: try table.number(.gid), mode: try table.mode(.mode, default: 0o755))
    self.origin = origin
    self.source = source
    self.ignored = table.ignored
    try table.refuseWhatDoesNotApply(to: storage)
  }
}

/// The storage systems.
public enum StorageKind: String, Sendable, Hashable, Codable, CaseIterable {
  /// A filesystem in an image file, behind a loop device.
  case image
  /// A directory of the pool's own filesystem.
  case directory
}

/// The filesystems that an image can hold.
public enum FilesystemKind: String, Sendable, Hashable, Codable, CaseIterable {
  case ext2, ext3, ext4, xfs, btrfs
}

/// How an image takes its room on the pool's disk.
public enum DiskFormat: String, Sendable, Hashable, Codable, CaseIterable {
  /// Sparse: room is taken when it is written to.
  case thin
  /// All room is taken at creation, unwritten; it reads as zeros.
  case zeroedthick
  /// All room is taken and written with zeros at creation.
  case eagerzeroedthick
}

/// Whether a volume's capacity is a limit.
public enum Enforcement: String, Sendable, Hashable, Codable, CaseIterable {
  /// The kernel refuses to write more; a storage system that cannot see to that refuses the volume.
  case required
  /// The capacity is a wish; the volume can fill its pool.
  case none
}

/// Owner and mode of a volume's root directory.
public struct VolumeOwner: Sendable, Hashable, Codable {
  /// The user.
  public var user: UInt32
  /// The group.
  public var group: UInt32
  /// The permission bits.
  public var mode: UInt32

  /// The owner `user`:`group` with `mode`.
  public init(user: UInt32 = 0, group: UInt32 = 0, mode: UInt32 = 0o755) {
    self.user = user
    self.group = group
    self.mode = mode
  }
}
