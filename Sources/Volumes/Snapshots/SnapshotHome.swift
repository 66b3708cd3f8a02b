// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// The directory of one snapshot, open: its record and its payload.
struct SnapshotHome: Sendable {
  static let recordName = "snapshot.json"
  /// The part of a pool that holds the snapshots.
  static let part = "snapshots"

  let id: SnapshotID
  let pool: Pool
  let directory: Directory

  /// The home of `id` in `pool`, or nil when there is none.
  init?(_ id: SnapshotID, in pool: Pool) throws(VolumeError) {
    guard let snapshots = try pool.snapshotsIfAny() else { return nil }
    do throws(HostError) {
      directory = try snapshots.directory(id.text)
    } catch {
      if error.code == .notFound { return nil }
      throw VolumeError(error, of: "snapshot \(id)")
    }
    self.id = id
    self.pool = pool
  }

  /// What is known of the snapshot. A record that is missing, garbled or another's is an error, never a guess.
  func record() throws(VolumeError) -> SnapshotRecord {
    let bytes = try attempt("snapshot \(id)") { () throws(HostError) in try directory.readFile(Self.recordName) }
    let path = "\(directory.path)/\(Self.recordName)"
    guard let bytes else {
      throw VolumeError(.damaged, "snapshot \(id) has no record: \(path) is missing; restore it from a backup")
    }
    let record: SnapshotRecord = try JSONFile.decode(bytes, of: path, version: SnapshotRecord.currentVersion)
    guard record.id == id.text else {
      throw VolumeError(
        .damaged,
        "\(path) is the record of snapshot \(NameRule.quoted(record.id)), not of \(id); one of them was misplaced")
    }
    try record.check(at: path)
    return record
  }

  /// Waits for the snapshot's lock; held as long as the result lives.
  func lock() throws(VolumeError) -> Directory {
    try DirectoryLock.acquire(id.text, in: try pool.snapshots(), of: "snapshot \(id)")
  }
}

extension Pool {
  /// Where the snapshots lie; nil while there never were any.
  func snapshotsIfAny() throws(VolumeError) -> Directory? {
    do throws(HostError) {
      return try directory.directory(SnapshotHome.part)
    } catch {
      if error.code == .notFound { return nil }
      throw VolumeError(error, of: "pool \(name)")
    }
  }

  /// Where the snapshots lie, made when there is no such place yet.
  func snapshots() throws(VolumeError) -> Directory {
    if let found = try snapshotsIfAny() { return found }
    return try attempt("pool \(name)") { () throws(HostError) in
      let made = try directory.ensureDirectory(SnapshotHome.part, mode: 0o700)
      try directory.sync()
      return made
    }
  }
}

extension Pools {
  /// The home of the snapshot `id`, in whatever pool it lies.
  ///
  /// Throws ``VolumeError/Code/notFound``; or the first pool's trouble, when it may lie in a pool that cannot be read.
  func home(of id: SnapshotID) throws(VolumeError) -> SnapshotHome {
    var trouble: VolumeError?
    for (_, pool) in try all() {
      switch pool {
      case .success(let pool):
        if let home = try SnapshotHome(id, in: pool) { return home }
      case .failure(let error):
        trouble = trouble ?? error
      }
    }
    throw trouble ?? VolumeError(.notFound, "there is no snapshot \(id) in any pool of this host")
  }
}
