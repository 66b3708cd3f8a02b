// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import SystemPackage
import Testing

@testable import Volumes

/// The image is large enough for one file of the promised size, and not much larger.
@Suite struct ExtLayoutTests {
  static let capacities: [Int64] = [1, 4096, 1_000_000, 20_000_000, 400_000_000, 400 << 20, 10 << 30, 100 << 30]

  @Test("A file of the promised size fits, and little is wasted", arguments: ["ext2", "ext3", "ext4"], capacities)
  func fits(_ generation: String, _ capacity: Int64) async throws {
    let bench = try VolumeBench(FakeHost())
    defer { bench.close() }
    let kind = try #require(ExtLayout.Generation(rawValue: generation))
    let layout = ExtLayout(generation: kind, capacity: capacity)
    let image = try #require(
      try await bench.volumes.create(try VolumeSort.image(generation, capacity: capacity).request()).image)
    let home = try Directory.open(FilePath(bench.layout.pools + "/default/volumes/vol-1"))
    let file = try SparseFile.open("image", in: home)
    let superblock = try ExtSuperblock.read(file)
    #expect(superblock.freeBlocks >= layout.neededBlocks(imageBlocks: superblock.blocks))
    #expect(superblock.blockSize == 4096)
    // What the kernel keeps back of an ext4, a fiftieth but no more than 4096 blocks, or a pointer for each block of an ext2.
    let overhead = kind == .ext4 ? min(capacity / 50, 4096 * 4096) : capacity / 1024
    let free = superblock.freeBlocks * 4096
    #expect(free >= capacity + overhead)
    #expect(free <= capacity + overhead + max(16 << 20, capacity / 100))
    #expect(superblock.reservedBlocks == 0)
    #expect(superblock.isClean)
    #expect(superblock.hasJournal == (kind != .ext2))
    #expect(superblock.uuid.description == image.uuid)
    // Half a percent more than needed, or the smallest filesystem that has a journal.
    let spare = superblock.freeBlocks - layout.neededBlocks(imageBlocks: superblock.blocks)
    #expect(spare <= max(4096, superblock.blocks / 100), "\(spare) of \(superblock.blocks) blocks to spare")
    // A hundred times larger later: never sparse_super2; ext4 by meta_bg, the others by reserved descriptors.
    #expect(superblock.compatibleFeatures & 0x200 == 0)
    #expect((superblock.incompatibleFeatures & 0x10 != 0) == (kind == .ext4))
    #expect((superblock.compatibleFeatures & 0x10 != 0) == (kind != .ext4))
    #expect((superblock.incompatibleFeatures & 0x2000 != 0) == (kind == .ext4))
  }
}
