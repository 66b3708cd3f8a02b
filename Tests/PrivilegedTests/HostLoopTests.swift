// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage
import Testing

@Suite(.privileged, .serialized) struct HostLoopTests {
  let bench: HostBench
  var host: LinuxHost { bench.host }

  init() throws { bench = try HostBench() }

  @Test("An attached image has the options that were asked for, and the image's identity")
  func attaches() async throws {
    let image = try await bench.image()
    let loop = try bench.attach(image)
    #expect(try loop.backing == image.identity())
    #expect(loop.options == LoopOptions())
    #expect(try FileMetadata.of(loop.path).special == loop.number)
    #expect(try bench.loops(of: image) == [loop])
    #expect(try host.findLoop(backing: image.identity()) == loop)
    #expect(try host.isIdle(blockDevice: loop.path))
    try host.detachLoop(loop)
    #expect(try bench.waitUntilDetached(image))
    #expect(try host.findLoop(backing: image.identity()) == nil)
  }

  @Test(
    "Whether a device has the image is told, whoever attached it, and whoever else has it open",
    arguments: [LoopOptions(), LoopOptions(autoclear: false, readOnly: true)])
  func findsByImage(options: LoopOptions) async throws {
    let image = try await bench.image()
    #expect(try host.loop(backedBy: image) == nil)
    let reader = try SparseFile.open(image.path.lastComponent?.string ?? "", in: bench.root)
    #expect(try host.loop(backedBy: image) == nil)
    #expect(try host.loop(backedBy: reader) == nil)
    let loop = try bench.attach(image, options)
    #expect(try host.loop(backedBy: reader) == loop)
    try host.detachLoop(loop)
    #expect(try bench.waitUntilDetached(image))
    #expect(try host.loop(backedBy: reader) == nil)
  }

  @Test(
    "The kernel grants each combination of options",
    arguments: [
      LoopOptions(autoclear: false), LoopOptions(directIO: false), LoopOptions(blockSize: 512),
      LoopOptions(readOnly: true), LoopOptions(autoclear: false, directIO: false, blockSize: 512, readOnly: true),
    ])
  func grants(options: LoopOptions) async throws {
    let image = try await bench.image()
    let loop = try bench.attach(image, options)
    #expect(loop.options == options)
    #expect(try bench.loops(of: image) == [loop])
    try host.detachLoop(loop)
    #expect(try bench.waitUntilDetached(image))
  }

  @Test("Where direct I/O is not possible the device is buffered, and says so")
  func fallsBack() async throws {
    // Direct I/O needs the image's blocks to be no smaller than the device's: a filesystem on a 4096-byte loop asks for more
    // than a loop of 512-byte blocks above it.
    let outer = try await bench.image("outer", megabytes: 128)
    let loop = try bench.attach(outer, LoopOptions(blockSize: 4096))
    let target = try bench.target("outer.d")
    try host.mount("ext4", from: loop.path, at: target, options: MountOptions())
    do {
      let inner = try SparseFile.create("inner", in: Directory.open(target))
      try inner.truncate(to: 8 << 20)
      try inner.sync()
      let nested = try bench.attach(inner, LoopOptions(directIO: true, blockSize: 512))
      #expect(nested.options.directIO == false)
      #expect(nested.options.blockSize == 512)
      try host.detachLoop(nested)
      #expect(try bench.waitUntilDetached(inner))
    }
    try host.unmount(target, lazily: false)
  }

  @Test("The kernel attaches one image twice, so that whoever attaches must look first")
  func attachesTwice() async throws {
    let image = try await bench.image()
    let first = try bench.attach(image)
    let second = try bench.attach(image)
    #expect(first.number != second.number)
    #expect(try Set(bench.loops(of: image)) == [first, second])
    try host.detachLoop(second)
    #expect(try bench.waitUntilDetached(image, but: [first]))
    try host.detachLoop(first)
  }

  @Test("A lock on the image lives as long as the device, not as long as the descriptor that was locked")
  func lockLivesOn() async throws {
    let made = try await bench.image()
    let loop: LoopDevice
    do {
      let locked = try SparseFile.open("image", in: bench.root, writable: true)
      #expect(try locked.tryLock(.exclusive))
      loop = try bench.attach(locked)
    }
    #expect(try made.tryLock(.exclusive) == false)
    try host.detachLoop(loop)
    #expect(try bench.waitUntilDetached(made))
    #expect(try made.tryLock(.exclusive))
  }

  @Test("Detaching leaves alone a device that has another image by now")
  func detachesOnlyItsOwn() async throws {
    let image = try await bench.image()
    let loop = try bench.attach(image)
    let stale = LoopDevice(
      path: loop.path, number: loop.number,
      backing: FileIdentity(device: loop.backing.device, inode: loop.backing.inode + 1), options: loop.options)
    let error = #expect(throws: HostError.self) { try host.detachLoop(stale) }
    #expect(error?.code == .notFound)
    #expect(try bench.loops(of: image).count == 1)
    try host.detachLoop(loop)
    #expect(try bench.waitUntilDetached(image))
    let again = #expect(throws: HostError.self) { try host.detachLoop(loop) }
    #expect(again?.code == .notFound)
  }

  @Test("An autoclear device that is never mounted vanishes with its host object")
  func vanishes() async throws {
    let image = try await bench.image()
    do {
      let other = LinuxHost()
      _ = try other.attachLoop(image)
      #expect(try bench.loops(of: image).count == 1)
    }
    #expect(try bench.waitUntilDetached(image))
  }

  @Test("Missing device nodes are made where no devtmpfs makes them")
  func makesNodes() async throws {
    let image = try await bench.image()
    let devices = try bench.target("dev")
    #expect(symlink("/dev/loop-control", devices.appending("loop-control").string) == 0)
    let inside = LinuxHost(devices: devices)
    let loop = try inside.attachLoop(image)
    #expect(loop.path.starts(with: devices))
    #expect(try FileMetadata.of(loop.path).special == loop.number)
    try inside.detachLoop(loop)
  }

  @Test("Without /dev/loop-control the error names the remedy")
  func noControl() async throws {
    let image = try await bench.image()
    let nowhere = LinuxHost(devices: try bench.target("dev"))
    let error = #expect(throws: HostError.self) {
      try nowhere.attachLoop(image)
    }
    #expect(error?.code == .notFound)
    #expect(error?.message.contains("modprobe loop") == true)
  }

  @Test("Thirty-two threads attach at once, each gets a device of its own")
  func attachesAtOnce() async throws {
    let images = try (0..<32).map { index in
      let file = try SparseFile.create("image\(index)", in: bench.root)
      try file.truncate(to: 1 << 20)
      return file
    }
    let loops = try await withThrowingTaskGroup(of: LoopDevice.self) { group in
      for image in images {
        group.addTask { [host] in try host.attachLoop(image) }
      }
      return try await group.reduce(into: []) { $0.append($1) }
    }
    #expect(Set(loops.map(\.number)).count == 32)
    #expect(try Set(loops.map(\.backing)) == Set(images.map { try $0.identity() }))
    for loop in loops { try host.detachLoop(loop) }
    for image in images { #expect(try bench.waitUntilDetached(image)) }
  }
}
