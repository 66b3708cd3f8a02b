// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage
import Testing

@Suite struct FakeHostTests {
  let scratch: Scratch
  let host = FakeHost()
  let image: SparseFile
  var root: Directory { scratch.root }

  init() throws {
    scratch = try Scratch()
    image = try SparseFile.create("image", in: scratch.root)
    for name in ["volume", "pod", "other"] { try scratch.root.makeDirectory(name) }
    try scratch.root.directory("volume").makeDirectory("data")
  }

  func path(_ name: String) -> FilePath { root.path.appending(name) }

  func mountVolume() throws -> LoopDevice {
    let loop = try host.attachLoop(image)
    try host.mount(
      "ext4", from: loop.path, at: path("volume"), options: MountOptions(filesystem: ["errors=remount-ro"]))
    return loop
  }

  @Test("An image is found by its identity, and may be attached twice, as with the kernel")
  func attaches() throws {
    let first = try host.attachLoop(image)
    let second = try host.attachLoop(image)
    #expect(first.number != second.number)
    #expect(try first.backing == image.identity())
    #expect(try host.findLoop(backing: image.identity()) == first)
    #expect(host.loopTable == [first, second])
    try host.detachLoop(first)
    #expect(try host.attachLoop(image).number == first.number)
  }

  @Test("A mounted device is in the table with its options, is not idle, and goes with the last mount")
  func autoclears() throws {
    let loop = try mountVolume()
    let entry = try #require(try host.mount(at: path("volume")))
    #expect(entry.device == loop.number && entry.source == loop.path.string && entry.root == "/")
    #expect(entry.options == ["rw", "nosuid", "nodev", "errors=remount-ro"])
    #expect(try host.isIdle(blockDevice: loop.path) == false)
    try host.bind(root.handle("volume/data"), to: root.handle("pod"), options: MountOptions(readOnly: true))
    let bound = try #require(try host.mount(at: path("pod")))
    #expect(bound.device == loop.number && bound.root == "/data" && bound.isReadOnly)
    try host.unmount(path("volume"), lazily: false)
    #expect(host.loopTable == [loop])
    try host.unmount(path("pod"), lazily: false)
    #expect(host.loopTable.isEmpty && host.mountTable.isEmpty)
  }

  @Test("A bind mount of something that is on no mount of the table keeps its path and device")
  func bindsPlain() throws {
    try host.bind(root.handle("volume"), to: root.handle("pod"))
    #expect(host.mountTable.map(\.root) == [path("volume")])
    #expect(try host.mountTable.map(\.device) == [root.identity().device])
  }

  @Test("A mount with another beneath it, or that somebody holds, is busy")
  func busy() throws {
    _ = try mountVolume()
    try host.bind(root.handle("other"), to: root.handle("volume/data"))
    let covered = #expect(throws: HostError.self) { try host.unmount(path("volume"), lazily: false) }
    #expect(covered?.code == .busy && covered?.errno == EBUSY)
    try host.unmount(path("volume/data"), lazily: false)
    let holder = MountHolder(pid: 42, command: "postgres", kind: .openFile, path: "/x")
    host.hold(.path(path("volume")), by: [holder])
    #expect(throws: HostError.self) { try host.unmount(path("volume"), lazily: false) }
    #expect(try host.holders(of: .device(DeviceNumber(major: 7, minor: 0))) == [holder])
    host.hold(.path(path("volume")), by: [])
    try host.unmount(path("volume"), lazily: false)
    #expect(host.loopTable.isEmpty)
  }

  @Test("Of those who hold a mount, only other mount namespaces are told as such")
  func namespaces() throws {
    let process = MountHolder(pid: 42, command: "postgres", kind: .openFile, path: "/x")
    let container = MountHolder(pid: 43, command: "runc", kind: .mountNamespace, path: "/y")
    host.hold(.path(path("volume")), by: [process, container])
    #expect(try host.otherNamespaces(holding: .path(path("volume"))) == [container])
    #expect(try host.holders(of: .path(path("volume"))) == [process, container])
    #expect(try host.otherNamespaces(holding: .path(path("pod"))) == [])
  }

