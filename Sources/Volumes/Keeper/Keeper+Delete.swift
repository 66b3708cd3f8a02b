// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

extension Keeper {
  /// Deletes the volume: from the one rename into the trash on it does not exist any more.
  func delete(_ id: VolumeID) throws(VolumeError) {
    let found: (home: VolumeHome, record: VolumeRecord)
    do throws(VolumeError) {
      found = try find(id)
    } catch {
      guard error.code == .notFound else { throw error }
      return
    }
    let (home, record) = found
    let lock = try home.lock()
    try withExtendedLifetime(lock) { () throws(VolumeError) in
      try refuseIfInUse(home, record)
      FaultPoint.reach("delete.checked")
      let entry = try discard(home)
      FaultPoint.reach("delete.renamed")
      // It is deleted; what cannot be removed now is reported by the sweep, which tries again.
      try? remove(entry, from: home.pool.trash, of: home.pool)
    }
    FaultPoint.reach("delete.done")
  }

  /// Removes the entry `name` of the pool's trash or staging: first the payload and what the kernel keeps for it, then the record that
  /// tells of them. Cut off anywhere, it can be called again.
  func remove(_ name: String, from part: Directory, of pool: Pool) throws(VolumeError) {
    if let directory = try? part.directory(name), let bytes = try? directory.readFile(VolumeHome.recordName),
      let record: VolumeRecord = try? JSONFile.decode(
        bytes, of: VolumeHome.recordName, version: VolumeRecord.currentVersion)
    {
      try system(record.storage).erase(record, in: directory, of: pool)
    }
    FaultPoint.reach("delete.erased")
    try attempt("pool \(pool.name)") { () throws(HostError) in try part.removeTree(name) }
  }

  /// Empties a directory volume.
  func recycle(_ id: VolumeID) throws(VolumeError) {
    let (home, record) = try find(id)
    guard record.storage == .directory else {
      throw VolumeError(
        .unsupported, "volume \(id) is no directory volume; only those can be recycled: delete it instead")
    }
    let lock = try home.lock()
    try withExtendedLifetime(lock) { () throws(VolumeError) in
      try refuseIfInUse(home, record)
      try plainDirectories.recycle(home, record, unique: unique())
    }
  }

  /// The commit point of a deletion. Returns the entry in the trash.
  private func discard(_ home: VolumeHome) throws(VolumeError) -> String {
    let (id, pool) = (home.id, home.pool)
    let entry = "\(id).\(unique())"
    try pool.locked { () throws(VolumeError) in
      try ledger.change(pool, removing: id.text) { () throws(VolumeError) in
        try attempt("volume \(id)") { () throws(HostError) in
          try pool.volumes.rename(id.text, into: pool.trash, as: entry)
        }
      }
    }
    // That it is gone must be durable before anything of it is; whether a crash leaves it in the trash does not matter.
    try attempt("volume \(id)") { () throws(HostError) in try pool.volumes.sync() }
    return entry
  }
}
