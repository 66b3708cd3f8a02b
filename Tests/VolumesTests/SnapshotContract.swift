// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import LinuxStorage
import SystemPackage
import Testing
import Volumes

extension VolumeSort {
  /// A request for a volume that begins as a copy of `source`.
  func request(
    _ id: String, from source: VolumeSource, capacity: Int64? = nil, _ more: [String: String] = [:]
  ) throws -> VolumeRequest {
    try VolumeRequest(
      id: VolumeID(id), capacity: capacity ?? self.capacity, parameters: parameters.merging(more) { $1 },
      source: source)
  }

  /// Checks that a copy is refused before anything is changed, where this sort cannot be copied; true then.
  func refusesCopies(_ bench: VolumeBench) async throws -> Bool {
    guard !isImage else { return false }
    _ = try await bench.volumes.create(try request())
    let before = bench.tree("pools/default")
    let cut = await #expect(throws: VolumeError.self) {
      try await bench.volumes.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
    }
    #expect(cut?.code == .unsupported && cut?.message.contains("use storage image") == true)
    let clone = await #expect(throws: VolumeError.self) {
      try await bench.volumes.create(try request("vol-2", from: .volume(VolumeID("vol-1"))))
    }
    #expect(clone?.code == .unsupported)
    #expect(bench.tree("pools/default") == before)
    return true
  }
}

