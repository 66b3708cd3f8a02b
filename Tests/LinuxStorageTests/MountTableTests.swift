// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import SystemPackage
import Testing

@testable import LinuxStorage

@Suite struct MountTableTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  func read(_ lines: String) throws -> [NumberedMount] {
    try scratch.root.replaceFile("mountinfo", with: Array(lines.utf8))
    return try MountTable.read(scratch.root.path.appending("mountinfo").string)
  }

  @Test("A line of mountinfo is read whole: escapes, optional fields, a bind mount's root")
  func lines() throws {
    let table = try read(
      """
      27 1 254:0 / / rw,relatime shared:1 - ext4 /dev/vda rw,discard
      91 27 7:3 /data\\040dir /srv/with\\040space\\134and\\011tab ro,nosuid,nodev master:2 propagate_from:1 - ext3 /dev/loop3 rw,errors=remount-ro

      """)
    #expect(table.map(\.id) == [27, 91])
    #expect(
      table[0].entry
        == MountEntry(
          target: "/", device: DeviceNumber(major: 254, minor: 0), root: "/", type: "ext4", source: "/dev/vda",
          isReadOnly: false, options: ["rw", "relatime", "discard"]))
    #expect(
      table[1].entry
        == MountEntry(
          target: "/srv/with space\\and\ttab", device: DeviceNumber(major: 7, minor: 3), root: "/data dir",
          type: "ext3",
          source: "/dev/loop3", isReadOnly: true, options: ["ro", "nosuid", "nodev", "errors=remount-ro"]))
  }

  @Test("A filesystem that became read-only makes its mount read-only")
  func readOnlyFilesystem() throws {
    let table = try read("91 27 7:3 / /srv rw,nosuid - ext4 /dev/loop3 ro\n")
    #expect(table.first?.entry.isReadOnly == true)
    #expect(table.first?.entry.options == ["ro", "nosuid"])
  }

  @Test("A missing table is an error, never an empty one")
  func missing() throws {
    let error = #expect(throws: HostError.self) { try MountTable.read("/proc/0/mountinfo") }
    #expect(error?.code == .notFound)
  }

  @Test("The kernel's own table has the root, and asking for it alone gives the same")
  func own() throws {
    let root = try MountTable.read("/proc/self/mountinfo").last { $0.entry.target == "/" }
    #expect(root != nil)
    #expect(try MountTable.topmost(at: "/") == root?.entry)
    #expect(try MountTable.topmost(at: scratch.root.path) == nil)
    #expect(try MountTable.topmost(at: "/nonexistent/path") == nil)
  }

  @Test("The checksum is Castagnoli's")
  func checksum() {
    #expect(~CRC32C.of("123456789".utf8) == 0xE306_9283)
  }
}
