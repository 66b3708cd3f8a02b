// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import SystemPackage
import Testing
import Volumes

/// What only a real kernel can show of a sandbox: content, owners, nesting, and links that somebody planted.
@Suite("Sandboxes on the real kernel", .privileged, .serialized)
struct VolumeSandboxTests {
  let bench: VolumeBench

  init() async throws {
    bench = try VolumeBench(LinuxHost())
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
  }

  private func write(_ text: String, to path: String) throws {
    try text.write(toFile: path, atomically: false, encoding: .utf8)
  }

  private func read(_ path: String) throws -> String { try String(contentsOfFile: path, encoding: .utf8) }

  private var home: String { bench.layout.state + "/pods/default/pod-1" }

  @Test("Data survives the sandbox, and is seen through every view of it")
  func keepsData() async throws {
    defer { bench.close() }
    let views = [
      SandboxMount(container: "app", mountPath: "/data", volume: "data"),
      SandboxMount(container: "sidecar", mountPath: "/in", volume: "data", subPath: "a/b", readOnly: true),
    ]
    let published = try await bench.volumes.publish(try sandbox(mounts: views))
    try write("hello", to: home + "/containers/app/data/a/b/greeting")
    #expect(try read(home + "/volumes/data/a/b/greeting") == "hello")
    #expect(try read(home + "/containers/sidecar/in/greeting") == "hello")
    #expect(open(home + "/containers/sidecar/in/other", O_CREAT | O_WRONLY, 0o600) == -1 && errno == EROFS)
    try await bench.volumes.unpublish(published.name)
    #expect(try bench.mounts == [])
    #expect(try bench.loops == [])
    let again = try await bench.volumes.publish(try sandbox("pod-2"))
    #expect(try read(again.mounts[0].path + "/a/b/greeting") == "hello")
  }

  @Test("Views nest, shortest path first, whatever their order")
  func nests() async throws {
    defer { bench.close() }
    var request = try sandbox(mounts: [
      SandboxMount(container: "app", mountPath: "/data/inner/deep", volume: "scratch"),
      SandboxMount(container: "app", mountPath: "/data", volume: "data"),
      SandboxMount(container: "app", mountPath: "/data/inner", volume: "data", subPath: "sub"),
    ])
    request.volumes.append(SandboxVolume(name: "scratch", source: .scratch))
    let published = try await bench.volumes.publish(request)
    #expect(published.mounts.count == 5)
    try write("x", to: home + "/containers/app/data/inner/deep/file")
    #expect(try read(home + "/scratch/scratch/file") == "x")
    #expect(try await bench.volumes.publish(request) == published)
    try await bench.volumes.unpublish(published.name)
    try await bench.volumes.delete(VolumeID("vol-1"))
    #expect(try bench.leftovers == [])
  }

