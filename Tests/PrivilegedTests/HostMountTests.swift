// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import SystemPackage
import Testing

@testable import LinuxStorage

@Suite(.privileged, .serialized) struct HostMountTests {
  let bench: HostBench
  var host: LinuxHost { bench.host }

  init() throws { bench = try HostBench() }

  /// An image mounted at a new directory.
  func mounted(
    _ name: String = "volume", type: String = "ext4", options: MountOptions = MountOptions()
  ) async throws -> (image: SparseFile, loop: LoopDevice, target: FilePath) {
    let megabytes: Int64 = type == "xfs" || type == "btrfs" ? 400 : 64
    let image = try await bench.image(name + ".img", type: type, megabytes: megabytes)
    let loop = try bench.attach(image)
    let target = try bench.target(name)
    try host.mount(type, from: loop.path, at: target, options: options)
    return (image, loop, target)
  }

  @Test(
    "A mounted image is writable, is in the table, and its device goes with the last unmount",
    arguments: ["ext2", "ext3", "ext4", "xfs", "btrfs"])
  func mountsEach(type: String) async throws {
    let (image, loop, target) = try await mounted(type: type)
    let entry = try #require(try host.mount(at: target))
    #expect(entry.target == target)
    #expect(entry.type == type)
    #expect(entry.source == loop.path.string)
    #expect(entry.root == "/")
    #expect(entry.isReadOnly == false)
    #expect(Set(entry.options).isSuperset(of: ["rw", "nosuid", "nodev"]))
    if type.hasPrefix("ext") { #expect(entry.device == loop.number) }
    #expect(try host.mounts().filter { $0.target == target } == [entry])
    #expect(try host.isIdle(blockDevice: loop.path) == false)
    try Directory.open(target).replaceFile("greeting", with: Array("hello".utf8))
    #expect(try host.usage(at: target).totalBytes < 500 << 20)
    try host.unmount(target, lazily: false)
    #expect(try host.mount(at: target) == nil)
    #expect(try bench.waitUntilDetached(image))
  }

  @Test("What was written is there when the image is mounted again")
  func keepsData() async throws {
    let (image, _, target) = try await mounted()
    try Directory.open(target).replaceFile("greeting", with: Array("hello".utf8))
    try host.unmount(target, lazily: false)
    #expect(try bench.waitUntilDetached(image))
    let again = try bench.attach(image)
    try host.mount("ext4", from: again.path, at: target, options: MountOptions(readOnly: true))
    #expect(try host.mount(at: target)?.isReadOnly == true)
    let directory = try Directory.open(target)
    #expect(try directory.readFile("greeting") == Array("hello".utf8))
    let error = #expect(throws: HostError.self) { try directory.makeDirectory("new") }
    #expect(error?.code == .readOnly)
  }

  @Test("A filesystem option that the kernel does not know is told in the kernel's own words, and nothing is mounted")
  func badOption() async throws {
    let image = try await bench.image()
    let loop = try bench.attach(image)
    let target = try bench.target("volume")
    let error = #expect(throws: HostError.self) {
      try host.mount("ext4", from: loop.path, at: target, options: MountOptions(filesystem: ["bogus=1"]))
    }
    #expect(error?.code == .invalid)
    #expect(error?.message.contains("Unknown parameter 'bogus'") == true)
    #expect(try host.mount(at: target) == nil)
    try host.mount("ext4", from: loop.path, at: target, options: MountOptions(filesystem: ["errors=remount-ro"]))
    #expect(try #require(try host.mount(at: target)).options.contains("errors=remount-ro"))
  }

  @Test("An unknown filesystem, a wrong one, a missing device and a missing target each have their own meaning")
  func meanings() async throws {
    let image = try await bench.image()
    let loop = try bench.attach(image)
    let target = try bench.target("volume")
    func code(_ type: String, _ source: FilePath, _ target: FilePath) -> HostError.Code? {
      do throws(HostError) {
        try host.mount(type, from: source, at: target, options: MountOptions())
        return nil
      } catch {
        return error.code
      }
    }
    #expect(code("nosuchfs", loop.path, target) == .unsupported)
    #expect(code("xfs", loop.path, target) == .invalid)
    #expect(code("ext4", "/dev/nosuchdevice", target) == .notFound)
    #expect(code("ext4", loop.path, bench.root.path.appending("missing")) == .notFound)
    #expect(symlink(target.string, bench.root.path.appending("link").string) == 0)
    #expect(code("ext4", loop.path, bench.root.path.appending("link")) == .notFound)
    #expect(try host.mounts().contains { $0.target.starts(with: bench.root.path) } == false)
  }

  @Test("A bind mount has its own options, and neither the source's nor the target's path is resolved again")
  func binds() async throws {
    let (_, loop, target) = try await mounted()
    let volume = try Directory.open(target)
    try volume.makeDirectory("data")
    try volume.directory("data").replaceFile("greeting", with: Array("hello".utf8))
    try bench.root.makeDirectory("pod")
    let source = try bench.root.handle("volume/data", crossingMounts: true)
    let place = try bench.root.directory("pod")
    // Whoever swaps the names now is too late.
    try bench.root.rename("pod", as: "moved")
    #expect(symlink("/etc", bench.root.path.appending("pod").string) == 0)
    try host.bind(source, to: place, options: MountOptions(readOnly: true, noExec: true, noAccessTime: true))
    let moved = bench.root.path.appending("moved")
    let entry = try #require(try host.mount(at: moved))
    #expect(entry.root == "/data")
    #expect(entry.device == loop.number)
    #expect(entry.isReadOnly)
    #expect(Set(entry.options).isSuperset(of: ["nosuid", "nodev", "noexec", "noatime"]))
    #expect(try host.mount(at: target)?.isReadOnly == false)
    #expect(try Directory.open(moved).readFile("greeting") == Array("hello".utf8))
    let error = #expect(throws: HostError.self) { try Directory.open(moved).makeDirectory("x") }
    #expect(error?.code == .readOnly)
    #expect(try host.mount(at: "/etc") == nil)
    try host.unmount(moved, lazily: false)
  }

