// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
@testable import LinuxStorage
import SystemPackage
import Testing

/// One way to run mkfs for a template.
struct Recipe: Sendable, CustomTestStringConvertible {
  let type: String
  let megabytes: Int64
  let arguments: [String]

  var testDescription: String { "\(type), \(megabytes) MiB, \(arguments.joined(separator: " "))" }

  init(_ type: String, _ megabytes: Int64, features: String? = nil, block: Int = 4096) {
    self.type = type
    self.megabytes = megabytes
    let standard = type == "ext4" ? "64bit,metadata_csum,metadata_csum_seed,meta_bg,^resize_inode" : nil
    let chosen = [standard, features].compactMap { $0 }.joined(separator: ",")
    arguments =
      ["-q", "-F", "-b", "\(block)", "-m", "0", "-E", "lazy_journal_init=1"] + (chosen.isEmpty ? [] : ["-O", chosen])
  }

  static let all: [Recipe] =
    ["ext2", "ext3", "ext4"].flatMap { type in
      [64, 400, 1024, 10240].map { Recipe(type, $0) }
    } + [
      Recipe("ext4", 64, block: 1024), Recipe("ext3", 400, block: 1024),
      Recipe("ext4", 1024, features: "^64bit,^has_journal"),
    ]
}

@Suite struct ExtTemplateTests {
  let scratch: Scratch
  let runner = ProgramRunner()
  var root: Directory { scratch.root }

  init() throws { scratch = try Scratch() }

  /// An image that the real mkfs has made.
  func formatted(_ recipe: Recipe, _ name: String = "template") async throws -> SparseFile {
    let file = try SparseFile.create(name, in: root)
    try file.truncate(to: recipe.megabytes << 20)
    try await runner.require("mkfs." + recipe.type, recipe.arguments + [file.path.string])
    return file
  }

  func stamped(_ template: ExtTemplate, _ name: String, _ identity: ExtIdentity) throws -> SparseFile {
    let file = try SparseFile.create(name, in: root)
    try template.stamp(identity, onto: file)
    return file
  }

