// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import LinuxStorage
import SystemPackage
import Testing
import Volumes

/// Directories that the filesystem limits, on the fake host: numbers, refusals, failures.
@Suite struct QuotaTests {
  let fake = FakeHost()
  let bench: VolumeBench

  init() throws {
    fake.setQuotaSupport(.projects)
    bench = try VolumeBench(fake)
  }

  func create(_ id: String = "vol-1", _ parameters: [String: String] = [:]) async throws -> VolumeRecord {
    try await bench.volumes.create(try VolumeSort.limited.request(id, parameters))
  }

  @Test(
    "Where nothing can hold the limit, the volume is refused with the reason and three remedies, and nothing is left")
  func refuses() async throws {
    defer { bench.close() }
    fake.setQuotaSupport(.nothing("its disk has none (mount it with prjquota)"))
    let error = await #expect(throws: VolumeError.self) { _ = try await create() }
    #expect(error?.code == .unsupported)
    for part in ["its disk has none (mount it with prjquota)", "set that right", "storage: image", "enforcement: none"]
    {
      #expect(error?.message.contains(part) == true, "\(part)")
    }
    #expect(try bench.leftovers == [])
    let record = try await bench.volumes.create(try VolumeSort.directory.request())
    #expect(record.enforcement == .none)
    #expect(record.quota == nil)
  }

  @Test("The limit holds one file of the capacity and what the filesystem needs beside it, and is in the record's name")
  func limits() async throws {
    defer { bench.close() }
    let record = try await create("vol-1", ["inodes": "100"])
    let quota = try #require(record.quota)
    #expect(quota.kind == .project)
    let limit = try #require(fake.quotaTable[quota.id])
    #expect(limit.bytes >= record.capacityBytes)
    #expect(limit.bytes < record.capacityBytes + 300_000)
    // The root directory counts, too.
    #expect(limit.inodes == 101)
    #expect(try await bench.another().record(VolumeID("vol-1")) == record)
  }

  @Test(
    "Each volume has a number of its own, none that the filesystem knows already, and a deleted one's is free again")
  func numbers() async throws {
    defer { bench.close() }
    let first = try #require(try await create("vol-1").quota)
    // Somebody else's, where the next one would be.
    try fake.setQuota(first.id + 1, to: QuotaLimit(bytes: 4096), of: Directory.open("/tmp"))
    let second = try #require(try await create("vol-2").quota)
    #expect(second.id == first.id + 2)
    try await bench.volumes.delete(VolumeID("vol-1"))
    try await bench.volumes.delete(VolumeID("vol-2"))
    #expect(Array(fake.quotaTable.keys) == [first.id + 1])
    #expect(try await create("vol-3").quota == first)
  }

