// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage
import Testing

@Suite(.privileged, .serialized) struct HostThinTests {
  let bench: HostBench
  var host: LinuxHost { bench.host }

  init() throws { bench = try HostBench() }

  @Test("What was written and removed in a volume is given back to the disk by a trim", arguments: ["ext3", "ext4"])
  func trims(type: String) async throws {
    let image = try await bench.image(type: type, megabytes: 400)
    let loop = try bench.attach(image)
    let target = try bench.target("volume")
    try host.mount(type, from: loop.path, at: target, options: MountOptions())
    let volume = try Directory.open(target)
    let before = try image.allocatedBytes()
    try volume.replaceFile("ballast", with: [UInt8](repeating: 1, count: 100 << 20))
    #expect(try image.allocatedBytes() >= before + 100 << 20)
    try volume.unlink("ballast")
    try volume.syncFilesystem()
    #expect(try volume.trimFilesystem() >= 100 << 20)
    // All but the journal, which is never thin again once it was used.
    #expect(try image.allocatedBytes() < before + 20 << 20)
    let unsupported = #expect(throws: HostError.self) { try Directory.open("/proc").trimFilesystem() }
    #expect(unsupported?.code == .unsupported)
  }

  @Test("An image that has grown is told to its device")
  func grows() async throws {
    let image = try await bench.image()
    let loop = try bench.attach(image)
    try image.truncate(to: 128 << 20)
    try host.rereadSize(of: loop)
    let blocks = try SparseFile.open(
      "size", in: Directory.open(FilePath("/sys/block/loop\(loop.number.minor)")))
    #expect(String(decoding: try blocks.read(at: 0, count: 16), as: UTF8.self) == "\((128 << 20) / 512)\n")
    try host.detachLoop(loop)
  }

  @Test("A thick image on a full disk is refused with noSpace, and the disk is as empty as before")
  func fullDisk() async throws {
    let loop = try bench.attach(try await bench.image(megabytes: 64))
    let target = try bench.target("volume")
    try host.mount("ext4", from: loop.path, at: target, options: MountOptions())
    let volume = try Directory.open(target)
    let before = try host.usage(at: target).availableBytes
    let file = try SparseFile.create("image", in: volume)
    try file.truncate(to: 128 << 20)
    let refused = #expect(throws: HostError.self) { try file.allocate() }
    #expect(refused?.code == .noSpace)
    #expect(try host.usage(at: target).availableBytes == before)
    let written = #expect(throws: HostError.self) { try file.writeZeros(0..<(128 << 20)) }
    #expect(written?.code == .noSpace)
    let record = #expect(throws: HostError.self) {
      try volume.replaceFile("record", with: [UInt8](repeating: 1, count: 1 << 20))
    }
    #expect(record?.code == .noSpace)
    #expect(try volume.entries().filter { $0 != "lost+found" } == ["image"])
  }
}
