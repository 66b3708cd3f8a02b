// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import SystemPackage
import Testing
import Volumes

/// Writes `bytes` into the middle of a file.
func overwrite(_ path: String, at offset: UInt64, with bytes: [UInt8]) throws {
  let file = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
  try file.seek(toOffset: offset)
  try file.write(contentsOf: Data(bytes))
  try file.close()
}

/// What is found out about volumes without attaching them.
@Suite struct ExaminationTests {
  let bench: VolumeBench

  init() throws { bench = try VolumeBench(FakeHost()) }

  private func image(_ id: String) -> String { bench.layout.pools + "/default/volumes/\(id)/image" }

  private func damage(_ id: String) async throws -> VolumeDamage? {
    try #require(try await bench.volumes.examine().first { $0.id == id }).damage
  }

  @Test("Volumes of every sort are sound as they were made", arguments: ["ext2", "ext3", "ext4", "xfs", "btrfs"])
  func findsNothing(_ filesystem: String) async throws {
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image(filesystem, capacity: 250_000_000).request())
    #expect(try await damage("vol-1") == nil)
  }

  @Test(
    "An error that the kernel has noted in a filesystem is told, and e2fsck takes it away", arguments: ["ext2", "ext4"])
  func tellsErrors(_ filesystem: String) async throws {
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image(filesystem).request())
    // What ext4_handle_error does: the flag in s_state.
    try await ProgramRunner().require("debugfs", ["-w", "-R", "ssv state 2", image("vol-1")])
    let damage = try #require(try await damage("vol-1"))
    #expect(damage.message == "the kernel has found errors in its filesystem")
    #expect(damage.remedy.hasSuffix("`e2fsck -f \(image("vol-1"))`"))
    _ = try await ProgramRunner().run("e2fsck", ["-fy", image("vol-1")])
    #expect(try await self.damage("vol-1") == nil)
  }

  @Test("A filesystem that is larger than its image is told")
  func tellsGeometry() async throws {
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.image("ext2").request())
    try await ProgramRunner().require("debugfs", ["-w", "-R", "ssv blocks_count 1000000", image("vol-1")])
    #expect(try await damage("vol-1")?.message.contains("more than its image") == true)
  }

  @Test("What the remedies name does help")
  func remediesHelp() async throws {
    defer { bench.close() }
    let record = try await bench.volumes.create(try VolumeSort.image("ext4", capacity: 200_000_000).request())
    let bytes = try #require(record.image?.bytes)

    truncate(image("vol-1"), 1 << 30)
    #expect(try await damage("vol-1")?.remedy == "cut it with `truncate -s \(bytes) \(image("vol-1"))`")
    try await ProgramRunner().require("truncate", ["-s", "\(bytes)", image("vol-1")])
    #expect(try await damage("vol-1") == nil)

    try await ProgramRunner().require("tune2fs", ["-U", "random", image("vol-1")])
    let uuid = try #require(record.image?.uuid)
    #expect(try await damage("vol-1")?.remedy.hasSuffix("`tune2fs -U \(uuid) \(image("vol-1"))`") == true)
    try await ProgramRunner().require("tune2fs", ["-U", uuid, image("vol-1")])
    #expect(try await damage("vol-1") == nil)

    try overwrite(image("vol-1"), at: 0, with: [UInt8](repeating: 0, count: 4096))
    #expect(try await damage("vol-1")?.remedy.contains("`e2fsck -f \(image("vol-1"))` on a copy") == true)
    _ = try await ProgramRunner().run("e2fsck", ["-fy", image("vol-1")])
    #expect(try await damage("vol-1") == nil)
  }

  @Test("A directory volume that has lost its data is told")
  func tellsLostDirectory() async throws {
    defer { bench.close() }
    _ = try await bench.volumes.create(try VolumeSort.directory.request())
    #expect(try await damage("vol-1") == nil)
    try FileManager.default.removeItem(atPath: bench.layout.pools + "/default/volumes/vol-1/data")
    #expect(try await damage("vol-1")?.message.contains("it has lost its data") == true)
  }

  @Test("Volumes that are in use are examined where they are, and shown where they are")
  func seesUse() async throws {
    defer { bench.close() }
    for (id, sort) in [("vol-1", VolumeSort.image("ext4")), ("vol-2", .directory)] {
      _ = try await bench.volumes.create(try sort.request(id))
      _ = try await bench.volumes.publish(try sandbox("pod-\(id)", volume: id))
    }
    for found in try await bench.volumes.examine() {
      #expect(found.damage == nil)
      #expect(try await found.state == bench.volumes.state(of: VolumeID(found.id)))
      #expect(found.state.publishedAt.count == 1)
    }
  }

  @Test("Of many volumes, some deleted meanwhile, only the damaged one is told")
  func manyAtOnce() async throws {
    defer { bench.close() }
    let sort = VolumeSort.image("ext4")
    for number in 0..<70 { _ = try await bench.volumes.create(try sort.request("vol-\(number)")) }
    truncate(image("vol-17"), 4096)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        for number in 50..<70 { try await bench.volumes.delete(try VolumeID("vol-\(number)")) }
      }
      for _ in 0..<5 {
        group.addTask {
          let found = try await bench.volumes.examine()
          #expect(found.count >= 50)
          #expect(found.filter { $0.damage != nil }.map(\.id) == ["vol-17"])
          #expect(found.map(\.id) == found.map(\.id).sorted())
        }
      }
      try await group.waitForAll()
    }
    #expect(try await bench.volumes.examine().count == 50)
  }
}
