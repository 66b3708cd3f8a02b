// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage
import Testing

@Suite struct SparseFileTests {
  let scratch: Scratch
  var root: Directory { scratch.root }

  init() throws { scratch = try Scratch() }

  func file(_ megabytes: Int64) throws -> SparseFile {
    let file = try SparseFile.create("image", in: root)
    try file.truncate(to: megabytes << 20)
    return file
  }

  @Test("A file that was only made long takes nothing, and has no extents")
  func allHole() throws {
    let file = try file(1024)
    #expect(try file.size() == 1 << 30)
    #expect(try file.allocatedBytes() == 0)
    #expect(try file.extents() == [])
    #expect(try file.read(at: 1 << 29, count: 3) == [0, 0, 0])
  }

  @Test("Extents are exactly the blocks that were written, the last one cut at the end of the file")
  func extents() throws {
    let file = try file(8)
    try file.write([1], at: 0)
    try file.write([UInt8](repeating: 2, count: 8192), at: 1 << 20)
    try file.truncate(to: (8 << 20) + 1)
    try file.write([3], at: 8 << 20)
    #expect(try file.extents() == [0..<4096, (1 << 20)..<((1 << 20) + 8192), (8 << 20)..<((8 << 20) + 1)])
  }

  @Test("Allocated thick without writing, every block is there, and it still reads as zeros")
  func allocates() throws {
    let file = try file(8)
    try file.write([9], at: 5 << 20)
    try file.allocate()
    #expect(try file.allocatedBytes() >= 8 << 20)
    #expect(try file.read(at: 5 << 20, count: 2) == [9, 0])
    #expect(try file.size() == 8 << 20)
  }

  @Test("Filled with zeros, every block is written and what was there stays")
  func fills() throws {
    let file = try file(3)
    try file.write([9], at: 1 << 20)
    try file.truncate(to: (3 << 20) + 100)
    try file.fillHoles()
    #expect(try file.extents() == [0..<((3 << 20) + 100)])
    #expect(try file.allocatedBytes() >= 3 << 20)
    #expect(try file.read(at: 1 << 20, count: 2) == [9, 0])
  }

  @Test("A hole gives its blocks back and reads as zeros")
  func punches() throws {
    let file = try file(4)
    try file.fillHoles()
    try file.write([1, 2, 3], at: 2 << 20)
    try file.punchHole((1 << 20)..<(3 << 20))
    #expect(try file.extents() == [0..<(1 << 20), (3 << 20)..<(4 << 20)])
    #expect(try file.read(at: 2 << 20, count: 3) == [0, 0, 0])
  }

  @Test("A copy has the same bytes and the same holes, also on another filesystem", arguments: ["/tmp", "/dev/shm"])
  func copies(place: String) throws {
    let file = try file(64)
    try file.write([1, 2, 3], at: 40 << 20)
    let other = try Scratch(in: place)
    let copy = try SparseFile.create("copy", in: other.root)
    try copy.write([9, 9, 9, 9], at: 0)
    try copy.copyContent(of: file)
    #expect(try copy.size() == file.size())
    #expect(try copy.extents() == file.extents())
    #expect(try copy.read(at: 0, count: 4) == [0, 0, 0, 0])
    #expect(try copy.read(at: 40 << 20, count: 4) == [1, 2, 3, 0])
  }

  @Test("Reading beyond the end gives what there is")
  func shortRead() throws {
    let file = try file(1)
    #expect(try file.read(at: (1 << 20) - 2, count: 10).count == 2)
    #expect(try file.read(at: 2 << 20, count: 10) == [])
  }

  @Test("A file is never made over another, and opening one that is missing says so")
  func creates() throws {
    _ = try file(1)
    let exists = #expect(throws: HostError.self) { try SparseFile.create("image", in: root) }
    #expect(exists?.code == .exists)
    let missing = #expect(throws: HostError.self) { try SparseFile.open("other", in: root) }
    #expect(missing?.code == .notFound)
    let directory = #expect(throws: HostError.self) { try Directory.open("/").handle("nosuch") }
    #expect(directory?.message.contains("/nosuch") == true)
  }

  @Test(
    "An image larger than the disk is refused with noSpace before anything is taken, whichever way it is to be filled")
  func tooLarge() throws {
    let file = try SparseFile.create("huge", in: root)
    try file.truncate(to: 1 << 43)
    for fill in [SparseFile.allocate, SparseFile.fillHoles] {
      let error = #expect(throws: HostError.self) { try fill(file)() }
      #expect(error?.code == .noSpace)
      #expect(try file.allocatedBytes() == 0)
    }
  }
}
