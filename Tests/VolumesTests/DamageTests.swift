// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import SystemPackage
import Testing
import Volumes

/// What is on the disk is not what was put there: it is reported, nothing is formatted, nothing is lost.
@Suite struct DamageTests {
  let bench: VolumeBench
  let id: VolumeID
  let home: String

  init() throws {
    bench = try VolumeBench(FakeHost())
    id = try VolumeID("vol-1")
    home = bench.layout.pools + "/default/volumes/vol-1"
  }

  /// A record that is not what it should be, and what is said about it.
  struct BadRecord: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (String) -> String?
    let code: VolumeError.Code
    let named: String
  }

  static let records: [BadRecord] = [
    .init(testDescription: "missing", change: { _ in nil }, code: .damaged, named: "volume.json is missing"),
    .init(testDescription: "empty", change: { _ in "" }, code: .damaged, named: "volume.json is damaged"),
    .init(
      testDescription: "cut off", change: { String($0.prefix(100)) }, code: .damaged, named: "volume.json is damaged"),
    .init(
      testDescription: "zeros", change: { _ in String(repeating: "\0", count: 300) }, code: .damaged,
      named: "is damaged"),
    .init(
      testDescription: "without a size", change: { $0.replacing("capacityBytes", with: "capacity") }, code: .damaged,
      named: "capacityBytes is missing"),
    .init(
      testDescription: "with a negative size", change: { $0.replacing(": 20000000", with: ": -5") }, code: .damaged,
      named: "not positive"),
    .init(
      testDescription: "without its image", change: { $0.replacing("\"image\" : {", with: "\"picture\" : {") },
      code: .damaged, named: "it has no image"),
    .init(
      testDescription: "of another volume", change: { $0.replacing("\"vol-1\"", with: "\"vol-2\"") }, code: .damaged,
      named: "is the record of volume \"vol-2\", not of vol-1"),
    .init(
      testDescription: "of a newer program", change: { $0.replacing("\"version\" : 1", with: "\"version\" : 9") },
      code: .unsupported, named: "use a newer one"),
    .init(
      testDescription: "too long", change: { _ in String(repeating: " ", count: 2 << 20) }, code: .invalid,
      named: "bytes"),
  ]

  @Test(
    "A bad record is an error that somebody sees, and keeps its data from being destroyed or replaced",
    arguments: records)
  func reportsRecord(_ bad: BadRecord) async throws {
    defer { bench.close() }
    let request = try VolumeSort.image("ext4").request()
    _ = try await bench.volumes.create(request)
    let path = home + "/volume.json"
    let content = try String(contentsOfFile: path, encoding: .utf8)
    let changed = bad.change(content)
    #expect(changed != content)
    try FileManager.default.removeItem(atPath: path)
    if let changed { try changed.write(toFile: path, atomically: false, encoding: .utf8) }
    let image = try FileMetadata.of(FilePath(home + "/image"))

    for attempt in ["read", "create", "delete", "publish"] {
      let error = await #expect(throws: VolumeError.self, "\(attempt)") {
        switch attempt {
        case "read": _ = try await bench.volumes.record(id)
        case "create": _ = try await bench.volumes.create(request)
        case "delete": try await bench.volumes.delete(id)
        default: _ = try await bench.volumes.publish(try sandbox())
        }
      }
      #expect(error?.code == bad.code, "\(attempt): \(error?.message ?? "")")
      #expect(error?.message.contains(bad.named) == true, "\(attempt): \(error?.message ?? "")")
    }
    let listed = try await bench.volumes.volumes()
    #expect(listed.map(\.id) == ["vol-1"])
    #expect(throws: VolumeError.self) { try listed.first?.record.get() }
    #expect(try FileMetadata.of(FilePath(home + "/image")) == image)
    #expect(try bench.mounts == [])
    // Other volumes go on.
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request("vol-3"))
  }

  /// An image that is not what its record says.
  struct BadImage: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let change: @Sendable (String) async throws -> Void
    let named: String
  }

  static let images: [BadImage] = [
    .init(
      testDescription: "missing", change: { try FileManager.default.removeItem(atPath: $0) },
      named: "has lost its image"),
    .init(testDescription: "cut off", change: { truncate($0, 4096) }, named: "its image has 4096 bytes"),
    .init(
      testDescription: "zeros",
      change: { path in
        let size = try FileMetadata.of(FilePath(path)).size
        truncate(path, 0)
        truncate(path, off_t(size))
      }, named: "holds no filesystem at all"),
    .init(
      testDescription: "formatted anew by somebody",
      change: { try await ProgramRunner().require("mkfs.ext4", ["-q", "-F", $0]) },
      named: "its record says ext4 with UUID"),
    .init(
      testDescription: "with another filesystem",
      change: { try await ProgramRunner().require("mke2fs", ["-q", "-F", "-t", "ext2", $0]) },
      named: "holds ext2 with UUID"),
    .init(
      testDescription: "too long", change: { truncate($0, 1 << 30) }, named: "its image has 1073741824 bytes"),
    .init(
      testDescription: "with a broken superblock", change: { try overwrite($0, at: 1024 + 0x20, with: [0xA5]) },
      named: "is damaged: its checksum is wrong"),
    .init(
      testDescription: "with another filesystem beside its own",
      change: { path in
        try overwrite(path, at: 0, with: [1])  // so that more than the superblock is looked at
        try overwrite(path, at: 65536 + 12, with: [18, 0, 0, 0])
        try overwrite(path, at: 65536 + 44, with: [0, 16])
        try overwrite(path, at: 65536 + 52, with: Array("ReIsEr2Fs".utf8))
      },
      named: "several signatures that contradict each other"),
    .init(
      testDescription: "a link to a device",
      change: { path in
        try FileManager.default.removeItem(atPath: path)
        symlink("/dev/null", path)
      }, named: "no regular file but a symbolicLink"),
  ]

  @Test("An image that is not the record's is refused, and neither mounted nor formatted", arguments: images)
  func refusesImage(_ bad: BadImage) async throws {
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    try await bad.change(home + "/image")
    let before = try? Data(contentsOf: URL(fileURLWithPath: home + "/image"))
    let error = await #expect(throws: VolumeError.self) { _ = try await bench.volumes.publish(try sandbox()) }
    #expect(error?.message.contains(bad.named) == true, "\(error?.message ?? "")")
    let after = try? Data(contentsOf: URL(fileURLWithPath: home + "/image"))
    #expect(after == before)
    #expect(bench.fake?.calls(of: .mount) == 0)
    #expect(try bench.mounts == [])
    #expect(try bench.loops == [])
    #expect(bench.tree("pods") + bench.tree("mounts") == [])
  }

  @Test("What would be refused is found by examining, too, and nothing is changed by that", arguments: images)
  func examinesImage(_ bad: BadImage) async throws {
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request("vol-2"))
    #expect(try await bench.volumes.examine().map(\.damage) == [nil, nil])
    try await bad.change(home + "/image")
    let before = try? Data(contentsOf: URL(fileURLWithPath: home + "/image"))
    let found = try await bench.volumes.examine()
    #expect(found.map(\.id) == ["vol-1", "vol-2"])
    #expect(found[0].damage?.message.contains(bad.named) == true, "\(String(describing: found[0].damage))")
    #expect(found[0].damage?.remedy.isEmpty == false)
    #expect(found[1].damage == nil)
    #expect((try? Data(contentsOf: URL(fileURLWithPath: home + "/image"))) == before)
    #expect(bench.fake?.calls(of: .attachLoop) == 0)
  }

  @Test("Whatever the probe says or fails with, nothing is formatted at publishing", arguments: [EIO, ENOENT, EINVAL])
  func survivesProbe(_ number: Int32) async throws {
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request())
    let before = try Data(contentsOf: URL(fileURLWithPath: home + "/image"))
    bench.fake?.fail(.signature, with: HostError(.failed, "the probe failed", errno: number))
    await #expect(throws: VolumeError.self) { _ = try await bench.volumes.publish(try sandbox()) }
    #expect(try Data(contentsOf: URL(fileURLWithPath: home + "/image")) == before)
    #expect(bench.fake?.calls(of: .attachLoop) == 0)
    _ = try await bench.volumes.publish(try sandbox())
  }

  @Test("A garbled template is made anew, and its clones are sound", arguments: ["cut", "flipped", "empty"])
  func remakesTemplate(_ damage: String) async throws {
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request("vol-0"))
    let templates = bench.layout.pools + "/default/templates/"
    let name = try #require(bench.tree("pools/default/templates").first)
    var bytes = try Data(contentsOf: URL(fileURLWithPath: templates + name))
    let good = bytes
    switch damage {
    case "cut": bytes = bytes.prefix(bytes.count / 2)
    case "flipped": bytes[bytes.count / 2] ^= 1
    default: bytes = Data()
    }
    try bytes.write(to: URL(fileURLWithPath: templates + name))
    // Another process, whose memory is empty.
    let record = try await bench.another().create(try VolumeSort.image("ext4").request())
    try await ProgramRunner().require("e2fsck", ["-fn", home + "/image"])
    #expect(try FilesystemSignature.probe(FilePath(home + "/image"))?.uuid == record.image?.uuid)
    #expect(try Data(contentsOf: URL(fileURLWithPath: templates + name)).count == good.count)
    #expect(bench.tree("pools/default/staging") == [])
  }

  @Test("A template is made by one mkfs for all processes, and by none for those that find it")
  func sharesTemplate() async throws {
    defer { bench.close() }
    let sort = VolumeSort.image("ext3")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask { _ = try await bench.volumes.create(try sort.request("vol-\(number)")) }
      }
      try await group.waitForAll()
    }
    #expect(bench.tree("pools/default/templates").count == 1)
    let uuids = try await bench.volumes.volumes().compactMap { try $0.record.get().image?.uuid }
    #expect(Set(uuids).count == 8)
  }

  @Test("A missing mkfs is named with its package, and nothing half-made is left", arguments: ["ext4", "xfs", "btrfs"])
  func namesMissingProgram(_ filesystem: String) async throws {
    defer { bench.close() }
    let volumes = bench.another(programs: ProgramRunner(searchPath: ["/nonexistent"]))
    let sort = VolumeSort.image(filesystem, capacity: 250_000_000)
    let error = await #expect(throws: VolumeError.self) { _ = try await volumes.create(try sort.request()) }
    #expect(error?.message.contains("is not installed; install the package") == true, "\(error?.message ?? "")")
    #expect(try bench.leftovers == [])
  }

  @Test("xfs and btrfs that would be too small are refused with the least size", arguments: ["xfs", "btrfs"])
  func namesLeastSize(_ filesystem: String) async throws {
    defer { bench.close() }
    let request = try VolumeSort.image(filesystem, capacity: 10_000_000).request()
    let error = await #expect(throws: VolumeError.self) { _ = try await bench.volumes.create(request) }
    #expect(error?.code == .invalid)
    #expect(error?.message.contains("ask for at least") == true, "\(error?.message ?? "")")
  }
}
