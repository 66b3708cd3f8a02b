// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import SystemPackage

/// The superblock of an ext2, ext3 or ext4 filesystem: the few fields that matter here. ext4(5), and "Ext4 Disk Layout" in the
/// kernel's documentation for the offsets.
public struct ExtSuperblock: Sendable, Hashable {
  /// Where the primary one lies in every image.
  static let primaryOffset: Int64 = 1024
  static let length = 1024

  /// What the kernel does when it finds the filesystem damaged.
  public enum ErrorBehaviour: UInt16, Sendable, Hashable { case goOn = 1, remountReadOnly = 2, panic = 3 }

  var bytes: [UInt8]

  /// Takes the 1024 bytes of a superblock; `invalid` when they are none, or its checksum is wrong.
  init(_ bytes: [UInt8], described: String) throws(HostError) {
    self.bytes = bytes
    guard bytes.count == Self.length, self[0x38, as: UInt16.self] == 0xEF53 else {
      throw HostError(.invalid, "there is no ext superblock on \(described)")
    }
    guard !hasMetadataChecksums || self[0x3FC, as: UInt32.self] == checksum else {
      throw HostError(
        .invalid, "the ext superblock on \(described) is damaged: its checksum is wrong; check it with e2fsck -fn")
    }
  }

  /// Reads the primary superblock of an image or block device that is open for reading.
  public static func read(_ image: SparseFile) throws(HostError) -> ExtSuperblock {
    try ExtSuperblock(image.read(at: primaryOffset, count: length), described: image.path.string)
  }

  /// The filesystem's UUID.
  public var uuid: FilesystemUUID { FilesystemUUID(bytes: Array(bytes[0x68..<0x78])) }
  /// The bytes of a block.
  public var blockSize: Int64 { 1024 << Int64(min(self[0x18, as: UInt32.self], 6)) }
  /// All blocks of the filesystem.
  public var blocks: Int64 { wide(low: 0x04, high: 0x150) }
  /// The blocks that were free when it was last written.
  public var freeBlocks: Int64 { wide(low: 0x0C, high: 0x158) }
  /// The blocks that only root may use.
  public var reservedBlocks: Int64 { wide(low: 0x08, high: 0x154) }
  /// All inodes of the filesystem.
  public var inodes: Int64 { Int64(self[0x00, as: UInt32.self]) }
  /// What the kernel does when it finds the filesystem damaged; nil when the field makes no sense.
  public var errorBehaviour: ErrorBehaviour? { ErrorBehaviour(rawValue: self[0x3C, as: UInt16.self]) }
  /// Whether it was unmounted cleanly, and no error was found in it.
  public var isClean: Bool { self[0x3A, as: UInt16.self] & 3 == 1 && !needsRecovery }
  /// Whether the kernel has found errors in it since the last check (s_state).
  public var hasErrors: Bool { self[0x3A, as: UInt16.self] & 2 != 0 }
  /// Whether the journal must be replayed.
  public var needsRecovery: Bool { incompatibleFeatures & 0x4 != 0 }
  /// Whether it has a journal.
  public var hasJournal: Bool { compatibleFeatures & 0x4 != 0 }
  /// The features that an old kernel may not know.
  public var compatibleFeatures: UInt32 { self[0x5C, as: UInt32.self] }
  /// The features that a kernel must know to mount it.
  public var incompatibleFeatures: UInt32 { self[0x60, as: UInt32.self] }
  /// The features that a kernel must know to write to it.
  public var readOnlyFeatures: UInt32 { self[0x64, as: UInt32.self] }
  /// How many errors the kernel found since the last check.
  public var errorCount: Int64 { Int64(self[0x194, as: UInt32.self]) }

  /// `ext2`, `ext3` or `ext4`, by the features, as libblkid tells them apart.
  var type: String {
    let isOld = incompatibleFeatures & ~0x16 == 0 && readOnlyFeatures & ~0x7 == 0
    guard isOld else { return "ext4" }
    return hasJournal ? "ext3" : "ext2"
  }

  var hasMetadataChecksums: Bool { readOnlyFeatures & 0x400 != 0 }
  var hasGroupChecksums: Bool { readOnlyFeatures & 0x10 != 0 }
  /// Whether the checksums of the metadata do not depend on the UUID.
  var hasChecksumSeed: Bool { incompatibleFeatures & 0x2000 != 0 }
  private var is64Bit: Bool { incompatibleFeatures & 0x80 != 0 }
  private var isSparse: Bool { readOnlyFeatures & 0x1 != 0 }
  private var isSparse2: Bool { compatibleFeatures & 0x200 != 0 }
  var group: Int64 { Int64(self[0x5A, as: UInt16.self]) }

  /// The groups that hold a superblock: the primary first, then all backups; nil when the fields make no sense.
  var superblockGroups: [Int64]? {
    let perGroup = Int64(self[0x20, as: UInt32.self])
    // mke2fs makes at least 256 blocks a group, and no filesystem is larger than 1 EiB.
    guard perGroup >= 256, blocks > firstBlock, blocks <= (1 << 60) / blockSize, !isSparse2 else { return nil }
    let groups = (blocks - firstBlock + perGroup - 1) / perGroup
    guard isSparse else { return groups <= 1 << 20 ? Array(0..<groups) : nil }
    let powers = [3, 5, 7].flatMap { base in sequence(first: Int64(base)) { $0 * Int64(base) }.prefix { $0 < groups } }
    return Array(Set([0, 1] + powers).filter { $0 < groups }).sorted()
  }

  /// Where the superblock of `group` lies.
  func offset(ofGroup group: Int64) -> Int64 {
    group == 0 ? Self.primaryOffset : (firstBlock + group * Int64(self[0x20, as: UInt32.self])) * blockSize
  }

  private var firstBlock: Int64 { Int64(self[0x14, as: UInt32.self]) }

  private func wide(low: Int, high: Int) -> Int64 {
    let upper = is64Bit ? Int64(self[high, as: UInt32.self]) << 32 : 0
    return upper | Int64(self[low, as: UInt32.self])
  }

  // MARK: Fields

  /// The checksum that the superblock should have.
  var checksum: UInt32 { CRC32C.of(bytes.prefix(0x3FC)) }

  /// The little-endian number at `offset`.
  subscript<Number: FixedWidthInteger>(offset: Int, as type: Number.Type) -> Number {
    get {
      bytes[offset..<offset + MemoryLayout<Number>.size].reversed().reduce(0) {
        $0 << 8 | Number(truncatingIfNeeded: $1)
      }
    }
    set {
      for index in 0..<MemoryLayout<Number>.size {
        bytes[offset + index] = UInt8(truncatingIfNeeded: newValue >> (8 * index))
      }
    }
  }
}
