// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension ExtSuperblock {
  /// The blocks of `blocks` that block groups keep for themselves: superblocks and descriptors with their copies, bitmaps and inode
  /// tables. What the filesystem has only once (the journal, the root directory) is not in it.
  public func groupOverhead(blocks: Int64) -> Int64 {
    let groups = groups(blocks: blocks)
    let copies = superblockGroups(of: groups)
    let tables = groups * (2 + inodeTableBlocks)
    guard hasMetaGroups else {
      return tables + copies
        * (1 + descriptorBlocks(groups: self.groups(blocks: self.blocks)) + reservedDescriptorBlocks)
    }
    // One block of descriptors for each metagroup, in its first, second and last group.
    let (whole, rest) = groups.quotientAndRemainder(dividingBy: descriptorsPerBlock)
    return tables + copies + whole * 3 + min(rest, 2)
  }

  /// The nearest length in blocks, not below `blocks`, that resizers take as it is: a last group with no room for its own tables
  /// and 50 blocks more would be left out.
  public func acceptable(blocks: Int64) -> Int64 {
    let least =
      inodeTableBlocks + 2 + 1 + descriptorBlocks(groups: groups(blocks: blocks)) + reservedDescriptorBlocks + 64
    let rest = (blocks - firstDataBlock) % blocksPerGroup
    return rest == 0 || rest >= least ? blocks : blocks - rest + least
  }

  /// The most blocks that it can grow to without moving what it holds: as far as there is room for descriptors and inodes have
  /// numbers.
  public var largestBlocks: Int64 {
    let numbers = Int64(UInt32.max) / max(1, inodesPerGroup)
    let room =
      hasMetaGroups
      ? numbers : (descriptorBlocks(groups: groups(blocks: blocks)) + reservedDescriptorBlocks) * descriptorsPerBlock
    let most = min(numbers, room) * blocksPerGroup
    return has64BitBlocks ? most : min(most, Int64(UInt32.max))
  }

  private var blocksPerGroup: Int64 { max(1, Int64(self[0x20, as: UInt32.self])) }
  private var inodesPerGroup: Int64 { Int64(self[0x28, as: UInt32.self]) }
  private var firstDataBlock: Int64 { Int64(self[0x14, as: UInt32.self]) }
  private var hasMetaGroups: Bool { incompatibleFeatures & 0x10 != 0 }
  private var has64BitBlocks: Bool { incompatibleFeatures & 0x80 != 0 }
  private var reservedDescriptorBlocks: Int64 {
    compatibleFeatures & 0x10 != 0 ? Int64(self[0xCE, as: UInt16.self]) : 0
  }

  private var inodeTableBlocks: Int64 {
    (inodesPerGroup * Int64(max(128, self[0x58, as: UInt16.self])) + blockSize - 1) / blockSize
  }

  private var descriptorsPerBlock: Int64 {
    blockSize / (has64BitBlocks ? Int64(max(64, self[0xFE, as: UInt16.self])) : 32)
  }

  private func groups(blocks: Int64) -> Int64 { (blocks - firstDataBlock + blocksPerGroup - 1) / blocksPerGroup }

  private func descriptorBlocks(groups: Int64) -> Int64 {
    hasMetaGroups ? 1 : (groups + descriptorsPerBlock - 1) / descriptorsPerBlock
  }

  /// How many of `groups` hold a superblock: with sparse_super the first two and the powers of 3, 5 and 7.
  private func superblockGroups(of groups: Int64) -> Int64 {
    guard readOnlyFeatures & 0x1 != 0 else { return groups }
    var copies = min(groups, 2)
    for base in [Int64(3), 5, 7] {
      var power = base
      while power < groups {
        copies += 1
        power *= base
      }
    }
    return copies
  }
}
