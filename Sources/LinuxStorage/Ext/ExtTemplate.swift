// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import SystemPackage

/// What mkfs wrote into an image, kept in memory, to make any number of images of the same layout without it.
///
/// Only what is not zero is kept: holes, unwritten blocks and a journal of zeros are holes in the clones. Costs 50 to 200 kB
/// for most sizes. Only for ext2, ext3 and ext4, and for ext4 only with `metadata_csum_seed`: without it every checksum depends on
/// the UUID. Whoever caches templates keys them by the program's version and its arguments.
public struct ExtTemplate: Sendable, Hashable {
  /// A stretch of the image that is not zero.
  struct Piece: Sendable, Hashable {
    let offset: Int64
    let bytes: [UInt8]
  }

  /// A superblock and where it lies.
  struct PlacedSuperblock: Sendable, Hashable {
    let offset: Int64
    let superblock: ExtSuperblock
  }

  /// Pieces are made of whole blocks of this length.
  static let grain = 4096

  /// The length of the image.
  public let imageBytes: Int64
  let pieces: [Piece]
  /// Taken out of the pieces: the primary and all backups.
  let superblocks: [PlacedSuperblock]

  init(imageBytes: Int64, pieces: [Piece], described: String) throws(HostError) {
    self.imageBytes = imageBytes
    self.pieces = pieces
    superblocks = try Self.findSuperblocks(in: pieces, described: described)
  }

  /// The primary superblock, as mkfs wrote it.
  public var superblock: ExtSuperblock { superblocks[0].superblock }

  /// The bytes that are not in holes.
  public var dataBytes: Int64 { pieces.reduce(0) { $0 + Int64($1.bytes.count) } }

  /// Takes the template from an image that mkfs has just made and nobody has mounted.
  ///
  /// `invalid` when it is no clean ext filesystem; `unsupported` when its clones could not have a UUID of their own.
  public static func capture(_ image: SparseFile) throws(HostError) -> ExtTemplate {
    var pieces: [Piece] = []
    for extent in try image.extents() {
      let start = extent.lowerBound / Int64(grain) * Int64(grain)
      for offset in stride(from: start, to: extent.upperBound, by: 1 << 20) {
        let count = Int(min(1 << 20, extent.upperBound - offset))
        append(try image.read(at: offset, count: count), at: offset, to: &pieces)
      }
    }
    return try ExtTemplate(imageBytes: image.size(), pieces: pieces, described: image.path.string)
  }

  /// Writes a filesystem like the template, but with `identity`, into the empty file: the whole image is in place afterwards, but
  /// not yet on the disk (``OpenFile/sync()``).
  public func stamp(_ identity: ExtIdentity, onto file: SparseFile) throws(HostError) {
    guard try file.size() == 0 else {
      throw HostError(.exists, "\(file.path) is not empty, and nothing is ever formatted twice")
    }
    try file.truncate(to: imageBytes)
    for piece in pieces { try file.write(piece.bytes, at: piece.offset) }
    for placed in superblocks { try file.write(placed.superblock.stamped(identity).bytes, at: placed.offset) }
  }

  /// Adds the blocks of `bytes` that are not zero, joined to the last piece where they follow it.
  private static func append(_ bytes: [UInt8], at offset: Int64, to pieces: inout [Piece]) {
    for start in stride(from: 0, to: bytes.count, by: grain) {
      let block = bytes[start..<min(start + grain, bytes.count)]
      guard block.contains(where: { $0 != 0 }) else { continue }
      let place = offset + Int64(start)
      if let last = pieces.last, last.offset + Int64(last.bytes.count) == place {
        pieces[pieces.count - 1] = Piece(offset: last.offset, bytes: last.bytes + block)
      } else {
        pieces.append(Piece(offset: place, bytes: Array(block)))
      }
    }
  }

  /// The primary superblock and its backups; an error when one is missing, or the filesystem is no template.
  private static func findSuperblocks(in pieces: [Piece], described: String) throws(HostError) -> [PlacedSuperblock] {
    let primary = try superblock(at: ExtSuperblock.primaryOffset, in: pieces, described: described)
    guard primary.isClean, let groups = primary.superblockGroups else {
      throw HostError(.invalid, "\(described) is no fresh ext filesystem with backup superblocks")
    }
    guard primary.hasMetadataChecksums ? primary.hasChecksumSeed : !primary.hasGroupChecksums else {
      throw HostError(.unsupported, "\(described) cannot be a template: make it with the feature metadata_csum_seed")
    }
    var found: [PlacedSuperblock] = []
    for group in groups {
      let offset = primary.offset(ofGroup: group)
      let superblock = try superblock(at: offset, in: pieces, described: described)
      guard superblock.group == group & 0xFFFF, superblock.uuid == primary.uuid else {
        throw HostError(.invalid, "\(described) has a wrong backup superblock in group \(group)")
      }
      found.append(PlacedSuperblock(offset: offset, superblock: superblock))
    }
    return found
  }

  private static func superblock(at offset: Int64, in pieces: [Piece], described: String) throws(HostError)
    -> ExtSuperblock
  {
    let end = offset + Int64(ExtSuperblock.length)
    guard let piece = pieces.last(where: { $0.offset <= offset }), piece.offset + Int64(piece.bytes.count) >= end else {
      throw HostError(.invalid, "there is no ext superblock at \(offset) on \(described)")
    }
    let start = Int(offset - piece.offset)
    return try ExtSuperblock(Array(piece.bytes[start..<start + ExtSuperblock.length]), described: described)
  }
}
