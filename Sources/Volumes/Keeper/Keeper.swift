// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

/// The work behind ``VolumeLifecycle``. Its functions block, except for those that are `async`, and are called on ``threads`` with
/// the turns that they need.
struct Keeper: Sendable {
  let host: any StorageHost
  let directories: HostDirectories
  let pools: Pools
  let ledger = PoolLedger()
  /// The threads that all of this runs on.
  let threads: BlockingPool
  let images: ImageStorage
  let plainDirectories: DirectoryStorage
  /// Seconds since 1970.
  let now: @Sendable () -> Int64
  /// Is told how far long work has come.
  let progress: @Sendable (CopyProgress) -> Void
  /// A text that no other call returns, for names of entries.
  let unique: @Sendable () -> String
  /// Whether a volume whose growth waits for it to be unmounted is mounted as it is.
  var leavesGrowth = false

  /// The storage system of `kind`.
  func system(_ kind: StorageKind) -> any StorageSystem {
    switch kind {
    case .image: images
    case .directory: plainDirectories
    }
  }

  /// The home and the record of `id`.
  func find(_ id: VolumeID) throws(VolumeError) -> (home: VolumeHome, record: VolumeRecord) {
    let home = try pools.home(of: id)
    return (home, try home.record())
  }

  // MARK: Looking

  func volumes() throws(VolumeError) -> [(id: String, record: Result<VolumeRecord, VolumeError>)] {
    var found: [(id: String, record: Result<VolumeRecord, VolumeError>)] = []
    for (name, pool) in try pools.all() {
      do throws(VolumeError) {
        let pool = try pool.get()
        for entry in try attempt("pool \(name)", { () throws(HostError) in try pool.volumes.entries() }) {
          found.append((entry, Result { () throws(VolumeError) in try Self.record(of: entry, in: pool) }))
        }
      } catch {
        found.append(("pool \(name)", .failure(error)))
      }
    }
    return found.sorted { $0.id < $1.id }
  }

  private static func record(of entry: String, in pool: Pool) throws(VolumeError) -> VolumeRecord {
    guard let home = try VolumeHome(try VolumeID(entry), in: pool) else {
      throw VolumeError(.notFound, "volume \(entry) was deleted meanwhile")
    }
    return try home.record()
  }

  func usage(of id: VolumeID) throws(VolumeError) -> VolumeUsage {
    let (home, record) = try find(id)
    if let usage = try system(record.storage).usage(of: home, record) { return usage }
    let allocated = try system(record.storage).allocatedBytes(of: home)
    let staged = directories.layout.stagingMount(of: id)
    return try attempt("volume \(id)") { () throws(HostError) in
      guard try host.mount(at: staged) != nil else {
        return VolumeUsage(totalBytes: record.capacityBytes, allocatedBytes: allocated)
      }
      let usage = try host.usage(at: staged)
      return VolumeUsage(
        totalBytes: usage.totalBytes, availableBytes: usage.availableBytes, usedBytes: usage.usedBytes,
        totalInodes: usage.totalInodes, freeInodes: usage.freeInodes, allocatedBytes: allocated)
    }
  }

  func poolStatus() throws(VolumeError) -> [PoolStatus] {
    try pools.all().map { name, pool in
      var uuid: String?
      do throws(VolumeError) {
        let pool = try pool.get()
        uuid = pool.marker.uuid
        return try status(of: pool)
      } catch {
        return PoolStatus(
          name: name, path: directories.layout.pools + "/" + name, uuid: uuid, problem: error.message)
      }
    }
  }

  private func status(of pool: Pool) throws(VolumeError) -> PoolStatus {
    let usage = try pool.usage(host)
    let promises = try pool.locked { () throws(VolumeError) in try ledger.promises(of: pool) }
    let room = PoolRoom(pool, usage: usage, promises: promises.values)
    let count = try attempt("pool \(pool.name)") { () throws(HostError) in try pool.volumes.entries().count }
    return PoolStatus(
      name: pool.name, path: pool.directory.path.string, uuid: pool.marker.uuid, totalBytes: room.totalBytes,
      availableBytes: room.availableBytes, promisedBytes: room.promisedBytes, limitBytes: room.limitBytes,
      reserveBytes: room.reserveBytes, volumes: count)
  }
}