/// What every storage system does with snapshots and clones, on every host; see ``VolumeContract``.
enum SnapshotContract {
  static let all: [VolumeContract] = [
    VolumeContract(testDescription: "a snapshot is recorded, cut once, and outlives its volume (SN8)") { bench, sort in
      guard try await !sort.refusesCopies(bench) else { return }
      let volume = try await bench.volumes.create(try sort.request())
      let before = try await bench.volumes.pools()[0].promisedBytes
      let id = try SnapshotID("snap-1")
      let record = try await bench.volumes.snapshot(VolumeID("vol-1"), as: id, origin: ["a": "b"])
      #expect(record.volume == "vol-1" && record.capacityBytes == sort.capacity && record.origin == ["a": "b"])
      #expect(record.image == volume.image)
      #expect(try await bench.volumes.snapshot(VolumeID("vol-1"), as: id) == record)
      #expect(try await bench.another().snapshot(VolumeID("vol-1"), as: id) == record)
      #expect(try await bench.volumes.snapshotRecord(id) == record)
      #expect(try await bench.another().snapshots().map(\.id) == ["snap-1"])
      #expect(bench.tree("pools/default/staging") == [])
      #expect(try await bench.volumes.pools()[0].promisedBytes == before + record.takenBytes)
      #expect(try await bench.another().pools()[0].promisedBytes == before + record.takenBytes)
      _ = try await bench.volumes.create(try sort.request("vol-2"))
      let error = await #expect(throws: VolumeError.self) {
        try await bench.volumes.snapshot(VolumeID("vol-2"), as: id)
      }
      #expect(error?.code == .conflict && error?.message.contains("it is of volume vol-1, not of vol-2") == true)
      try await bench.volumes.delete(VolumeID("vol-1"))
      try await bench.volumes.delete(VolumeID("vol-2"))
      #expect(try await bench.volumes.snapshotRecord(id) == record)
      try await bench.volumes.deleteSnapshot(id)
      try await bench.volumes.deleteSnapshot(id)
      #expect(try bench.leftovers == [])
      #expect(try await bench.volumes.pools()[0].promisedBytes == 0)
      let gone = await #expect(throws: VolumeError.self) { try await bench.volumes.snapshotRecord(id) }
      #expect(gone?.code == .notFound)
    },
    VolumeContract(testDescription: "a volume from a snapshot has a name of its own, and needs it no more (SN11)") {
      bench, sort in
      guard try await !sort.refusesCopies(bench) else { return }
      let volume = try await bench.volumes.create(try sort.request())
      let snapshot = try await bench.volumes.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
      let request = try sort.request("vol-2", from: .snapshot(SnapshotID("snap-1")))
      let copy = try await bench.volumes.create(request)
      #expect(copy.source?.snapshot == "snap-1" && copy.source?.volume == nil)
      #expect(copy.image?.uuid != volume.image?.uuid && copy.image?.bytes == volume.image?.bytes)
      #expect(try await bench.volumes.create(request) == copy)
      let error = await #expect(throws: VolumeError.self) { try await bench.volumes.create(try sort.request("vol-2")) }
      #expect(error?.message.contains("its source is snapshot snap-1, not nothing") == true)
      #expect(try await bench.volumes.snapshotRecord(SnapshotID("snap-1")) == snapshot)
      try await bench.volumes.deleteSnapshot(SnapshotID("snap-1"))
      try await bench.volumes.delete(VolumeID("vol-1"))
      let published = try await bench.volumes.publish(try sandbox(volume: "vol-2"))
      try await bench.volumes.unpublish(published.name)
      try await bench.volumes.delete(VolumeID("vol-2"))
      #expect(try bench.leftovers == [])
    },
    VolumeContract(testDescription: "a published volume is cut and cloned, and both are published at once (SN12)") {
      bench, sort in
      guard try await !sort.refusesCopies(bench) else { return }
      _ = try await bench.volumes.create(try sort.request())
      _ = try await bench.volumes.publish(try sandbox())
      _ = try await bench.volumes.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
      let clone = try await bench.volumes.create(try sort.request("vol-2", from: .volume(VolumeID("vol-1"))))
      #expect(clone.source?.volume == "vol-1")
      _ = try await bench.volumes.create(try sort.request("vol-3", from: .snapshot(SnapshotID("snap-1"))))
      if let fake = bench.fake {
        #expect(fake.calls(of: .freeze) == 2 && fake.frozenDevices.isEmpty)
      }
      for number in 2...3 {
        _ = try await bench.volumes.publish(try sandbox("pod-\(number)", volume: "vol-\(number)"))
      }
      #expect(try bench.mounts.count == 6 && bench.loops.count == 3)
    },
    VolumeContract(testDescription: "a copy is as large or larger, never smaller, and of the same filesystem (SN11)") {
      bench, sort in
      guard try await !sort.refusesCopies(bench) else { return }
      _ = try await bench.volumes.create(try sort.request())
      _ = try await bench.volumes.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
      let source = VolumeSource.snapshot(try SnapshotID("snap-1"))
      let staging = bench.tree("pools/default/staging")
      let small = await #expect(throws: VolumeError.self) {
        try await bench.volumes.create(try sort.request("vol-2", from: source, capacity: sort.capacity - 1))
      }
      #expect(small?.code == .invalid && small?.message.contains("needs \(sort.capacity) bytes") == true)
      let other = sort.parameters["fsType"] == "ext2" ? "ext4" : "ext2"
      let strange = await #expect(throws: VolumeError.self) {
        try await bench.volumes.create(try sort.request("vol-2", from: source, ["fsType": other]))
      }
      #expect(strange?.code == .unsupported && strange?.message.contains("cannot be \(other)") == true)
      let directory = ["storage": "directory", "enforcement": "none"]
      let elsewhere = await #expect(throws: VolumeError.self) {
        try await bench.volumes.create(
          try VolumeRequest(id: VolumeID("vol-2"), capacity: sort.capacity, parameters: directory, source: source))
      }
      #expect(elsewhere?.code == .unsupported)
      let missing = await #expect(throws: VolumeError.self) {
        try await bench.volumes.create(try sort.request("vol-2", from: .snapshot(SnapshotID("snap-9"))))
      }
      #expect(missing?.code == .notFound)
      #expect(bench.tree("pools/default/staging") == staging)
      #expect(bench.tree("pools/default/volumes").contains("vol-2") == false)
      let larger = sort.capacity * 2
      let copy = try await bench.volumes.create(try sort.request("vol-2", from: source, capacity: larger))
      #expect(copy.capacityBytes == larger && (copy.image?.bytes ?? 0) > larger)
      _ = try await bench.volumes.publish(try sandbox(volume: "vol-2"))
    },
    VolumeContract(testDescription: "what a dead process has begun to copy is removed, and its source thawed") {
      bench, sort in
      guard try await !sort.refusesCopies(bench) else { return }
      _ = try await bench.volumes.create(try sort.request())
      _ = try await bench.volumes.publish(try sandbox())
      let record = try await bench.volumes.snapshot(VolumeID("vol-1"), as: SnapshotID("snap-1"))
      // As after a kill in the middle, guard and all.
      let pool = try Directory.open(FilePath(bench.layout.pools + "/default"))
      let staging = try pool.directory("staging")
      try staging.makeDirectory("snap-2.x")
      let json = try #require(try pool.directory("snapshots").directory("snap-1").readFile("snapshot.json"))
      try staging.directory("snap-2.x").replaceFile("snapshot.json", with: json)
      let frozen = try bench.host.freeze(FilePath(bench.layout.state + "/mounts/vol-1"), atMost: 30)
      let report = try await bench.another().sweep()
      #expect(report.done == ["pool default: removed the half-made snap-2.x"])
      #expect(report.problems == [])
      let late = #expect(throws: HostError.self) { try frozen.thaw() }
      #expect(late?.code == .failed, "it was thawed before")
      #expect(bench.fake?.frozenDevices.isEmpty != false)
      #expect(try await bench.volumes.snapshotRecord(SnapshotID("snap-1")) == record)
    },
  ]
}
