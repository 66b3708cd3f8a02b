// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

extension Keeper {
  /// What a creation finds when it begins.
  private enum Beginning: Sendable {
    case exists(VolumeRecord)
    case isNew(Pool, Payload?)
  }

  /// A volume that is promised and being built.
  private struct Draft: Sendable {
    let id: VolumeID
    let record: VolumeRecord
    let entry: StagingEntry
    let recordFile: SparseFile
  }

  /// Builds the volume in staging and gives it its name with one rename, the point from which on it exists.
  func create(_ request: VolumeRequest) async throws(VolumeError) -> VolumeRecord {
    let (pool, source): (Pool, Payload?)
    switch try await threads.run({ () throws(VolumeError) in try begin(request) }) {
    case .exists(let record): return record
    case .isNew(let found, let origin): (pool, source) = (found, origin)
    }
    let system = system(request.storage)
    let record = try await plan(request, from: source, in: pool, by: system)
    let draft = try await threads.run { () throws(VolumeError) in try admit(record, id: request.id, to: pool) }
    FaultPoint.reach("create.admitted")
    do throws(VolumeError) {
      if let source {
        let spare = try await threads.run { () throws(VolumeError) in try spareBytes(of: pool) }
        try await system.clone(
          source, as: draft.record, into: draft.entry.directory, spare: spare,
          progress: reporter("volume \(request.id)"))
      } else {
        try await system.build(draft.record, for: pool, in: draft.entry.directory)
      }
      FaultPoint.reach("create.imaged")
      try await threads.run { () throws(VolumeError) in try finish(draft) }
      return draft.record
    } catch {
      return try await threads.run { () throws(VolumeError) in
        giveUp(draft)
        // Another process may have been faster with the same volume.
        guard error.code == .conflict, let existing = try existing(request) else { throw error }
        return existing
      }
    }
  }

  private func begin(_ request: VolumeRequest) throws(VolumeError) -> Beginning {
    if let existing = try existing(request) { return .exists(existing) }
    let pool = try pools.open(request.pool)
    let source = try request.source.map { source throws(VolumeError) in try payload(of: source) }
    try source?.check(request)
    return .isNew(pool, source)
  }

  private func plan(
    _ request: VolumeRequest, from source: Payload?, in pool: Pool, by system: any StorageSystem
  ) async throws(VolumeError) -> VolumeRecord {
    guard let source else { return try await system.plan(request, in: pool, createdAt: now()) }
    var record = try await system.plan(request, from: source, in: pool, createdAt: now())
    record.source = request.source.map(ContentOrigin.init)
    return record
  }

  /// The volume, if it exists as it is asked for; throws ``VolumeError/Code/conflict`` if it exists otherwise.
  private func existing(_ request: VolumeRequest) throws(VolumeError) -> VolumeRecord? {
    let (home, record): (VolumeHome, VolumeRecord)
    do throws(VolumeError) {
      (home, record) = try find(request.id)
    } catch {
      // A pool that cannot be read is no obstacle to a volume in another one, unless it is the one that is asked for.
      guard error.code == .notFound || error.code == .poolMissing else { throw error }
      return nil
    }
    if let difference = record.difference(from: request) {
      throw VolumeError(
        .conflict, "volume \(request.id) exists already, but \(difference); delete it, or ask for it under another id")
    }
    // Whoever built it may have died before its name was durable.
    try attempt("volume \(request.id)") { () throws(HostError) in try home.pool.volumes.sync() }
    return record
  }

  /// Promises the record's bytes, and makes the staging entry that counts for them from now on.
  private func admit(_ plan: VolumeRecord, id: VolumeID, to pool: Pool) throws(VolumeError) -> Draft {
    try pool.locked { () throws(VolumeError) in
      let promises = try ledger.promises(of: pool)
      let record = try system(plan.storage).reserve(plan, in: pool, neighbours: promises.count)
      let bytes = try JSONFile.encode(record, of: VolumeHome.recordName)
      let room = PoolRoom(pool, usage: try pool.usage(host), promises: promises.values)
      try room.admit(record.promisedBytes, isThick: record.isThick, to: id, pool: pool.name)
      let name = unique()
      let pending = record.isThick ? record.promisedBytes : 0
      return try ledger.change(
        pool, adding: ("\(id).\(name)", .init(bytes: record.promisedBytes, pending: pending))
      ) { () throws(VolumeError) in
        let entry = try StagingEntry(id.text, in: pool, unique: name)
        do throws(VolumeError) {
          let file = try attempt("volume \(id)") { () throws(HostError) in
            let file = try SparseFile.create(VolumeHome.recordName, in: entry.directory)
            try file.write(bytes, at: 0)
            return file
          }
          let draft = Draft(id: id, record: record, entry: entry, recordFile: file)
          if record.quota != nil { try limit(draft) }
          return draft
        } catch {
          discard(entry)
          throw error
        }
      }
    }
  }

  /// Has the kernel limit a volume before anything is in it. The record is on the disk before, so that whatever crashes now, the sweep
  /// finds the quota; the pool's lock is held, so that nobody else chooses the same number.
  private func limit(_ draft: Draft) throws(VolumeError) {
    let pool = draft.entry.pool
    try attempt("volume \(draft.id)") { () throws(HostError) in
      try draft.recordFile.sync()
      try draft.entry.directory.sync()
      try pool.staging.sync()
    }
    FaultPoint.reach("quota.recorded")
    try system(draft.record.storage).setLimit(draft.record, in: pool)
    FaultPoint.reach("quota.limited")
  }

  /// Makes everything durable and renames the finished entry to its place.
  private func finish(_ draft: Draft) throws(VolumeError) {
    let (id, entry, pool) = (draft.id, draft.entry, draft.entry.pool)
    try attempt("volume \(id)") { () throws(HostError) in
      try draft.recordFile.sync()
      try entry.directory.sync()
    }
    FaultPoint.reach("create.synced")
    let promise = PoolLedger.Promise(bytes: draft.record.promisedBytes, pending: 0)
    try pool.locked { () throws(VolumeError) in
      try ledger.change(pool, removing: entry.name, adding: (id.text, promise)) { () throws(VolumeError) in
        try attempt("volume \(id)") { () throws(HostError) in
          try pool.staging.rename(entry.name, into: pool.volumes, as: id.text)
        }
      }
    }
    FaultPoint.reach("create.renamed")
    try attempt("volume \(id)") { () throws(HostError) in
      try pool.volumes.sync()
      // Now, and not when the last reference goes: whoever asked for the volume will want its lock at once.
      try entry.directory.unlock()
    }
    FaultPoint.reach("create.done")
  }

  private func discard(_ entry: StagingEntry) { try? remove(entry.name, from: entry.pool.staging, of: entry.pool) }

  /// Removes what was built. What cannot be removed now is left to the sweep.
  private func giveUp(_ draft: Draft) {
    let pool = draft.entry.pool
    discard(draft.entry)
    try? pool.locked { () throws(VolumeError) in
      try ledger.change(pool, removing: draft.entry.name) { () throws(VolumeError) in }
    }
  }
}