  @Test("A lazy unmount takes what is beneath along")
  func lazily() throws {
    _ = try mountVolume()
    try host.bind(root.handle("other"), to: root.handle("volume/data"))
    try host.unmount(path("volume"), lazily: true)
    #expect(host.mountTable.isEmpty && host.loopTable.isEmpty)
  }

  @Test("Detaching a mounted device waits for its last user; one that is not attached is notFound")
  func detaches() throws {
    let loop = try host.attachLoop(image, options: LoopOptions(autoclear: false))
    try host.mount("ext4", from: loop.path, at: path("volume"), options: MountOptions())
    try host.detachLoop(loop)
    #expect(host.loopTable.count == 1)
    try host.unmount(path("volume"), lazily: false)
    #expect(host.loopTable.isEmpty)
    let error = #expect(throws: HostError.self) { try host.detachLoop(loop) }
    #expect(error?.code == .notFound)
  }

  @Test("Without autoclear a device stays until it is detached")
  func stays() throws {
    let loop = try host.attachLoop(image, options: LoopOptions(autoclear: false))
    try host.mount("ext4", from: loop.path, at: path("volume"), options: MountOptions())
    try host.unmount(path("volume"), lazily: false)
    host.crash()
    #expect(host.loopTable == [loop])
  }

  @Test("A crash takes devices that were not mounted yet, a reboot takes everything")
  func crashes() throws {
    let mounted = try mountVolume()
    _ = try host.attachLoop(image)
    host.crash()
    #expect(host.loopTable == [mounted])
    host.reboot()
    #expect(host.loopTable.isEmpty && host.mountTable.isEmpty)
  }

  @Test("The call that a test names fails, before or after its effect, and the next one works again")
  func failures() throws {
    let error = HostError(.noSpace, "no space", errno: ENOSPC)
    host.fail(.attachLoop, onCall: 2, with: error)
    _ = try host.attachLoop(image)
    #expect(throws: error) { try host.attachLoop(image) }
    #expect(host.loopTable.count == 1)
    host.fail(.attachLoop, with: error, afterEffect: true)
    #expect(throws: error) { try host.attachLoop(image) }
    #expect(host.loopTable.count == 2)
    _ = try host.attachLoop(image)
    #expect(host.calls(of: .attachLoop) == 4)
  }

  @Test("There are no more loop devices than the test permits")
  func limit() throws {
    host.limitLoops(to: 1)
    _ = try host.attachLoop(image)
    let error = #expect(throws: HostError.self) { try host.attachLoop(image) }
    #expect(error?.code == .limit)
  }

  @Test("Usage is the real one, or what the test sets for a path and everything beneath")
  func usage() throws {
    #expect(try host.usage(at: root.path).totalBytes > 0)
    let full = FilesystemUsage(totalBytes: 10, availableBytes: 0, usedBytes: 10, totalInodes: 1, freeInodes: 0)
    host.setUsage(full, at: root.path)
    #expect(try host.usage(at: path("volume")) == full)
    #expect(try host.usage(at: "/") != full)
  }

  @Test("The signature is read from the real file")
  func signature() async throws {
    try image.truncate(to: 64 << 20)
    #expect(try host.signature(at: image.path, expected: nil) == nil)
    let uuid = "0123abcd-4567-89ef-0000-ffffffffffff"
    try await ProgramRunner().require("mkfs.ext3", ["-q", "-F", "-U", uuid, image.path.string])
    #expect(try host.signature(at: image.path, expected: nil) == FilesystemSignature(type: "ext3", uuid: uuid))
    let missing = #expect(throws: HostError.self) { try host.signature(at: path("missing"), expected: nil) }
    #expect(missing?.code == .notFound)
  }
}
