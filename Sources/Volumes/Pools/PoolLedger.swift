// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import Synchronization

/// What the pools have promised, remembered between two changes so that not every creation reads every record.
///
/// The truth is the records on the disk. Each change of a pool's set of volumes increments, under the pool's lock and before it is
/// made, the counter in the pool's file `changes`; what is remembered counts only while that counter is the remembered one.
final class PoolLedger: Sendable {
  /// What one volume, finished or being built, was promised.
  struct Promise: Sendable, Hashable {
    let bytes: Int64
    /// Of these the bytes that it will surely still take from the disk.
    let pending: Int64
  }

  private struct Page {
    let change: UInt64
    var promises: [String: Promise]
  }

  private static let counterName = "changes"
  private let pages = Mutex<[String: Page]>([:])

  /// The promises of `pool`, by entry. The caller holds the pool's lock.
  func promises(of pool: Pool) throws(VolumeError) -> [String: Promise] {
    let change = try counter(of: pool, adding: 0)
    let known = pages.withLock { pages in pages[pool.marker.uuid].flatMap { $0.change == change ? $0.promises : nil } }
    if let known { return known }
    let promises = try Self.scan(pool)
    pages.withLock { $0[pool.marker.uuid] = Page(change: change, promises: promises) }
    return promises
  }

  /// Makes `change`, which removes and adds these entries of the set of volumes. The caller holds the pool's lock.
  func change<Answer>(
    _ pool: Pool, removing removed: String? = nil, adding added: (entry: String, promise: Promise)? = nil,
    _ change: () throws(VolumeError) -> Answer
  ) throws(VolumeError) -> Answer {
    var promises = try promises(of: pool)
    let number = try counter(of: pool, adding: 1)
    let answer = try change()  // when it fails, the old page does not count any more, and the next reader looks again
    if let removed { promises[removed] = nil }
    if let added { promises[added.entry] = added.promise }
    pages.withLock { $0[pool.marker.uuid] = Page(change: number, promises: promises) }
    return answer
  }

  private func counter(of pool: Pool, adding step: UInt64) throws(VolumeError) -> UInt64 {
    try attempt("pool \(pool.name)") { () throws(HostError) in
      let file: SparseFile
      do throws(HostError) {
        file = try SparseFile.open(Self.counterName, in: pool.directory, writable: step > 0)
      } catch {
        guard error.code == .notFound else { throw error }
        file = try SparseFile.create(Self.counterName, in: pool.directory)
      }
      let old = try file.read(at: 0, count: 8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard step > 0 else { return old }
      let new = old &+ step
      try file.write((0..<8).map { UInt8(truncatingIfNeeded: new >> (8 * $0)) }, at: 0)
      return new
    }
  }

  /// Reads every record. One that does not load counts with what its payload takes, for it is still there.
  private static func scan(_ pool: Pool) throws(VolumeError) -> [String: Promise] {
    var promises: [String: Promise] = [:]
    let snapshots = try pool.snapshotsIfAny().map { [($0, true)] } ?? []
    for (part, isOfSnapshots) in [(pool.volumes, false), (pool.staging, false)] + snapshots {
      for entry in try attempt("pool \(pool.name)", { () throws(HostError) in try part.entries() }) {
        // An entry can vanish while we look: its builder gave up.
        guard let directory = try? part.directory(entry) else { continue }
        let key = isOfSnapshots ? key(ofSnapshot: entry) : entry
        promises[key] = try attempt("pool \(pool.name)") { () throws(HostError) in try promise(of: directory) }
      }
    }
    return promises
  }

  /// The name of the snapshot `id` among the entries: a volume may have the same id.
  static func key(ofSnapshot id: String) -> String { "snapshots/" + id }

  private static func promise(of directory: Directory) throws(HostError) -> Promise {
    let image = try directory.metadata(of: ImageStorage.fileName)
    let bytes = try? directory.readFile(VolumeHome.recordName)
    let record: VolumeRecord? = bytes.flatMap { bytes in
      try? JSONFile.decode(bytes, of: VolumeHome.recordName, version: VolumeRecord.currentVersion)
    }
    let allocated = image?.allocatedBytes ?? 0
    if record == nil, let snapshot = try? directory.readFile(SnapshotHome.recordName) {
      let draft: SnapshotRecord? = try? JSONFile.decode(
        snapshot, of: SnapshotHome.recordName, version: SnapshotRecord.currentVersion)
      if let draft { return Promise(bytes: draft.takenBytes, pending: 0) }
    }
    guard let record else { return Promise(bytes: max(image?.size ?? 0, allocated), pending: 0) }
    return Promise(bytes: record.promisedBytes, pending: record.isThick ? max(0, record.promisedBytes - allocated) : 0)
  }
}