  @Test("Inodes are refused where they mean nothing, in the words of the parameter")
  func refusesInodes() async throws {
    defer { bench.close() }
    #expect(throws: VolumeError.self) { try VolumeSort.image("ext4").request("vol-1", ["inodes": "5"]) }
    #expect(throws: VolumeError.self) { try VolumeSort.directory.request("vol-1", ["inodes": "5"]) }
    for wrong in ["0", "-1", "many", "4294967295"] {
      let error = #expect(throws: VolumeError.self) { try VolumeSort.limited.request("vol-1", ["inodes": wrong]) }
      #expect(error?.message.contains("parameter inodes") == true)
    }
    fake.setQuotaSupport(.subvolumes)
    let error = await #expect(throws: VolumeError.self) { _ = try await create("vol-1", ["inodes": "5"]) }
    #expect(error?.message.contains("btrfs") == true && error?.message.contains("inodes") == true)
    _ = try await create("vol-1")
    let conflict = await #expect(throws: VolumeError.self) {
      fake.setQuotaSupport(.projects)
      return try await create("vol-1", ["inodes": "5"])
    }
    #expect(conflict?.message.contains("its inodes is any, not 5") == true)
  }

  @Test("A limit that was lost is told by the examination and set again before the volume is seen")
  func setsAgain() async throws {
    defer { bench.close() }
    let quota = try #require(try await create().quota)
    #expect(try await bench.volumes.examine().allSatisfy { $0.damage == nil })
    fake.forgetQuotas()
    let damage = try #require(try await bench.volumes.examine().first?.damage)
    #expect(damage.message.contains("quota \(quota.id) is none"), "\(damage)")
    _ = try await bench.volumes.publish(try sandbox())
    #expect(fake.quotaTable[quota.id] != nil)
    #expect(try await bench.volumes.examine().allSatisfy { $0.damage == nil })
  }

  @Test("A volume whose disk lost its quotas is not published without its limit, but can be deleted")
  func refusesToPublish() async throws {
    defer { bench.close() }
    _ = try await create()
    fake.setQuotaSupport(.nothing("its disk has none any more"))
    let error = await #expect(throws: VolumeError.self) { _ = try await bench.volumes.publish(try sandbox()) }
    #expect(error?.code == .unsupported)
    #expect(error?.message.contains("its disk has none any more") == true)
    #expect(try await bench.volumes.examine().first?.damage?.remedy == "its disk has none any more")
    fake.fail(.dropQuota, with: HostError(.unsupported, "no quotas"))
    try await bench.volumes.delete(VolumeID("vol-1"))
    #expect(bench.tree("pools/default/trash") == [])
  }

  @Test(
    "When a call for a quota fails, nothing is left of the volume", arguments: ["setQuota", "makeDirectory", "quota"])
  func undoes(_ operation: String) async throws {
    defer { bench.close() }
    let failing = try #require(FakeHost.Operation(rawValue: operation))
    fake.fail(failing, with: HostError(.failed, "the host fails"))
    let error = await #expect(throws: VolumeError.self) { _ = try await create() }
    #expect(error?.message.contains("the host fails") == true)
    #expect(try bench.leftovers == [])
    _ = try await create()
  }

  @Test(
    "What fails while a volume is removed stays in the trash, and the sweep removes it with its quota",
    arguments: ["removeDirectory", "dropQuota"])
  func sweeps(_ operation: String) async throws {
    defer { bench.close() }
    _ = try await create()
    let failing = try #require(FakeHost.Operation(rawValue: operation))
    fake.fail(failing, with: HostError(.failed, "the host fails"))
    try await bench.volumes.delete(VolumeID("vol-1"))
    #expect(fake.quotaTable.count == 1)
    #expect(try await bench.volumes.sweep().problems == [])
    #expect(try bench.leftovers == [])
  }

  @Test("A limit grows with its volume, and a growth that was cut off is gone on with")
  func grows() async throws {
    defer { bench.close() }
    let quota = try #require(try await create("vol-1", ["inodes": "7"]).quota)
    let before = try #require(fake.quotaTable[quota.id])
    fake.fail(.setQuota, with: HostError(.failed, "the host fails"))
    await #expect(throws: VolumeError.self) { _ = try await bench.volumes.grow(VolumeID("vol-1"), to: 50_000_000) }
    _ = try await bench.volumes.grow(VolumeID("vol-1"), to: 50_000_000)
    let after = try #require(fake.quotaTable[quota.id])
    #expect(after.bytes >= before.bytes + 30_000_000)
    #expect(after.inodes == 8)
    #expect(try await bench.volumes.record(VolumeID("vol-1")).capacityBytes == 50_000_000)
    #expect(try await bench.volumes.examine().allSatisfy { $0.damage == nil })
    fake.setQuotaSupport(.nothing("its disk has none"))
    let error = await #expect(throws: VolumeError.self) {
      _ = try await bench.volumes.grow(VolumeID("vol-1"), to: 60_000_000)
    }
    #expect(error?.message.contains("its limit cannot be changed: its disk has none") == true)
  }

  @Test("A recycled volume is empty and limited as before")
  func recycles() async throws {
    defer { bench.close() }
    let record = try await create()
    let limits = fake.quotaTable
    let data = try Directory.open(FilePath(bench.layout.pools + "/default/volumes/vol-1/data"))
    try data.replaceFile("old", with: [1])
    try await bench.volumes.recycle(VolumeID("vol-1"))
    #expect(bench.tree("pools/default/volumes/vol-1/data") == [])
    #expect(fake.quotaTable == limits)
    #expect(try await bench.volumes.examine().allSatisfy { $0.damage == nil })
    #expect(try await bench.volumes.record(VolumeID("vol-1")) == record)
  }

  @Test("A record without its quota, where one is required, is damaged")
  func needsQuota() async throws {
    defer { bench.close() }
    _ = try await create()
    let home = try Directory.open(FilePath(bench.layout.pools + "/default/volumes/vol-1"))
    let text = String(decoding: try #require(try home.readFile("volume.json")), as: UTF8.self)
    let without = text.replacing(/"quota" : \{[^}]*\}/, with: "\"quota\" : null")
    #expect(without != text)
    try home.replaceFile("volume.json", with: Array(without.utf8))
    let error = await #expect(throws: VolumeError.self) { _ = try await bench.volumes.record(VolumeID("vol-1")) }
    #expect(error?.code == .damaged)
    #expect(error?.message.contains("it has no quota") == true)
  }
}
