// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

extension Keeper {
  /// Cuts the snapshot in staging and gives it its name with one rename, the point from which on it exists.
  func snapshot(
    _ volume: VolumeID, as id: SnapshotID, origin: [String: String]
  ) throws(VolumeError) -> SnapshotRecord {
    if let existing = try existingSnapshot(id, of: volume) { return existing }
    let (home, record) = try find(volume)
    let source = try payload(of: home, record)
    var draft = SnapshotRecord(
      version: SnapshotRecord.currentVersion, id: id.text, pool: home.pool.name, volume: volume.text,
      storage: record.storage, capacityBytes: record.capacityBytes, takenBytes: record.promisedBytes,
      owner: record.owner, image: source.image, createdAt: now(), origin: origin)
    let entry = try admit(draft, to: home.pool)
    FaultPoint.reach("snapshot.admitted")
    do throws(VolumeError) {
      draft.takenBytes = try system(record.storage).cut(
        source, into: entry.directory, spare: try spareBytes(of: home.pool), keepsRoom: false,
        progress: reporter("snapshot \(id)"))
      try finish(draft, entry)
      return draft
    } catch {
      entry.discard()
      try? home.pool.locked { () throws(VolumeError) in
        try ledger.change(home.pool, removing: entry.name) { () throws(VolumeError) in }
      }
      throw error
    }
  }

  /// The snapshot, if it exists and is of `volume`; throws ``VolumeError/Code/conflict`` if it is of another.
  private func existingSnapshot(_ id: SnapshotID, of volume: VolumeID) throws(VolumeError) -> SnapshotRecord? {
    let home: SnapshotHome
    do throws(VolumeError) {
      home = try pools.home(of: id)
    } catch {
      guard error.code == .notFound || error.code == .poolMissing else { throw error }
      return nil
    }
    let record = try home.record()
    guard record.volume == volume.text else {
      throw VolumeError(
        .conflict,
        "snapshot \(id) exists already, but it is of volume \(record.volume), not of \(volume); ask for another id")
    }
    // Whoever cut it may have died before its name was durable.
    let snapshots = try home.pool.snapshots()
    try attempt("snapshot \(id)") { () throws(HostError) in try snapshots.sync() }
    return record
  }

  /// Promises what the snapshot may take, and makes the staging entry that counts for it from now on. Its record is in it already:
  /// it tells the sweep which volume to thaw.
  private func admit(_ draft: SnapshotRecord, to pool: Pool) throws(VolumeError) -> StagingEntry {
    let bytes = try JSONFile.encode(draft, of: SnapshotHome.recordName)
    return try pool.locked { () throws(VolumeError) in
      let room = PoolRoom(pool, usage: try pool.usage(host), promises: try ledger.promises(of: pool).values)
      guard room.canPromise(draft.takenBytes) else {
        throw VolumeError(
          .noSpace,
          "snapshot \(draft.id) of volume \(draft.volume) may take \(draft.takenBytes) bytes, but pool \(pool.name) has promised \(room.promisedBytes) of the \(room.limitBytes) that it may; delete volumes or snapshots"
        )
      }
      let name = unique()
      let promise = PoolLedger.Promise(bytes: draft.takenBytes, pending: 0)
      return try ledger.change(pool, adding: ("\(draft.id).\(name)", promise)) { () throws(VolumeError) in
        let entry = try StagingEntry(draft.id, in: pool, unique: name)
        do throws(VolumeError) {
          try attempt("snapshot \(draft.id)") { () throws(HostError) in
            try entry.directory.replaceFile(SnapshotHome.recordName, with: bytes)
          }
          return entry
        } catch {
          entry.discard()
          throw error
        }
      }
    }
  }

  /// Makes everything durable and renames the finished entry to its place.
  private func finish(_ record: SnapshotRecord, _ entry: StagingEntry) throws(VolumeError) {
    let (subject, pool) = ("snapshot \(record.id)", entry.pool)
    let bytes = try JSONFile.encode(record, of: SnapshotHome.recordName)
    let snapshots = try pool.snapshots()
    try attempt(subject) { () throws(HostError) in
      try entry.directory.replaceFile(SnapshotHome.recordName, with: bytes)
    }
    FaultPoint.reach("snapshot.synced")
    let promise = PoolLedger.Promise(bytes: record.takenBytes, pending: 0)
    try pool.locked { () throws(VolumeError) in
      try ledger.change(pool, removing: entry.name, adding: (PoolLedger.key(ofSnapshot: record.id), promise)) {
        () throws(VolumeError) in
        try attempt(subject) { () throws(HostError) in
          try pool.staging.rename(entry.name, into: snapshots, as: record.id)
        }
      }
    }
    FaultPoint.reach("snapshot.renamed")
    try attempt(subject) { () throws(HostError) in
      try snapshots.sync()
      try pool.staging.sync()
      try entry.directory.unlock()
    }
    FaultPoint.reach("snapshot.done")
  }

  /// Deletes the snapshot: from the one rename into the trash on it does not exist any more.
  func deleteSnapshot(_ id: SnapshotID) throws(VolumeError) {
    let home: SnapshotHome
    do throws(VolumeError) {
      home = try pools.home(of: id)
    } catch {
      guard error.code == .notFound else { throw error }
      return
    }
    _ = try home.record()  // what is not understood is not destroyed
    let pool = home.pool
    let entry = "\(id).\(unique())"
    let lock = try home.lock()
    try withExtendedLifetime(lock) { () throws(VolumeError) in
      let snapshots = try pool.snapshots()
      try pool.locked { () throws(VolumeError) in
        try ledger.change(pool, removing: PoolLedger.key(ofSnapshot: id.text)) { () throws(VolumeError) in
          try attempt("snapshot \(id)") { () throws(HostError) in
            try snapshots.rename(id.text, into: pool.trash, as: entry)
          }
        }
      }
      try attempt("snapshot \(id)") { () throws(HostError) in
        try pool.trash.sync()
        try snapshots.sync()
      }
      FaultPoint.reach("deleteSnapshot.renamed")
      try? pool.trash.removeTree(entry)
    }
    FaultPoint.reach("deleteSnapshot.done")
  }

  func snapshots() throws(VolumeError) -> [(id: String, record: Result<SnapshotRecord, VolumeError>)] {
    var found: [(id: String, record: Result<SnapshotRecord, VolumeError>)] = []
    for case (let name, .success(let pool)) in try pools.all() {
      guard let directory = try pool.snapshotsIfAny() else { continue }
      for entry in try attempt("pool \(name)", { () throws(HostError) in try directory.entries() }) {
        let record = Result { () throws(VolumeError) in
          guard let home = try SnapshotHome(try SnapshotID(entry), in: pool) else {
            throw VolumeError(.notFound, "snapshot \(entry) was deleted meanwhile")
          }
          return try home.record()
        }
        found.append((entry, record))
      }
    }
    return found.sorted { $0.id < $1.id }
  }
}
