// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import LinuxStorage
import SystemPackage
import Testing
import Volumes

/// What every storage system does on every host. Run on the fake host by ``VolumeContractTests``, on the real kernel by the
/// privileged tests, which have a link to this file.
struct VolumeContract: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let check: @Sendable (VolumeBench, VolumeSort) async throws -> Void

  static let all: [VolumeContract] = [
    VolumeContract(testDescription: "a created volume is recorded as it was asked for") { bench, sort in
      let request = try sort.request()
      let record = try await bench.volumes.create(request)
      #expect(record.id == "vol-1")
      #expect(record.capacityBytes == sort.capacity)
      #expect(record.pool == "default")
      #expect(record.storage == request.storage)
      #expect(try await bench.volumes.record(VolumeID("vol-1")) == record)
      #expect(try await bench.another().record(VolumeID("vol-1")) == record)
      #expect(bench.tree("pools/default/staging") == [])
      #expect(try await bench.volumes.state(of: VolumeID("vol-1")).isIdle)
    },
    VolumeContract(testDescription: "creating the same volume again returns it, creating it otherwise is a conflict") {
      bench, sort in
      let record = try await bench.volumes.create(try sort.request())
      #expect(try await bench.volumes.create(try sort.request()) == record)
      #expect(try await bench.another().create(try sort.request()) == record)
      let error = await #expect(throws: VolumeError.self) {
        try await bench.volumes.create(try sort.request(capacity: sort.capacity + 1))
      }
      #expect(error?.code == .conflict)
      #expect(error?.message.contains("capacity is \(sort.capacity) bytes, not \(sort.capacity + 1)") == true)
    },
    VolumeContract(testDescription: "a published volume is mounted with nosuid and nodev, and its path is told") {
      bench, sort in
      _ = try await bench.volumes.create(try sort.request())
      let published = try await bench.volumes.publish(try sandbox())
      let path = bench.layout.state + "/pods/default/pod-1/volumes/data"
      #expect(published.mounts == [PublishedMount(path: path, volume: try VolumeID("vol-1"), isReadOnly: false)])
      #expect(try await bench.volumes.path(ofVolume: "data", in: published.name) == path)
      for entry in try bench.mounts { #expect(Set(entry.options).isSuperset(of: ["nosuid", "nodev"]), "\(entry)") }
      let state = try await bench.volumes.state(of: VolumeID("vol-1"))
      #expect(state.publishedAt == [path])
      #expect(state.stagedAt == bench.layout.state + "/mounts/vol-1")
      #expect((state.device != nil) == sort.isImage)
    },
    VolumeContract(testDescription: "publishing again changes nothing") { bench, sort in
      _ = try await bench.volumes.create(try sort.request())
      let first = try await bench.volumes.publish(try sandbox())
      let mounts = try bench.mounts
      #expect(try await bench.volumes.publish(try sandbox()) == first)
      #expect(try await bench.another().publish(try sandbox()) == first)
      #expect(try bench.mounts == mounts)
    },
    VolumeContract(testDescription: "two sandboxes share one staging mount, and the last one takes it down") {
      bench, sort in
      _ = try await bench.volumes.create(try sort.request())
      let first = try await bench.volumes.publish(try sandbox("pod-1"))
      let second = try await bench.volumes.publish(try sandbox("pod-2"))
      #expect(try bench.mounts.count == 3)
      #expect(try bench.loops.count == (sort.isImage ? 1 : 0))
      try await bench.volumes.unpublish(first.name)
      #expect(try bench.mounts.count == 2)
      #expect(try await bench.volumes.published() == [second])
      try await bench.volumes.unpublish(second.name)
      #expect(try bench.mounts == [])
      #expect(try bench.loops == [])
      #expect(bench.tree("pods") + bench.tree("mounts") == [])
      try await bench.volumes.unpublish(second.name)
    },
    VolumeContract(testDescription: "a volume in use is not deleted, and afterwards nothing of it is left") {
      bench, sort in
      _ = try await bench.volumes.create(try sort.request())
      let published = try await bench.volumes.publish(try sandbox())
      let error = await #expect(throws: VolumeError.self) { try await bench.volumes.delete(VolumeID("vol-1")) }
      #expect(error?.code == .inUse)
      #expect(error?.message.contains("/pods/default/pod-1/volumes/data; unpublish it first") == true)
      #expect(try await bench.volumes.record(VolumeID("vol-1")).id == "vol-1")
      try await bench.volumes.unpublish(published.name)
      try await bench.volumes.delete(VolumeID("vol-1"))
      try await bench.volumes.delete(VolumeID("vol-1"))
      #expect(try bench.leftovers == [])
      let gone = await #expect(throws: VolumeError.self) { try await bench.volumes.record(VolumeID("vol-1")) }
      #expect(gone?.code == .notFound)
    },
    VolumeContract(testDescription: "a read-only volume is mounted read-only, beside a writable view of the same (M11)")
    {
      bench, sort in
      _ = try await bench.volumes.create(try sort.request())
      let reader = try await bench.volumes.publish(try sandbox("reader", readOnly: true))
      let writer = try await bench.volumes.publish(try sandbox("writer"))
      #expect(reader.mounts.map(\.isReadOnly) == [true])
      #expect(writer.mounts.map(\.isReadOnly) == [false])
      let changed = try await bench.volumes.publish(try sandbox("reader"))
      #expect(changed.mounts.map(\.isReadOnly) == [false])
    },
    VolumeContract(testDescription: "a container sees its volume at its mount path") { bench, sort in
      _ = try await bench.volumes.create(try sort.request())
      let view = SandboxMount(container: "app", mountPath: "/var/lib/data/", volume: "data", readOnly: true)
      let request = try sandbox(mounts: [view])
      let published = try await bench.volumes.publish(request)
      let path = bench.layout.state + "/pods/default/pod-1/containers/app/var/lib/data"
      #expect(published.mounts.first { $0.path == path }?.isReadOnly == true)
      #expect(published.mounts.count == 2)
      // Without the view: what is not asked for any more is taken down.
      let less = try await bench.volumes.publish(try sandbox())
      #expect(less.mounts.count == 1)
      try await bench.volumes.unpublish(request.name)
      try await bench.volumes.delete(VolumeID("vol-1"))
      #expect(try bench.leftovers == [])
    },
    VolumeContract(testDescription: "a volume that cannot be mounted leaves nothing behind in its sandbox") {
      bench, sort in
      _ = try await bench.volumes.create(try sort.request())
      var request = try sandbox()
      request.volumes.append(SandboxVolume(name: "more", source: .volume(try VolumeID("missing"))))
      let wrong = request
      let error = await #expect(throws: VolumeError.self) { try await bench.volumes.publish(wrong) }
      #expect(error?.code == .notFound)
      #expect(try bench.mounts == [])
      #expect(try bench.loops == [])
      #expect(bench.tree("pods") + bench.tree("mounts") == [])
    },
    VolumeContract(
      testDescription: "a staging mount that nobody uses is swept, and does not keep a volume from being deleted"
    ) {
      bench, sort in
      _ = try await bench.volumes.create(try sort.request())
      let published = try await bench.volumes.publish(try sandbox())
      // As after a kill between unbinding and unstaging.
      try bench.host.unmount(FilePath(published.mounts[0].path), lazily: false)
      let report = try await bench.volumes.sweep()
      #expect(report.done == ["volume vol-1: took down the staging mount that nobody uses"])
      #expect(report.problems == [])
      #expect(try bench.mounts == [])
      _ = try await bench.volumes.publish(try sandbox())
      try bench.host.unmount(FilePath(published.mounts[0].path), lazily: false)
      try await bench.volumes.delete(VolumeID("vol-1"))
      try await bench.volumes.unpublish(published.name)
      #expect(try bench.leftovers == [])
    },
    VolumeContract(
      testDescription: "reconciling publishes what is wanted, and one failure does not keep the others back"
    ) {
      bench, sort in
      _ = try await bench.volumes.create(try sort.request())
      let results = await bench.volumes.reconcile([
        try sandbox("new-1"), try sandbox("new-2", volume: "missing"), try sandbox("new-3"),
      ])
      #expect(try bench.mounts.count == 3)
      #expect(try await bench.volumes.published().map(\.name.name) == ["new-1", "new-3"])
      #expect(results.count == 3)
      #expect((try? results[SandboxName(namespace: "default", name: "new-1")]?.get())?.mounts.count == 1)
    },
    VolumeContract(testDescription: "many volumes at once are created, published, unpublished and deleted") {
      bench, sort in
      try await withThrowingTaskGroup(of: Void.self) { group in
        for number in 0..<6 {
          group.addTask {
            _ = try await bench.volumes.create(try sort.request("vol-\(number)"))
            let published = try await bench.volumes.publish(try sandbox("pod-\(number)", volume: "vol-\(number)"))
            #expect(published.mounts.map(\.volume) == [try VolumeID("vol-\(number)")])
            try await bench.volumes.unpublish(published.name)
            try await bench.volumes.delete(VolumeID("vol-\(number)"))
          }
        }
        try await group.waitForAll()
      }
      #expect(try bench.leftovers == [])
    },
    VolumeContract(testDescription: "a volume that nobody uses grows at once, and never becomes smaller") {
      bench, sort in
      _ = try await bench.volumes.create(try sort.request())
      let id = try VolumeID("vol-1")
      let growth = try await bench.volumes.grow(id, to: sort.capacity * 2)
      #expect(growth.waitsFor == nil && growth.record.growth == nil && growth.record.capacityBytes == sort.capacity * 2)
      #expect(try await bench.another().record(id) == growth.record)
      #expect(try await bench.volumes.grow(id, to: sort.capacity).record == growth.record)
      #expect(try await bench.volumes.state(of: id).isIdle)
      #expect(try bench.loops == [])
      _ = try await bench.volumes.publish(try sandbox())
      #expect(try await bench.volumes.usage(of: id).totalBytes >= sort.capacity * 2)
    },
    VolumeContract(testDescription: "a mounted volume grows at once, or before it is next mounted and says why") {
      bench, sort in
      _ = try await bench.volumes.create(try sort.request())
      let id = try VolumeID("vol-1")
      let published = try await bench.volumes.publish(try sandbox())
      let mounts = try bench.mounts
      let growth = try await bench.volumes.grow(id, to: sort.capacity * 2)
      #expect(try bench.mounts == mounts)
      #expect((growth.waitsFor == nil) == (growth.record.capacityBytes == sort.capacity * 2))
      if let reason = growth.waitsFor {
        #expect(reason.contains("cannot grow the mounted ext"))
        #expect(growth.record.growth?.capacityBytes == sort.capacity * 2)
      }
      try await bench.volumes.unpublish(published.name)
      _ = try await bench.another().publish(try sandbox())
      let record = try await bench.volumes.record(id)
      #expect(record.growth == nil && record.capacityBytes == sort.capacity * 2)
      #expect(try await bench.volumes.usage(of: id).totalBytes >= sort.capacity * 2)
      try await bench.volumes.unpublish(published.name)
      try await bench.volumes.delete(id)
      #expect(try bench.leftovers == [])
    },
  ]
}
