// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import SystemPackage
import Testing
import Volumes

@Suite struct SandboxTests {
  let bench: VolumeBench

  init() throws { bench = try VolumeBench(FakeHost()) }

  private func publish(_ volumes: [SandboxVolume], _ mounts: [SandboxMount] = []) async throws -> PublishedSandbox {
    try await bench.volumes.publish(
      SandboxRequest(name: SandboxName(namespace: "default", name: "pod"), volumes: volumes, mounts: mounts))
  }

  /// A request that must not get through.
  struct Wrong: Sendable, CustomTestStringConvertible {
    let testDescription: String
    var volumes = [SandboxVolume(name: "v", source: .scratch)]
    var mounts: [SandboxMount] = []
    let named: String
  }

  private static func view(
    _ mountPath: String = "/m", subPath: String? = nil, container: String = "c", volume: String = "v"
  ) -> SandboxMount {
    SandboxMount(container: container, mountPath: mountPath, volume: volume, subPath: subPath)
  }

  static let wrong: [Wrong] = [
    .init(
      testDescription: "volume name with a slash", volumes: [.init(name: "a/b", source: .scratch)], named: "volume name"
    ),
    .init(
      testDescription: "volume name that climbs", volumes: [.init(name: "..", source: .scratch)], named: "volume name"),
    .init(
      testDescription: "two volumes of one name",
      volumes: [.init(name: "v", source: .scratch), .init(name: "v", source: .scratch)], named: "two volumes"),
    .init(testDescription: "container that climbs", mounts: [view(container: "../x")], named: "container name"),
    .init(testDescription: "unknown volume", mounts: [view(volume: "w")], named: "no volume of"),
    .init(testDescription: "relative mount path", mounts: [view("data")], named: "must be absolute"),
    .init(testDescription: "mount path that climbs", mounts: [view("/a/../../etc")], named: "must not contain '..'"),
    .init(testDescription: "root as mount path", mounts: [view("//./")], named: "must not be the root"),
    .init(testDescription: "newline in a mount path", mounts: [view("/a\nb")], named: "control characters"),
    .init(testDescription: "NUL in a mount path", mounts: [view("/a\u{0}b")], named: "control characters"),
    .init(
      testDescription: "endless mount path", mounts: [view("/" + String(repeating: "a/", count: 3000))],
      named: "too long"),
    .init(
      testDescription: "long component", mounts: [view("/" + String(repeating: "a", count: 256))],
      named: "more than 255"),
    .init(testDescription: "two at one place", mounts: [view("/m"), view("/m/")], named: "two volumes at"),
    .init(testDescription: "absolute subPath", mounts: [view(subPath: "/etc")], named: "must be relative"),
    .init(testDescription: "subPath that climbs", mounts: [view(subPath: "a/../../b")], named: "must not contain '..'"),
    .init(testDescription: "subPath with NUL", mounts: [view(subPath: "a\u{0}")], named: "control characters"),
    .init(
      testDescription: "hostPath that climbs", volumes: [.init(name: "v", source: .hostPath("/tmp/../etc", type: ""))],
      named: "without '..'"),
    .init(
      testDescription: "relative hostPath", volumes: [.init(name: "v", source: .hostPath("tmp", type: ""))],
      named: "must be absolute"),
    .init(
      testDescription: "unknown type", volumes: [.init(name: "v", source: .hostPath("/tmp", type: "Folder"))],
      named: "hostPath type \"Folder\""),
    .init(
      testDescription: "mount options of a hostPath (M12)",
      volumes: [.init(name: "v", source: .hostPath("/tmp", type: ""), mountOptions: ["noatime"])],
      named: "mount options are not supported for this volume type"),
    .init(
      testDescription: "local that is a file (M14)", volumes: [.init(name: "v", source: .local("/etc/passwd"))],
      named: "is no directory"),
    .init(
      testDescription: "local that is missing (M14)", volumes: [.init(name: "v", source: .local("/nonexistent/x"))],
      named: "/nonexistent/x"),
  ]