  @Test("Every clone is clean by e2fsck and has its own UUID, in its backups too", arguments: Recipe.all)
  func clones(recipe: Recipe) async throws {
    let template = try ExtTemplate.capture(await formatted(recipe))
    #expect(template.imageBytes == recipe.megabytes << 20)
    var seen: Set<String> = []
    for index in 0..<2 {
      let identity = ExtIdentity(uuid: .random(), time: 1_700_000_000 + Int64(index))
      let clone = try stamped(template, "clone\(index)", identity)
      try await runner.require("e2fsck", ["-fn", clone.path.string])
      let signature = try #require(try FilesystemSignature.probe(clone))
      #expect(signature == FilesystemSignature(type: recipe.type, uuid: identity.uuid.description))
      seen.insert(try #require(signature.uuid))
      let superblock = try ExtSuperblock.read(clone)
      #expect(superblock.uuid == identity.uuid)
      #expect(superblock.isClean && superblock.reservedBlocks == 0)
      #expect(superblock.blocks * superblock.blockSize == recipe.megabytes << 20)
      guard superblock.blocks > superblock.blockSize * 8 else { continue }
      // The backup in group 1, which dumpe2fs reads by itself; it checks its checksum.
      let backup = try await runner.require(
        "dumpe2fs",
        [
          "-h", "-o", "superblock=\(superblock.blockSize == 1024 ? 8193 : 32768)", "-o",
          "blocksize=\(superblock.blockSize)", clone.path.string,
        ])
      #expect(backup.output.contains(identity.uuid.description))
    }
    #expect(seen.count == 2)
  }

  @Test("A clone differs from mkfs's own image only in its superblocks, and is no thicker")
  func differsOnlyInSuperblocks() async throws {
    let image = try await formatted(Recipe("ext3", 400))
    let template = try ExtTemplate.capture(image)
    let clone = try stamped(template, "clone", ExtIdentity(uuid: .random(), time: 1_700_000_000))
    try clone.sync()
    let different = try differingBlocks(image, clone)
    #expect(different == [0, 32768, 98304])
    #expect(try clone.allocatedBytes() <= min(1 << 20, image.allocatedBytes()))
    #expect(try clone.size() == image.size())
  }

  private func differingBlocks(_ one: SparseFile, _ other: SparseFile) throws -> [Int64] {
    func differing(_ range: Range<Int64>, _ step: Int64) throws -> [Int64] {
      try stride(from: range.lowerBound, to: range.upperBound, by: Int64.Stride(step)).filter { offset in
        let pair = try (one.read(at: offset, count: Int(step)), other.read(at: offset, count: Int(step)))
        return memcmp(pair.0, pair.1, Int(step)) != 0
      }
    }
    return try differing(0..<one.size(), 1 << 20).flatMap { try differing($0..<$0 + (1 << 20), 4096) }.map { $0 / 4096 }
  }

  @Test("The clone's superblocks are the ones that dumpe2fs expects: times, never mounted, errors")
  func superblockFields() async throws {
    let template = try ExtTemplate.capture(await formatted(Recipe("ext4", 400)))
    let clone = try stamped(template, "clone", ExtIdentity(uuid: .random(), time: 1_700_000_000))
    let text = try await runner.require("dumpe2fs", ["-h", clone.path.string]).output
    for line in ["Tue Nov 14 22:13:20 2023", "Last mount time:          n/a"] {
      #expect(text.contains(line), "\(line)")
    }
    #expect(text.split(separator: "\n").filter { $0.hasSuffix("Nov 14 22:13:20 2023") }.count == 3)
    #expect(try ExtSuperblock.read(clone).errorBehaviour == .goOn)
  }

  @Test("A template survives being written and read; with one bit changed anywhere it is refused")
  func encoding() async throws {
    let template = try ExtTemplate.capture(await formatted(Recipe("ext4", 64)))
    let bytes = template.encoded()
    #expect(try ExtTemplate(encoded: bytes, described: "cache") == template)
    for position in [0, 8, 16, 24, 32, 40, bytes.count / 2, bytes.count - 8, bytes.count - 1] {
      var broken = bytes
      broken[position] ^= 1
      let error = #expect(throws: HostError.self) { try ExtTemplate(encoded: broken, described: "cache") }
      #expect(error?.code == .invalid, "byte \(position)")
    }
    for length in [0, 7, 8, 39, 40, bytes.count - 1] {
      #expect(throws: HostError.self) { try ExtTemplate(encoded: Array(bytes.prefix(length)), described: "cache") }
    }
  }

  @Test(
    "What cannot be cloned is refused: no seed for checksums, another filesystem, nothing at all, a damaged superblock")
  func refuses() async throws {
    let bare = Recipe("ext4", 64, features: "^metadata_csum_seed")
    let noSeed = await #expect(throws: HostError.self) { try ExtTemplate.capture(await formatted(bare, "noseed")) }
    #expect(noSeed?.code == .unsupported)
    let sparse2 = Recipe("ext4", 64, features: "sparse_super2")
    await #expect(throws: HostError.self) { try ExtTemplate.capture(await formatted(sparse2, "sparse2")) }
    let empty = try SparseFile.create("empty", in: root)
    try empty.truncate(to: 1 << 20)
    let nothing = #expect(throws: HostError.self) { try ExtTemplate.capture(empty) }
    #expect(nothing?.code == .invalid)
    let damaged = try await formatted(Recipe("ext4", 64), "damaged")
    try damaged.write([0xFF], at: 1024 + 0x78)
    #expect(throws: HostError.self) { try ExtTemplate.capture(damaged) }
    #expect(throws: HostError.self) { try ExtSuperblock.read(damaged) }
  }

  @Test("A superblock whose numbers make no sense has no backups, and ends nothing")
  func senseless() async throws {
    let good = try ExtSuperblock.read(await formatted(Recipe("ext2", 64)))
    #expect(good.superblockGroups?.isEmpty == false)
    for (blocks, perGroup) in [(UInt64.max >> 1, UInt32.max), (.max, 8192), (1 << 62, 256), (1 << 50, 1), (8192, 0)] {
      var bad = good
      bad[0x60, as: UInt32.self] |= 0x80
      bad[0x04, as: UInt32.self] = UInt32(truncatingIfNeeded: blocks)
      bad[0x150, as: UInt32.self] = UInt32(truncatingIfNeeded: blocks >> 32)
      bad[0x20, as: UInt32.self] = perGroup
      #expect(bad.superblockGroups == nil, "\(blocks) blocks, \(perGroup) a group")
    }
  }

  @Test("Nothing is stamped over what is there already")
  func neverTwice() async throws {
    let template = try ExtTemplate.capture(await formatted(Recipe("ext2", 64)))
    let identity = ExtIdentity(uuid: .random(), time: 1)
    let clone = try stamped(template, "clone", identity)
    let error = #expect(throws: HostError.self) { try template.stamp(identity, onto: clone) }
    #expect(error?.code == .exists)
  }

  @Test("A UUID is read and written as libblkid writes it; anything else is none")
  func uuids() throws {
    let text = "0123abcd-4567-89ef-0000-ffffffffffff"
    #expect(FilesystemUUID(text)?.description == text)
    #expect(FilesystemUUID(text.uppercased())?.description == text)
    #expect(FilesystemUUID.random() != FilesystemUUID.random())
    for wrong in [
      "", "0123abcd", text + "0", "0123abcd-4567-89ef-0000-fffffffffffg", "0123abcd456789ef0000ffffffffffff",
      "+123abcd-4567-89ef-0000-ffffffffffff",
    ] {
      #expect(FilesystemUUID(wrong) == nil, "\(wrong)")
    }
  }
}
