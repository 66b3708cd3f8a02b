// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

extension Keeper {
  /// What can be copied of the volume, with its lock. Its filesystem is to be frozen where it is mounted.
  func payload(of home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) -> Payload {
    try system(record.storage).checkCopy(of: record)
    let lock = try home.lock()
    var image = record.image
    if let growth = record.growth {
      guard growth.begun != true, growth.shrinks != true else {
        throw VolumeError(
          .inUse, "volume \(home.id) was cut off while its size was changed; `orlop reconcile` goes on with that first")
      }
      // Its image may be longer by now than its record says; its filesystem is not.
      let found = try attempt("volume \(home.id)") { () throws(HostError) in
        try home.directory.metadata(of: ImageStorage.fileName)
      }
      if let found { image?.bytes = found.size }
    }
    let path = directories.layout.stagingMount(of: home.id)
    let entry = try attempt("volume \(home.id)") { () throws(HostError) in try host.mount(at: path) }
    // What is attached and not mounted are remains, or somebody whose writes nobody can stop: then this fails, naming who.
    if entry == nil { try system(record.storage).detach(home) }
    return Payload(
      subject: "volume \(home.id)", directory: home.directory, storage: record.storage,
      capacityBytes: record.capacityBytes, image: image, mount: entry == nil ? nil : path, lock: lock)
  }

  /// What can be copied of `source`, with its lock.
  func payload(of source: VolumeSource) throws(VolumeError) -> Payload {
    switch source {
    case .volume(let id):
      let (home, record) = try find(id)
      return try payload(of: home, record)
    case .snapshot(let id):
      let home = try pools.home(of: id)
      let record = try home.record()
      return Payload(
        subject: "snapshot \(id)", directory: home.directory, storage: record.storage,
        capacityBytes: record.capacityBytes, image: record.image, mount: nil, lock: try home.lock())
    }
  }

  /// Bytes that a copy may take from the pool's disk right now.
  func spareBytes(of pool: Pool) throws(VolumeError) -> Int64 {
    try pool.locked { () throws(VolumeError) in
      let room = PoolRoom(pool, usage: try pool.usage(host), promises: try ledger.promises(of: pool).values)
      return room.availableBytes - room.reserveBytes - room.pendingBytes
    }
  }

  /// Tells how far the making of `subject` has come.
  func reporter(_ subject: String) -> @Sendable (Int64, Int64) -> Void {
    { [progress] done, total in progress(CopyProgress(subject: subject, done: done, total: total)) }
  }

  /// Thaws the volume whose copying left the staging entry behind: whoever froze it is gone.
  func thawSource(of entry: Directory) throws(VolumeError) {
    let snapshot = try? entry.readFile(SnapshotHome.recordName)
    let volume = try? entry.readFile(VolumeHome.recordName)
    var source: String?
    if let snapshot {
      let draft: SnapshotRecord? = try? JSONFile.decode(
        snapshot, of: SnapshotHome.recordName, version: SnapshotRecord.currentVersion)
      source = draft?.volume
    } else if let volume {
      let draft: VolumeRecord? = try? JSONFile.decode(
        volume, of: VolumeHome.recordName, version: VolumeRecord.currentVersion)
      source = draft?.source?.volume
    }
    guard let id = try? source.map({ text throws(VolumeError) in try VolumeID(text) }) else { return }
    let path = directories.layout.stagingMount(of: id)
    try attempt("volume \(id)") { () throws(HostError) in
      if try host.mount(at: path) != nil { _ = try host.thaw(path) }
    }
  }
}

extension PoolRoom {
  /// Whether `bytes` more can be promised.
  func canPromise(_ bytes: Int64) -> Bool {
    let (sum, overflow) = promisedBytes.addingReportingOverflow(bytes)
    return !overflow && sum <= limitBytes
  }
}
