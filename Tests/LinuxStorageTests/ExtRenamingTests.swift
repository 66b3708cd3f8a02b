// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import SystemPackage
import Testing

@testable import LinuxStorage

@Suite("A new name for an ext filesystem")
struct ExtRenamingTests {
  @Test(
    "Every superblock gets it, the hash seed stays, and e2fsck finds nothing",
    arguments: [
      ["-t", "ext4", "-O", "metadata_csum,metadata_csum_seed,meta_bg,^resize_inode"], ["-t", "ext3"], ["-t", "ext2"],
    ])
  func rename(_ arguments: [String]) async throws {
    let scratch = try Scratch()
    let file = try SparseFile.create("image", in: scratch.root)
    try file.truncate(to: 1 << 30)
    let programs = ProgramRunner()
    try await programs.require("mkfs.ext4", ["-q", "-F", "-b", "4096"] + arguments + [file.path.string])
    let before = try ExtSuperblock.read(file)
    let uuid = FilesystemUUID.random()
    for _ in 0..<2 { try ExtSuperblock.rename(file, to: uuid) }
    let after = try ExtSuperblock.read(file)
    #expect(after.uuid == uuid && before.uuid != uuid)
    #expect(Array(after.bytes[0xEC..<0xFC]) == Array(before.bytes[0xEC..<0xFC]))
    let groups = try #require(after.superblockGroups)
    #expect(groups.count > 2)
    for group in groups {
      let bytes = try file.read(at: after.offset(ofGroup: group), count: ExtSuperblock.length)
      let backup = try ExtSuperblock(bytes, described: "group \(group)")
      #expect(backup.uuid == uuid && backup.group == group)
    }
    try await programs.require("e2fsck", ["-fn", file.path.string])
  }

  @Test("One whose journal must be replayed is refused, and so is one whose checksums depend on the name")
  func refused() async throws {
    let scratch = try Scratch()
    let file = try SparseFile.create("image", in: scratch.root)
    try file.truncate(to: 64 << 20)
    let programs = ProgramRunner()
    try await programs.require(
      "mkfs.ext4", ["-q", "-F", "-O", "metadata_csum,^metadata_csum_seed", file.path.string])
    let seedless = #expect(throws: HostError.self) { try ExtSuperblock.rename(file, to: .random()) }
    #expect(seedless?.code == .unsupported)
    try await programs.require("mkfs.ext4", ["-q", "-F", "-t", "ext3", file.path.string])
    try await programs.require("debugfs", ["-w", "-R", "feature needs_recovery", file.path.string])
    let dirty = #expect(throws: HostError.self) { try ExtSuperblock.rename(file, to: .random()) }
    #expect(dirty?.code == .invalid && dirty?.message.contains("e2fsck -p") == true)
  }

  @Test("A copy has the length and the data of its source, and no zeros of its own")
  func copyData() throws {
    let scratch = try Scratch()
    let source = try SparseFile.create("source", in: scratch.root)
    try source.truncate(to: 50 << 20)
    try source.write([UInt8](repeating: 7, count: 5000), at: 123_456)
    try source.writeZeros(10 << 20..<14 << 20)
    try source.write([9], at: (50 << 20) - 1)
    let copy = try SparseFile.create("copy", in: scratch.root)
    var last: (Int64, Int64) = (0, 0)
    try copy.copyData(of: source) { last = ($0, $1) }
    #expect(last.0 == last.1 && last.0 >= 4 << 20)
    #expect(try copy.size() == source.size())
    #expect(try copy.read(at: 0, count: 1 << 20) == source.read(at: 0, count: 1 << 20))
    #expect(try copy.read(at: (50 << 20) - 1, count: 1) == [9])
    #expect(try copy.allocatedBytes() < 1 << 20)
    #expect(try source.allocatedBytes() >= 4 << 20)
    #expect(throws: HostError.self) { try copy.copyData(of: source) { _, _ in } }
  }
}
