// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import SystemPackage
import Testing
import Volumes

@Suite struct PoolTests {
  let bench: VolumeBench
  let sort = VolumeSort.directory

  init() throws { bench = try VolumeBench(FakeHost()) }

  private func close() { bench.close() }

  private func expectError(
    _ code: VolumeError.Code, naming words: String, _ work: () async throws -> Void, line: Int = #line
  ) async {
    let location = SourceLocation(fileID: #fileID, filePath: #filePath, line: line, column: 1)
    let error = await #expect(throws: VolumeError.self, sourceLocation: location) { try await work() }
    #expect(error?.code == code, sourceLocation: location)
    #expect(error?.message.contains(words) == true, "\(error?.message ?? "")", sourceLocation: location)
  }

  private func disk(_ total: Int64, available: Int64) {
    bench.fake?.setUsage(
      FilesystemUsage(
        totalBytes: total, availableBytes: available, usedBytes: total - available, totalInodes: 0, freeInodes: 0),
      at: FilePath(bench.layout.pools))
  }

  @Test("The default pool is made on first use, with closed doors, and another pool is not")
  func makesDefaultPool() async throws {
    defer { close() }
    _ = try await bench.volumes.create(try sort.request())
    for part in ["pools", "pools/default", "pools/default/volumes", "pools/default/volumes/vol-1"] {
      #expect(try FileMetadata.of(FilePath(bench.layout.state + "/" + part)).mode == 0o700, "\(part)")
    }
    await expectError(.poolMissing, naming: "no pool fast") {
      _ = try await bench.volumes.create(try sort.request("vol-2", ["pool": "fast"]))
    }
    #expect(try await bench.volumes.pools().map(\.name) == ["default"])
  }

  @Test("Where the marker is missing, the disk is not mounted, and nothing is created")
  func needsMarker() async throws {
    defer { close() }
    _ = try await bench.volumes.create(try sort.request())
    let pool = bench.layout.pools + "/default"
    #expect(rename(pool, bench.root + "/elsewhere") == 0)
    #expect(mkdir(pool, 0o700) == 0)  // the mount point of the disk
    await expectError(.poolMissing, naming: "pool.json is missing; mount the pool's disk there") {
      _ = try await bench.volumes.create(try sort.request("vol-2"))
    }
    // Nobody can say that the volume is gone, either.
    await expectError(.poolMissing, naming: "pool.json is missing") {
      try await bench.volumes.delete(VolumeID("vol-1"))
    }
    #expect(bench.tree("pools/default") == [])
    #expect(try await bench.volumes.pools().first?.problem?.contains("mount the pool's disk") == true)
    #expect(rmdir(pool) == 0)
    #expect(rename(bench.root + "/elsewhere", pool) == 0)
    #expect(try await bench.volumes.record(VolumeID("vol-1")).id == "vol-1")
  }

  @Test("A prepared pool is used, and preparing it again changes nothing")
  func prepares() async throws {
    defer { close() }
    try await bench.volumes.preparePool("fast")
    let before = try await bench.volumes.pools().map(\.uuid)
    try await bench.volumes.preparePool("fast")
    #expect(try await bench.volumes.pools().map(\.uuid) == before)
    let record = try await bench.volumes.create(try sort.request("vol-1", ["pool": "fast"]))
    #expect(record.pool == "fast")
    await expectError(.invalid, naming: "pool name") { try await bench.volumes.preparePool("../x") }
  }

  @Test("A claim larger than the pool is refused with the numbers, before mkfs hears of it")
  func refusesTooLarge() async throws {
    defer { close() }
    disk(1_000_000_000, available: 900_000_000)
    await expectError(.noSpace, naming: "needs 2000000000 bytes, more than all of pool default, which has 980000000") {
      _ = try await bench.volumes.create(try VolumeSort.image("ext4").request(capacity: 2_000_000_000))
    }
    await expectError(.noSpace, naming: "more than all of pool default") {
      _ = try await bench.volumes.create(try VolumeSort.image("xfs").request(capacity: Int64.max / 2))
    }
    #expect(try bench.leftovers == [])
  }

  @Test("What the pool has promised never exceeds its limit, whoever promises it")
  func keepsPromises() async throws {
    defer { close() }
    disk(1_000_000_000, available: 900_000_000)  // 980 MB usable, 20 times of it to be promised
    let other = bench.another()
    for number in 0..<20 {
      let lifecycle = number.isMultiple(of: 2) ? bench.volumes : other
      _ = try await lifecycle.create(try sort.request("vol-\(number)", capacity: 970_000_000))
    }
    await expectError(.noSpace, naming: "has promised 19400000000 of the 19600000000 that it may") {
      _ = try await bench.volumes.create(try sort.request("one-more", capacity: 970_000_000))
    }
    #expect(try await bench.volumes.pools().map(\.promisedBytes) == [19_400_000_000])
    // What is deleted by one process, another can promise again.
    try await other.delete(VolumeID("vol-0"))
    _ = try await bench.volumes.create(try sort.request("one-more", capacity: 970_000_000))
    #expect(try await bench.another().pools().map(\.promisedBytes) == [19_400_000_000])
  }

  @Test("A thick volume needs its room now")
  func refusesThick() async throws {
    defer { close() }
    disk(1_000_000_000, available: 100_000_000)
    await expectError(.noSpace, naming: "is thick and needs") {
      _ = try await bench.volumes.create(try VolumeSort.image("ext4", "zeroedthick").request(capacity: 90_000_000))
    }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4", "thin").request(capacity: 90_000_000))
  }

  @Test("Overcommit and reserve can be set in the marker")
  func readsMarker() async throws {
    defer { close() }
    try await bench.volumes.preparePool("default")
    disk(1_000_000_000, available: 900_000_000)
    let path = bench.layout.pools + "/default/pool.json"
    let marker = #"{"version": 1, "uuid": "u", "overcommit": 1, "reserveBytes": 500000000}"#
    try marker.write(toFile: path, atomically: true, encoding: .utf8)
    #expect(try await bench.volumes.pools().map(\.limitBytes) == [500_000_000])
    try "{\"version\": 1, \"uuid\":".write(toFile: path, atomically: true, encoding: .utf8)
    await expectError(.damaged, naming: "pool.json is damaged") {
      _ = try await bench.volumes.create(try sort.request())
    }
    try #"{"version": 2, "uuid": "u"}"#.write(toFile: path, atomically: true, encoding: .utf8)
    await expectError(.unsupported, naming: "use a newer one") {
      _ = try await bench.volumes.create(try sort.request())
    }
  }

  @Test("A state directory that others can change is refused", arguments: [0o777, 0o775, 0o757] as [mode_t])
  func refusesOpenState(_ mode: mode_t) async throws {
    defer { close() }
    #expect(mkdir(bench.layout.state, 0o755) == 0)
    #expect(chmod(bench.layout.state, mode) == 0)
    await expectError(.notPermitted, naming: "can be changed by others") {
      _ = try await bench.volumes.create(try sort.request())
    }
    #expect(bench.tree("") == [])
  }

  @Test("A state directory of another user is refused", .enabled(if: getuid() == 0, "needs root"))
  func refusesForeignState() async throws {
    defer { close() }
    #expect(mkdir(bench.layout.state, 0o755) == 0)
    #expect(chown(bench.layout.state, 1000, 1000) == 0)
    await expectError(.notPermitted, naming: "belongs to user 1000") {
      _ = try await bench.volumes.create(try sort.request())
    }
  }

  @Test("What a dead process left half-made is swept, and what a living one builds is not")
  func sweeps() async throws {
    defer { close() }
    try await bench.volumes.preparePool("default")
    let pool = bench.layout.pools + "/default"
    for entry in ["staging/dead.1", "staging/alive.2", "trash/gone.3"] {
      #expect(mkdir("\(pool)/\(entry)", 0o700) == 0)
    }
    #expect(mkdir(bench.layout.pools + "/.half.4", 0o700) == 0)
    let alive = try Directory.open(FilePath(pool + "/staging/alive.2"))
    #expect(try alive.tryLock(.exclusive))
    let report = try await bench.volumes.sweep()
    #expect(report.problems == [])
    #expect(report.done.count == 3)
    #expect(bench.tree("pools").filter { $0.contains(".") && !$0.hasSuffix(".json") } == ["default/staging/alive.2"])
    try alive.unlock()
    #expect(try await bench.volumes.sweep().done == ["pool default: removed the half-made alive.2"])
  }

  @Test("A pool that cannot be read has its problem, and the others are as they are")
  func reportsEachPool() async throws {
    defer { close() }
    for name in ["fast", "large"] {
      try await bench.volumes.preparePool(name)
      _ = try await bench.volumes.create(try sort.request("in-\(name)", ["pool": name]))
    }
    let sound = try await bench.volumes.pools()
    #expect(sound.map(\.problem) == [nil, nil])
    bench.fake?.fail(.usage, with: HostError(.failed, "the disk does not answer", errno: EIO))
    let pools = try await bench.volumes.pools()
    #expect(pools.map(\.name) == ["fast", "large"])
    #expect(pools[0].problem?.contains("the disk does not answer") == true)
    #expect(pools[0].uuid == sound[0].uuid && pools[0].totalBytes == 0)
    #expect(pools[1].uuid == sound[1].uuid && pools[1].problem == nil && pools[1].volumes == 1)
    #expect(try await bench.volumes.pools().map(\.problem) == [nil, nil])
  }

  @Test("A directory volume whose limit cannot be kept is refused, with the three remedies")
  func refusesUnenforced() async throws {
    defer { close() }
    let request = try VolumeRequest(id: VolumeID("v"), capacity: 1, parameters: ["storage": "directory"])
    await expectError(
      .unsupported, naming: "set that right, use storage: image, or accept no limit with enforcement: none"
    ) {
      _ = try await bench.volumes.create(request)
    }
    #expect(try bench.leftovers == [])
  }

  @Test("A recycled directory volume is as it was created, and an image volume is not recycled")
  func recycles() async throws {
    defer { close() }
    _ = try await bench.volumes.create(try sort.request("vol-1", ["uid": "\(getuid())", "mode": "0750"]))
    let data = bench.layout.pools + "/default/volumes/vol-1/data"
    #expect(mkdir(data + "/sub", 0o700) == 0)
    #expect(symlink("/etc", data + "/link") == 0)
    try await bench.volumes.recycle(VolumeID("vol-1"))
    #expect(bench.tree("pools/default/volumes") == ["vol-1", "vol-1/data", "vol-1/volume.json"])
    #expect(bench.tree("pools/default/trash") == [])
    #expect(try FileMetadata.of(FilePath(data)).mode == 0o750)
    #expect(access("/etc/passwd", F_OK) == 0)
    _ = try await bench.volumes.publish(try sandbox())
    await expectError(.inUse, naming: "unpublish it first") { try await bench.volumes.recycle(VolumeID("vol-1")) }
    _ = try await bench.volumes.create(try VolumeSort.image("ext4").request("vol-2"))
    await expectError(.unsupported, naming: "delete it instead") { try await bench.volumes.recycle(VolumeID("vol-2")) }
  }
}
