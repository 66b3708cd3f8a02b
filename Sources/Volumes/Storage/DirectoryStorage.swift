// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// A volume as a directory `data` of the pool's own filesystem, which limits it by a quota, or, if that is asked for, not at all.
struct DirectoryStorage: StorageSystem {
  static let dataName = "data"

  let host: any StorageHost
  let threads: BlockingPool

  func plan(_ request: VolumeRequest, in pool: Pool, createdAt: Int64) async throws(VolumeError) -> VolumeRecord {
    try await threads.run { () throws(VolumeError) in
      try pool.checkPossible(request.capacity, for: request.id, usage: try pool.usage(host))
      if request.enforcement == .required { _ = try quotaKind(for: request, in: pool) }
    }
    return VolumeRecord(
      version: VolumeRecord.currentVersion, id: request.id.text, pool: pool.name, storage: .directory,
      capacityBytes: request.capacity, enforcement: request.enforcement, owner: request.owner, image: nil,
      inodes: request.inodes, createdAt: createdAt, origin: request.origin)
  }

  func build(_ record: VolumeRecord, for pool: Pool, in directory: Directory) async throws(VolumeError) {
    try await threads.run { () throws(VolumeError) in
      try attempt("volume \(record.id)") { () throws(HostError) in
        try makeContent(Self.dataName, of: record, in: directory)
      }
    }
  }

  /// Makes the empty directory `name` with the record's owner and mode, counted for its quota.
  private func makeContent(_ name: String, of record: VolumeRecord, in directory: Directory) throws(HostError) {
    let data: Directory
    if let quota = record.quota {
      data = try host.makeDirectory(name, in: directory, countedFor: quota.id)
    } else {
      try directory.makeDirectory(name, mode: 0o700)
      data = try directory.directory(name)
    }
    try data.changeOwner(uid: record.owner.user, gid: record.owner.group)
    try data.changeMode(record.owner.mode)
    try data.sync()
  }

  func checkCopy(of record: VolumeRecord) throws(VolumeError) {
    throw VolumeError(
      .unsupported,
      "volume \(record.id): a directory volume cannot be copied as of one moment on this disk; use storage image")
  }

  func cut(
    _ source: Payload, into directory: Directory, spare: Int64, keepsRoom: Bool, progress: (Int64, Int64) -> Void
  ) throws(VolumeError) -> Int64 { throw Self.noCopy(of: source) }

  func plan(
    _ request: VolumeRequest, from source: Payload, in pool: Pool, createdAt: Int64
  ) async throws(VolumeError) -> VolumeRecord { throw Self.noCopy(of: source) }

  func clone(
    _ source: Payload, as record: VolumeRecord, into directory: Directory, spare: Int64,
    progress: @Sendable (Int64, Int64) -> Void
  ) async throws(VolumeError) { throw Self.noCopy(of: source) }

  private static func noCopy(of source: Payload) -> VolumeError {
    VolumeError(.unsupported, "\(source.subject): a directory volume cannot be copied on this disk; use storage image")
  }

  func attach(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) -> Attachment {
    do throws(HostError) {
      let data = try home.directory.directory(Self.dataName)
      if let quota = record.quota { try hold(quota, of: record, on: data, in: home.directory) }
      return .directory(data)
    } catch {
      guard error.code == .notFound else { throw VolumeError(error, of: "volume \(home.id)") }
      throw VolumeError(
        .damaged, "volume \(home.id) has lost its data: \(home.directory.path)/\(Self.dataName) is missing")
    }
  }

  func detach(_ home: VolumeHome) throws(VolumeError) {}

  func damage(of home: VolumeHome, _ record: VolumeRecord) -> VolumeDamage? {
    do throws(HostError) {
      let data = try home.directory.directory(Self.dataName)
      return try record.quota.flatMap { quota throws(HostError) in try disagreement(quota, of: record, on: data) }
    } catch {
      let path = "\(home.directory.path)/\(Self.dataName)"
      return VolumeDamage(
        error.code == .notFound ? "it has lost its data: \(path) is missing" : error.message,
        remedy: "restore it from a backup")
    }
  }

  func device(of home: VolumeHome) throws(VolumeError) -> LoopDevice? { nil }

  func device(ofLocked home: VolumeHome) throws(VolumeError) -> LoopDevice? { nil }

  func allocatedBytes(of home: VolumeHome) throws(VolumeError) -> Int64? { nil }

  /// Makes the volume empty again, as it was created. The volume's lock is held.
  ///
  /// The old content goes to the trash and a fresh directory takes its place; cut off between the two, the volume has no
  /// content, which ``attach(_:_:)`` reports, until this is called again.
  func recycle(_ home: VolumeHome, _ record: VolumeRecord, unique: String) throws(VolumeError) {
    let fresh = "fresh"
    let old = "\(home.id).\(unique)"
    try attempt("volume \(home.id)") { () throws(HostError) in
      if let quota = record.quota {
        // What is in a full quota has to go before there can be something new in it.
        for name in [fresh, Self.dataName] {
          try host.removeDirectory(name, in: home.directory, countedFor: quota.id)
        }
        try host.setQuota(quota.id, to: Self.limit(of: record), of: home.directory)
      }
      try home.directory.removeTree(fresh)
      try makeContent(fresh, of: record, in: home.directory)
      if try home.directory.metadata(of: Self.dataName) != nil {
        try home.directory.rename(Self.dataName, into: home.pool.trash, as: old)
      }
      try home.directory.rename(fresh, as: Self.dataName)
      try home.directory.sync()
      try home.pool.trash.sync()
      try home.pool.trash.removeTree(old)
    }
  }
}