  @Test("The device stays while a bind mount is left, and goes with it")
  func bindKeepsDevice() async throws {
    let (image, loop, target) = try await mounted()
    let pod = try bench.target("pod")
    try host.bind(bench.root.handle("volume", crossingMounts: true), to: bench.root.handle("pod"))
    try host.unmount(target, lazily: false)
    #expect(try bench.loops(of: image) == [loop])
    try host.unmount(pod, lazily: false)
    #expect(try bench.waitUntilDetached(image))
  }

  @Test("A mount with an open file, or with a mount beneath it, is busy; unmounting what is not mounted is notFound")
  func busy() async throws {
    let (image, _, target) = try await mounted()
    do {
      let open = try SparseFile.create("open", in: Directory.open(target))
      let error = #expect(throws: HostError.self) { try host.unmount(target, lazily: false) }
      #expect(error?.code == .busy)
      #expect(error?.message.contains(target.string) == true)
      withExtendedLifetime(open) {}
    }
    let none = #expect(throws: HostError.self) { try host.unmount(bench.root.path, lazily: false) }
    #expect(none?.code == .notFound)
    try host.unmount(target, lazily: false)
    #expect(try bench.waitUntilDetached(image))
  }

  @Test("A link to a mount is never followed to unmount it")
  func unmountsNoLink() async throws {
    let (_, loop, target) = try await mounted()
    let link = bench.root.path.appending("link")
    #expect(symlink(target.string, link.string) == 0)
    #expect(throws: HostError.self) { try host.unmount(link, lazily: true) }
    #expect(try host.mount(at: link) == nil)
    #expect(try host.mount(at: target)?.device == loop.number)
  }

  @Test("Mounts on top of each other come off one by one, the topmost is the one that is told")
  func stacks() async throws {
    let (_, first, target) = try await mounted()
    let image = try await bench.image("second.img")
    let second = try bench.attach(image)
    try host.mount("ext4", from: second.path, at: target, options: MountOptions())
    #expect(try host.mount(at: target)?.device == second.number)
    #expect(try host.mounts().filter { $0.target == target }.map(\.device) == [first.number, second.number])
    try host.unmount(target, lazily: false)
    #expect(try host.mount(at: target)?.device == first.number)
    try host.unmount(target, lazily: false)
    #expect(try host.mount(at: target) == nil)
  }

  @Test("Nothing is mounted at a missing path, a plain directory, or a directory inside a mount")
  func notMounted() async throws {
    let (_, _, target) = try await mounted()
    try Directory.open(target).makeDirectory("inside")
    for path in [bench.root.path.appending("missing"), bench.root.path, target.appending("inside")] {
      #expect(try host.mount(at: path) == nil, "\(path)")
    }
    #expect(try host.mount(at: "/proc")?.type == "proc")
  }

  @Test("One mount is told alike by statmount and, as on older kernels, by its number in the mount table")
  func agree() async throws {
    let (_, _, target) = try await mounted(options: MountOptions(noExec: true, noAccessTime: true))
    let readOnly = try bench.target("read-only")
    try host.bind(
      bench.root.handle("volume", crossingMounts: true), to: bench.root.handle("read-only"),
      options: MountOptions(readOnly: true))
    for path in [target, readOnly, "/proc", "/"] {
      let asked = try #require(try host.mount(at: path))
      #expect(try MountTable.byNumber(FileMetadata.of(path).mountID) == asked)
      #expect(try host.mounts().last { $0.target == path } == asked)
      if let quick = try MountTable.byStatmount(path) { #expect(quick == asked) }
    }
  }

  @Test("A recursive delete stops at a mount, whose content stays")
  func deleteStopsAtMount() async throws {
    try bench.root.makeDirectory("trash")
    let loop = try bench.attach(await bench.image())
    try bench.root.directory("trash").makeDirectory("volume")
    let target = bench.root.path.appending("trash/volume")
    try host.mount("ext4", from: loop.path, at: target, options: MountOptions())
    try Directory.open(target).replaceFile("precious", with: [1])
    try bench.root.directory("trash").makeDirectories("a/b").replaceFile("file", with: [1])
    let error = #expect(throws: HostError.self) { try bench.root.removeTree("trash") }
    #expect(error?.code == .busy)
    #expect(try Directory.open(target).readFile("precious") == [1])
    #expect(throws: HostError.self) { try bench.root.directory("trash/volume") }
    try host.unmount(target, lazily: false)
    try bench.root.removeTree("trash")
    #expect(try bench.root.metadata(of: "trash") == nil)
  }

  @Test("An immutable directory takes no file, but takes a mount, and is removed with its tree")
  func immutable() async throws {
    let (_, _, target) = try await mounted()
    let volume = try Directory.open(target)
    try volume.makeDirectory("point", mode: 0)
    let point = try volume.directory("point")
    #expect(try point.setImmutable(true))
    #expect(throws: HostError.self) { try point.makeDirectory("x") }
    try volume.makeDirectory("other")
    try host.bind(volume.directory("other"), to: point)
    #expect(try host.mount(at: target.appending("point")) != nil)
    try host.unmount(target.appending("point"), lazily: false)
    #expect(throws: HostError.self) { try volume.removeDirectory("point") }
    try volume.removeTree("point")
    #expect(try volume.metadata(of: "point") == nil)
  }
}