  /// A way out that somebody planted in the volume.
  struct Trap: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let link: String
    let mount: SandboxMount
  }

  static let traps: [Trap] = [
    .init(
      testDescription: "subPath is a link", link: "sub",
      mount: .init(container: "c", mountPath: "/m", volume: "data", subPath: "sub")),
    .init(
      testDescription: "subPath leads through a link", link: "sub",
      mount: .init(container: "c", mountPath: "/m", volume: "data", subPath: "sub/below")),
    .init(
      testDescription: "nested mount path is a link", link: "inner",
      mount: .init(container: "c", mountPath: "/data/inner", volume: "scratch")),
    .init(
      testDescription: "nested mount path leads through a link", link: "inner",
      mount: .init(container: "c", mountPath: "/data/inner/below", volume: "scratch")),
  ]

  @Test("A link in a volume leads nowhere", arguments: traps, [false, true])
  func followsNoLink(_ trap: Trap, relative: Bool) async throws {
    defer { bench.close() }
    let victim = bench.root + "/victim"
    #expect(mkdir(victim, 0o700) == 0)
    let first = try await bench.volumes.publish(try sandbox())
    let target = relative ? "../../../../../../../../../.." + victim : victim
    #expect(symlink(target, first.mounts[0].path + "/" + trap.link) == 0)
    var request = try sandbox(mounts: [SandboxMount(container: "c", mountPath: "/data", volume: "data"), trap.mount])
    request.volumes.append(SandboxVolume(name: "scratch", source: .scratch))
    let wrong = request
    let error = await #expect(throws: VolumeError.self) { _ = try await bench.volumes.publish(wrong) }
    #expect(error?.message.contains("links are not followed") == true, "\(error?.message ?? "")")
    #expect(try FileManager.default.contentsOfDirectory(atPath: victim) == [])
    #expect(try bench.mounts.allSatisfy { !$0.target.string.hasPrefix(victim) })
  }

  @Test("fsGroup is given to everything in the volume, and to nothing that a link or another mount leads to (M17)")
  func givesGroup() async throws {
    defer { bench.close() }
    let victim = bench.root + "/victim"
    try write("canary", to: victim)
    #expect(chmod(victim, 0o600) == 0)
    let before = try FileMetadata.of(FilePath(victim))
    let first = try await bench.volumes.publish(try sandbox("pod-0"))
    let root = first.mounts[0].path
    #expect(mkdir(root + "/dir", 0o700) == 0)
    try write("x", to: root + "/dir/file")
    #expect(chmod(root + "/dir/file", 0o600) == 0)
    #expect(symlink(victim, root + "/link") == 0)
    #expect(symlink(bench.root, root + "/dir/up") == 0)
    try await bench.volumes.unpublish(first.name)

    let request = try sandbox(fsGroup: 4242)
    let path = try await bench.volumes.publish(request).mounts[0].path
    for (name, mode) in [("", 0o2775), ("/dir", 0o2770), ("/dir/file", 0o660)] as [(String, UInt32)] {
      let found = try FileMetadata.of(FilePath(path + name))
      #expect(found.gid == 4242 && found.mode == mode, "\(name): \(found.gid) \(String(found.mode, radix: 8))")
    }
    #expect(try FileMetadata.of(FilePath(victim)) == before)
    #expect(try FileMetadata.of(FilePath(home)).gid == 4242)
  }

  @Test("A process of the sandbox's user can use its volume, another user cannot even look")
  func admitsItsUser() async throws {
    defer { bench.close() }
    var request = try sandbox(fsGroup: 4242)
    request.user = 1234
    let path = try await bench.volumes.publish(request).mounts[0].path
    func run(_ user: String, _ group: String, _ script: String) throws -> Int32 {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
      process.arguments = ["--reuid", user, "--regid", group, "--clear-groups", "sh", "-c", script]
      process.standardError = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    #expect(try run("1234", "4242", "echo hello >\(path)/mine && cat \(path)/mine >/dev/null") == 0)
    // It is his directory, but he cannot put a link where root will unmount.
    #expect(try run("1234", "4242", "mv \(home)/volumes \(home)/elsewhere") != 0)
    #expect(try run("1234", "4242", "chmod 777 \(home) || touch \(home)/new") != 0)
    #expect(try run("5678", "5678", "ls \(path)") != 0)
    #expect(try run("5678", "5678", "cat \(path)/mine") != 0)
    #expect(try run("5678", "5678", "ls \(bench.layout.state)/pods") != 0)
    #expect(try run("5678", "5678", "ls \(bench.layout.pools)") != 0)
  }

  @Test("A directory made for a subPath belongs to the sandbox's user and group alone")
  func ownsSubPath() async throws {
    defer { bench.close() }
    var request = try sandbox(mounts: [
      SandboxMount(container: "c", mountPath: "/m", volume: "data", subPath: "new/one")
    ])
    request.user = 1234
    request.group = 5678
    _ = try await bench.volumes.publish(request)
    let made = try FileMetadata.of(FilePath(home + "/volumes/data/new/one"))
    #expect((made.uid, made.gid, made.mode) == (1234, 5678, 0o750))
  }

  @Test(
    "A volume that another mount namespace has mounted is not unpublished from under it, nor deleted",
    arguments: [true, false])
  func asksOtherNamespaces(isImage: Bool) async throws {
    defer { bench.close() }
    let id = try VolumeID("vol-2")
    _ = try await bench.volumes.create(try (isImage ? VolumeSort.image("ext4") : .directory).request(id.text))
    let published = try await bench.volumes.publish(try sandbox(volume: id.text))
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/unshare")
    process.arguments = [
      "--mount", "--propagation", "private", "sh", "-c",
      Namespace.leaveAll(but: bench.root) + "\necho ready\nexec sleep 600",
    ]
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    #expect(String(decoding: output.fileHandleForReading.availableData, as: UTF8.self) == "ready\n")
    let error = await #expect(throws: VolumeError.self) { try await bench.volumes.unpublish(published.name) }
    #expect(error?.code == .inUse)
    #expect(error?.message.contains("sleep (pid \(process.processIdentifier)") == true, "\(error?.message ?? "")")
    let other = await #expect(throws: VolumeError.self) { try await bench.volumes.delete(id) }
    #expect(other?.code == .inUse)
    #expect(try await bench.volumes.record(id).id == id.text)
    kill(process.processIdentifier, SIGKILL)  // Foundation starts children with SIGTERM blocked
    process.waitUntilExit()
    try await bench.volumes.unpublish(published.name)
    try await bench.volumes.delete(id)
    try await bench.volumes.delete(VolumeID("vol-1"))
    #expect(try bench.leftovers == [])
  }

  @Test("Who works in a volume is named when it is unpublished")
  func namesHolder() async throws {
    defer { bench.close() }
    let published = try await bench.volumes.publish(try sandbox())
    let file = open(published.mounts[0].path + "/open", O_CREAT | O_RDWR | O_CLOEXEC, 0o600)
    let error = await #expect(throws: VolumeError.self) { try await bench.volumes.unpublish(published.name) }
    #expect(error?.code == .inUse)
    #expect(error?.message.contains("(pid \(getpid()), has open") == true, "\(error?.message ?? "")")
    close(file)
    try await bench.volumes.unpublish(published.name)
    #expect(try bench.mounts == [])
  }

  @Test("Mounts stacked on a volume are all taken down, and its data stays")
  func unstacks() async throws {
    defer { bench.close() }
    let published = try await bench.volumes.publish(try sandbox())
    let path = published.mounts[0].path
    try write("precious", to: path + "/file")
    for _ in 0..<3 {
      let place = try PathHandle.open(FilePath(path))
      try bench.host.bind(place, to: place)
    }
    try await bench.volumes.unpublish(published.name)
    #expect(try bench.mounts == [])
    let again = try await bench.volumes.publish(try sandbox())
    #expect(try read(again.mounts[0].path + "/file") == "precious")
  }

  @Test("Set-uid programs and devices in a volume are inert")
  func isInert() async throws {
    defer { bench.close() }
    let path = try await bench.volumes.publish(try sandbox()).mounts[0].path
    #expect(mknod(path + "/null", S_IFCHR | 0o666, 0x103) == 0)
    #expect(open(path + "/null", O_RDWR) == -1 && errno == EACCES)
    let options = try bench.mounts.map { Set($0.options) }
    #expect(options.allSatisfy { $0.isSuperset(of: ["nosuid", "nodev"]) })
    let staged = try #require(try bench.mounts.first { $0.target.string.hasSuffix("/mounts/vol-1") })
    #expect(staged.options.contains("errors=remount-ro"))
  }
}
