// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

extension Keeper {
  /// Removes what nobody builds, what is deleted already, and pools that were never finished. One trouble does not stop the rest.
  func sweepPools() throws(VolumeError) -> SweepReport {
    var report = SweepReport()
    for (name, pool) in try pools.all() {
      switch pool {
      case .success(let pool):
        report.note { () throws(VolumeError) in try sweepStaging(of: pool) }
        report.note { () throws(VolumeError) in try sweepTrash(of: pool) }
      case .failure(let error): report.problems.append("pool \(name): \(error.message)")
      }
    }
    report.note { () throws(VolumeError) in try pools.sweepDrafts() }
    return report
  }

  /// The volumes that have a staging mount point although no sandbox sees them: each is to be unstaged in its turn.
  func idleStagingPoints() throws(VolumeError) -> [VolumeID] {
    let table = try MountTable(host)
    let staged = stagedVolumes(table)
    let mounts = try directories.mounts()
    let points = try attempt("staging mounts") { () throws(HostError) in try mounts.entries() }
    return points.compactMap { try? VolumeID($0) }.filter { id in
      guard let entry = staged[id] else { return true }
      return !table.entries.contains { $0.target != entry.target && entry.place.holds($0) }
    }
  }

  /// Removes the staging entries whose lock can be taken: their builders are gone.
  private func sweepStaging(of pool: Pool) throws(VolumeError) -> [String] {
    try pool.locked { () throws(VolumeError) in
      var done: [String] = []
      for entry in try attempt("pool \(pool.name)", { () throws(HostError) in try pool.staging.entries() }) {
        guard let directory = try? pool.staging.directory(entry), (try? directory.tryLock(.exclusive)) == true else {
          continue
        }
        try thawSource(of: directory)
        try pool.refuseIfFinished(directory, stagedAs: entry)
        try ledger.change(pool, removing: entry) { () throws(VolumeError) in
          try remove(entry, from: pool.staging, of: pool)
        }
        done.append("pool \(pool.name): removed the half-made \(entry)")
      }
      return done
    }
  }

  private func sweepTrash(of pool: Pool) throws(VolumeError) -> [String] {
    var done: [String] = []
    for entry in try attempt("pool \(pool.name)", { () throws(HostError) in try pool.trash.entries() }) {
      // Whoever deletes it right now has the lock and goes on.
      guard let directory = try? pool.trash.directory(entry), (try? directory.tryLock(.exclusive)) == true else {
        continue
      }
      try remove(entry, from: pool.trash, of: pool)
      done.append("pool \(pool.name): removed the deleted \(entry)")
    }
    return done
  }
}

extension SweepReport {
  /// Adds what `work` did, or why it could not.
  mutating func note(_ work: () throws(VolumeError) -> [String]) {
    do throws(VolumeError) {
      done += try work()
    } catch {
      problems.append(error.message)
    }
  }
}

extension Pools {
  /// Removes the pools that were being prepared when their preparer died.
  func sweepDrafts() throws(VolumeError) -> [String] {
    let pools = try directories.pools()
    return try attempt("pools") { () throws(HostError) in
      var done: [String] = []
      for entry in try pools.entries() where entry.hasPrefix(".") {
        guard let directory = try? pools.directory(entry), try directory.tryLock(.exclusive) else { continue }
        try pools.removeTree(entry)
        done.append("removed the unfinished pool \(entry)")
      }
      return done
    }
  }
}

extension Pool {
  /// Throws ``VolumeError/Code/damaged`` when a finished volume is the very directory of the staging entry: a filesystem without a
  /// journal can have kept both names of a rename that a power cut met. What is removed from one is gone from the other.
  func refuseIfFinished(_ directory: Directory, stagedAs entry: String) throws(VolumeError) {
    let isFinished = try attempt("pool \(name)") { () throws(HostError) in
      guard let dot = entry.lastIndex(of: "."), dot != entry.startIndex else { return false }
      return try volumes.metadata(of: String(entry[..<dot]))?.identity == directory.identity()
    }
    guard isFinished else { return }
    throw VolumeError(
      .damaged,
      "pool \(name): \(directory.path) is also a finished volume, which no rename leaves; the filesystem needs fsck")
  }
}
