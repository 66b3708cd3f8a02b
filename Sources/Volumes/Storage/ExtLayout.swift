// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// How an ext2, ext3 or ext4 filesystem is laid out in an image, so that one file of the promised size fits.
///
/// 4 KiB blocks (smaller ones make growth ten times slower), nothing reserved for root, no `sparse_super2` (cannot grow), never
/// `nodiscard` (it would write every inode table of a sparse image). ext4 carries metadata_csum_seed, so that a clone can have a
/// UUID of its own, and meta_bg instead of reserved descriptor blocks: thin, and free to grow. ext2 and ext3 have
/// resize_inode, which reserves for growth to a thousand times their size.
struct ExtLayout: Sendable, Hashable {
  static let blockSize: Int64 = 4096
  /// Smaller images would have no room for a journal.
  static let smallestImage: Int64 = 8 << 20

  /// The three generations, which the same mke2fs makes.
  enum Generation: String, Sendable, Hashable { case ext2, ext3, ext4 }

  let generation: Generation
  /// The bytes that one file shall hold.
  let capacity: Int64

  /// The blocks that must be free in the empty filesystem of `imageBlocks`.
  func neededBlocks(imageBlocks: Int64) -> Int64 {
    let data = (capacity + Self.blockSize - 1) / Self.blockSize
    switch generation {
    case .ext4:
      // Extents of up to 128 MiB, 340 of them to a block, and room for a file that is ten times more fragmented; and what the
      // ext4 driver keeps for delayed allocation: a fiftieth, at most 4096 blocks.
      return data + data / 500_000 + 16 + min(imageBlocks / 50, 4096)
    case .ext2, .ext3:
      // One indirect block for 1024 blocks, and one for 1024 of those, twice.
      return data + data / 1024 + data / (1024 * 1024) + 16
    }
  }

  /// A first guess for the image's blocks; the formatted image says whether it was enough.
  var guessedBlocks: Int64 {
    let needed = neededBlocks(imageBlocks: capacity / Self.blockSize)
    // Inode tables take one block in 64, bitmaps and descriptors about one in 8192.
    let blocks = needed + needed / 62 + needed / 8192 + 256
    return max(Self.smallestImage / Self.blockSize, blocks + journalBlocks(imageBlocks: blocks))
  }

  /// A better guess when the filesystem of `blocks` has only `free` blocks free; nil when it has enough.
  func enlarged(_ blocks: Int64, free: Int64) -> Int64? {
    let missing = neededBlocks(imageBlocks: blocks) - free
    return missing <= 0 ? nil : blocks + missing + missing / 32 + 8
  }

  /// The journal that suits an image of `imageBlocks`: 4 MiB to 128 MiB.
  func journalBlocks(imageBlocks: Int64) -> Int64 {
    guard generation != .ext2 else { return 0 }
    return switch imageBlocks {
    case ..<32_768: 1024
    case ..<262_144: 4096
    case ..<524_288: 8192
    case ..<4_194_304: 16_384
    default: 32_768
    }
  }

  /// The features, the whole list: what the host's mke2fs.conf says does not count.
  private var features: String {
    let common = "none,ext_attr,dir_index,filetype,sparse_super,large_file"
    return switch generation {
    case .ext2: common + ",resize_inode"
    case .ext3: common + ",has_journal,resize_inode"
    case .ext4:
      common
        + ",has_journal,extent,flex_bg,64bit,huge_file,dir_nlink,extra_isize,metadata_csum,metadata_csum_seed,meta_bg"
    }
  }

  /// The arguments of mke2fs(8) for an image that has `imageBlocks` already, without its path.
  func formatArguments(imageBlocks: Int64) -> [String] {
    let inodes = ["-q", "-F", "-b", "\(Self.blockSize)", "-m", "0", "-I", "256", "-i", "16384", "-O", features]
    let journal = journalBlocks(imageBlocks: imageBlocks) * Self.blockSize >> 20
    return switch generation {
    case .ext2: inodes
    case .ext3: inodes + ["-J", "size=\(journal)"]
    case .ext4:
      inodes + ["-J", "size=\(journal)", "-E", "lazy_itable_init=1,lazy_journal_init=1"]
    }
  }
}