  @Test("A request that makes no sense is refused, and nothing is made", arguments: wrong)
  func refuses(_ wrong: Wrong) async throws {
    defer { bench.close() }
    let error = await #expect(throws: VolumeError.self) { _ = try await publish(wrong.volumes, wrong.mounts) }
    #expect(error?.message.contains(wrong.named) == true, "\(error?.message ?? "")")
    #expect(bench.tree("pods") == [])
  }

  @Test(
    "A mount option that is not on the list is refused",
    arguments: [
      "dev", "suid", "bind", "rbind", "remount", "loop", "loop=/dev/loop0", "x-mount.mkdir", "x-systemd.automount",
      "noatime,suid",
      "noatime suid", "noatime\nsuid", "$(reboot)", "user", "errors=panic", "journal_path=/dev/sda", "data=",
      "commit=1e9",
      "commit=99999", "usrjquota=../x", "", "NOATIME", "compress=zstd",
    ])
  func refusesOption(_ option: String) async throws {
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    let request = try sandbox(options: [option])
    let error = await #expect(throws: VolumeError.self) { _ = try await bench.volumes.publish(request) }
    #expect(
      error?.message.contains("is not allowed for a volume with ext4; allowed are") == true, "\(error?.message ?? "")")
    #expect(try bench.mounts == [])
    #expect(bench.fake?.calls(of: .mount) == 0)
  }

  @Test("Allowed options reach the mounts, and images are remounted read-only on errors")
  func passesOptions() async throws {
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    _ = try await bench.volumes.publish(try sandbox(options: ["noatime", "noexec", "commit=30", "data=journal"]))
    let mounts = try bench.mounts
    let staged = try #require(mounts.first { $0.target.string.hasSuffix("/mounts/vol-1") })
    #expect(Set(staged.options).isSuperset(of: ["errors=remount-ro", "commit=30", "data=journal", "nosuid", "nodev"]))
    let bound = try #require(mounts.first { $0.target.string.hasSuffix("/volumes/data") })
    #expect(Set(bound.options).isSuperset(of: ["noatime", "noexec", "nosuid", "nodev"]))
  }

  /// What a hostPath type does with what it finds (M13).
  struct HostPathCase: Sendable, CustomTestStringConvertible {
    let type: String
    let found: String
    /// What is there afterwards, or the end of the error.
    let outcome: Result<FileMetadata.Kind, BenchError>
    var testDescription: String { "type \"\(type)\" finds \(found)" }
  }

  static let hostPaths: [HostPathCase] = [
    .init(type: "", found: "nothing", outcome: .success(.directory)),
    .init(type: "", found: "file", outcome: .success(.regular)),
    .init(type: "Directory", found: "directory", outcome: .success(.directory)),
    .init(type: "Directory", found: "file", outcome: .failure(BenchError("is not a directory"))),
    .init(type: "Directory", found: "nothing", outcome: .failure(BenchError("No such file or directory"))),
    .init(type: "DirectoryOrCreate", found: "nothing", outcome: .success(.directory)),
    .init(type: "DirectoryOrCreate", found: "file", outcome: .failure(BenchError("is not a directory"))),
    .init(type: "File", found: "file", outcome: .success(.regular)),
    .init(type: "File", found: "directory", outcome: .failure(BenchError("is not a file"))),
    .init(type: "FileOrCreate", found: "nothing", outcome: .success(.regular)),
    .init(type: "Socket", found: "file", outcome: .failure(BenchError("is not a socket file"))),
    .init(type: "CharDevice", found: "file", outcome: .failure(BenchError("is not a character device"))),
    .init(type: "BlockDevice", found: "directory", outcome: .failure(BenchError("is not a block device"))),
  ]

  @Test("hostPath types check and make what they say (M13), and it is never deleted", arguments: hostPaths)
  func checksHostPath(_ row: HostPathCase) async throws {
    defer { bench.close() }
    let path = bench.root + "/host"
    if row.found == "file" { try "x".write(toFile: path, atomically: false, encoding: .utf8) }
    if row.found == "directory" { #expect(mkdir(path, 0o755) == 0) }
    let volume = SandboxVolume(name: "v", source: .hostPath(path, type: row.type))
    switch row.outcome {
    case .success(let kind):
      let published = try await publish([volume])
      #expect(published.mounts.map(\.volume) == [nil])
      let made = try FileMetadata.of(FilePath(path))
      #expect(made.kind == kind)
      if row.found == "nothing" { #expect(made.mode == (kind == .directory ? 0o755 : 0o644)) }
      #expect(try await publish([volume]) == published)
      try await bench.volumes.unpublish(published.name)
      #expect(bench.tree("pods") == [])
      #expect(try FileMetadata.of(FilePath(path)).identity == made.identity)
    case .failure(let words):
      let error = await #expect(throws: VolumeError.self) { _ = try await publish([volume]) }
      #expect(error?.message.contains(words.description) == true, "\(error?.message ?? "")")
    }
  }

  @Test("A sandbox's directories have the modes that keep others out")
  func closesDoors() async throws {
    defer { bench.close() }
    _ = try await publish([SandboxVolume(name: "v", source: .scratch)])
    let modes = ["": 0o711, "pods": 0o711, "pods/default": 0o711, "pods/default/pod": 0o750] as [String: UInt32]
    for (path, mode) in modes {
      #expect(try FileMetadata.of(FilePath(bench.layout.state + "/" + path)).mode == mode, "\(path)")
    }
  }

  @Test("A scratch volume lives and dies with its sandbox")
  func scratch() async throws {
    defer { bench.close() }
    let published = try await publish([SandboxVolume(name: "v", source: .scratch)])
    let content = bench.layout.state + "/pods/default/pod/scratch/v"
    try "x".write(toFile: content + "/file", atomically: false, encoding: .utf8)
    #expect(symlink("/etc", content + "/link") == 0)
    #expect(try await publish([SandboxVolume(name: "v", source: .scratch)]) == published)
    #expect(access(content + "/file", F_OK) == 0)
    try await bench.volumes.unpublish(published.name)
    #expect(bench.tree("pods") == [])
    #expect(access("/etc/passwd", F_OK) == 0)
  }

  @Test("A sandbox's user who moves its directories about harms nobody else", .enabled(if: getuid() == 0, "needs root"))
  func distrustsItsUser() async throws {
    defer { bench.close() }
    let victim = bench.root + "/victim"
    #expect(mkdir(victim, 0o700) == 0)
    try "canary".write(toFile: victim + "/canary", atomically: false, encoding: .utf8)
    let home = bench.layout.state + "/pods/default/pod"
    let published = try await publish([SandboxVolume(name: "v", source: .scratch)])
    try await bench.volumes.unpublish(published.name)
    // The directory is his: he can put links where our directories will be.
    for name in ["volumes", "containers", "scratch"] {
      #expect(mkdir(bench.layout.state + "/pods/default", 0o711) == 0 || errno == EEXIST)
      #expect(mkdir(home, 0o750) == 0 || errno == EEXIST)
      #expect(symlink(victim, home + "/" + name) == 0)
    }
    await #expect(throws: VolumeError.self) {
      _ = try await publish(
        [SandboxVolume(name: "v", source: .scratch)], [SandboxMount(container: "c", mountPath: "/m", volume: "v")])
    }
    try await bench.volumes.unpublish(published.name)
    #expect(try FileManager.default.contentsOfDirectory(atPath: victim) == ["canary"])
    #expect(try FileMetadata.of(FilePath(victim)).mode == 0o700)
    #expect(bench.tree("pods") == [])
  }
}
