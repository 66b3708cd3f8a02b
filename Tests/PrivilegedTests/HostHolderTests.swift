// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage
import Testing

@Suite(.privileged, .serialized) struct HostHolderTests {
  let bench: HostBench
  var host: LinuxHost { bench.host }

  init() throws { bench = try HostBench() }

  func mounted(_ type: String = "ext4") async throws -> (loop: LoopDevice, target: FilePath) {
    let loop = try bench.attach(try await bench.image(type: type, megabytes: type == "btrfs" ? 400 : 64))
    let target = try bench.target("volume")
    try host.mount(type, from: loop.path, at: target, options: MountOptions())
    return (loop, target)
  }

  @Test(
    "An open file is found with its process and path, through the device and through the path",
    arguments: ["ext4", "btrfs"])
  func openFile(type: String) async throws {
    let (loop, target) = try await mounted(type)
    #expect(try settled(at: []) { try host.holders(of: .path(target)) } == [])
    let file = try SparseFile.create("busy", in: Directory.open(target))
    let wanted = MountHolder(
      pid: getpid(), command: try command(), kind: .openFile, path: target.appending("busy").string)
    #expect(try settled(at: [wanted]) { try host.holders(of: .path(target)) } == [wanted])
    if type == "ext4" { #expect(try settled(at: [wanted]) { try host.holders(of: .device(loop.number)) } == [wanted]) }
    withExtendedLifetime(file) {}
  }

  private func command() throws -> String {
    let file = try SparseFile.open("comm", in: Directory.open("/proc/self"))
    return String(decoding: try file.read(at: 0, count: 64).dropLast(), as: UTF8.self)
  }

  @Test("A bind mount elsewhere is told apart from the mount that is asked about, the device knows both")
  func bindMounts() async throws {
    let (loop, target) = try await mounted()
    let pod = try bench.target("pod")
    try host.bind(bench.root.handle("volume", crossingMounts: true), to: bench.root.handle("pod"))
    let file = try SparseFile.create("busy", in: Directory.open(pod))
    #expect(try settled(at: []) { try host.holders(of: .path(target)) } == [])
    #expect(try settled(at: [.openFile]) { try host.holders(of: .path(pod)).map(\.kind) } == [.openFile])
    let busy = [pod.appending("busy").string]
    #expect(try settled(at: busy) { try host.holders(of: .device(loop.number)).map(\.path) } == busy)
    withExtendedLifetime(file) {}
  }

  @Test("What a lazy unmount hid is still found through the device")
  func lazily() async throws {
    let (loop, target) = try await mounted()
    let file = try SparseFile.create("busy", in: Directory.open(target))
    try host.unmount(target, lazily: true)
    #expect(try host.mounts().contains { $0.device == loop.number } == false)
    #expect(try host.isIdle(blockDevice: loop.path) == false)
    #expect(try settled(at: [getpid()]) { try host.holders(of: .device(loop.number)).map(\.pid) } == [getpid()])
    withExtendedLifetime(file) {}
  }

  @Test("Working directory, program and another mount namespace are found; the namespace even after the unmount here")
  func otherNamespace() async throws {
    let (loop, target) = try await mounted()
    let volume = try Directory.open(target)
    try await bench.runner.require("cp", ["/usr/bin/sleep", target.appending("sleeper").string])
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { [bench] in
        _ = try? await bench.runner.run(
          "unshare",
          [
            "-m", "--propagation", "private", "sh", "-c",
            Namespace.leaveAll(but: target.string) + "\ncd '\(target)' && exec ./sleeper 1000",
          ])
      }
      let kinds: Set<MountHolder.Kind> = [.mountNamespace, .workingDirectory, .mappedFile]
      let found = try await waitForHolders(of: .device(loop.number)) { Set($0.map(\.kind)).isSuperset(of: kinds) }
      let namespace = try #require(found.first { $0.kind == .mountNamespace })
      #expect(namespace.path == target.string)
      #expect(found.contains { $0.command == "sleeper" && $0.kind == .mappedFile })
      #expect(try Set(host.holders(of: .path(target)).map(\.kind)).isSuperset(of: kinds))
      let targets: [MountTarget] = [
        .device(loop.number), .path(target), .beneath(bench.root.path), .directory(loop.number, "/"),
      ]
      for wanted in targets {
        let expected = [namespace.pid]
        #expect(
          try settled(at: expected) { try host.otherNamespaces(holding: wanted).map(\.pid) } == expected, "\(wanted)")
      }
      for other in [.path("/nonexistent"), .beneath(target.appending("x")), .directory(loop.number, "/x")]
        as [MountTarget]
      {
        #expect(try host.otherNamespaces(holding: other) == [], "\(other)")
      }
      withExtendedLifetime(volume) {}
      try host.unmount(target, lazily: true)
      #expect(try host.mount(at: target) == nil)
      #expect(try host.holders(of: .path(target)).contains { $0.kind == .mountNamespace })
      #expect(try host.isIdle(blockDevice: loop.path) == false)
      group.cancelAll()
    }
  }

  @Test("A mount namespace that a file keeps, and no process, is found")
  func keptNamespace() async throws {
    // Mounted nowhere else, for other tests' namespaces have copies of what is mounted here.
    let target = try bench.target("inner")
    let keep = try bench.target("keep").string
    do {
      try await bench.runner.require("mount", ["-t", "tmpfs", "none", keep])
      try await bench.runner.require("mount", ["--make-private", keep])
      try await bench.runner.require("touch", [keep + "/namespace"])
      try await bench.runner.require(
        "unshare",
        [
          "--mount=\(keep)/namespace", "--propagation", "private", "sh", "-c",
          Namespace.leaveAll(but: target.string) + "\nmount -t tmpfs none '\(target)'",
        ])
      #expect(
        try host.otherNamespaces(holding: .path(target)) == [
          MountHolder(pid: 0, command: "a kept namespace", kind: .mountNamespace, path: target.string)
        ])
    } catch {
      _ = try? await bench.runner.run("umount", ["--recursive", keep])
      throw error
    }
    try await bench.runner.require("umount", ["--recursive", keep])
    #expect(try settled(at: []) { try host.otherNamespaces(holding: .path(target)) } == [])
  }

  /// The answer to `question` when it is `expected`, and the last one when it does not become so: the namespaces that other tests
  /// make have copies of our mounts, too, until they have let go of them.
  private func settled<Answer: Equatable>(at expected: Answer, _ question: () throws -> Answer) throws -> Answer {
    for _ in 0..<400 {
      if try question() == expected { return expected }
      usleep(5000)
    }
    return try question()
  }

  private func waitForHolders(
    of target: MountTarget, until done: ([MountHolder]) -> Bool
  ) async throws -> [MountHolder] {
    for _ in 0..<2000 {
      let holders = try host.holders(of: target)
      if done(holders) { return holders }
      usleep(5000)
      await Task.yield()
    }
    throw HostError(.failed, "the holders did not come: \(try host.holders(of: target))")
  }
}
