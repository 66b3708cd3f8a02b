// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// A volume as a directory `data` of the pool's own filesystem. Nothing limits it yet, and it must be asked for so.
struct DirectoryStorage: StorageSystem {
  static let dataName = "data"

  let threads: BlockingPool

  func plan(_ request: VolumeRequest, in pool: Pool, createdAt: Int64) async throws(VolumeError) -> VolumeRecord {
    guard request.enforcement == .none else {
      throw VolumeError(
        .unsupported,
        "volume \(request.id): a directory volume's capacity cannot be enforced on this host; use storage image, or a disk with project quotas once they are supported, or accept no limit with enforcement none"
      )
    }
    return VolumeRecord(
      version: VolumeRecord.currentVersion, id: request.id.text, pool: pool.name, storage: .directory,
      capacityBytes: request.capacity, enforcement: request.enforcement, owner: request.owner, image: nil,
      createdAt: createdAt, origin: request.origin)
  }

  func build(_ record: VolumeRecord, for pool: Pool, in directory: Directory) async throws(VolumeError) {
    try await threads.run { () throws(VolumeError) in
      try attempt("volume \(record.id)") { () throws(HostError) in
        try Self.makeContent(Self.dataName, of: record, in: directory)
      }
    }
  }

  /// Makes the empty directory `name` with the record's owner and mode.
  private static func makeContent(_ name: String, of record: VolumeRecord, in directory: Directory) throws(HostError) {
    try directory.makeDirectory(name, mode: 0o700)
    let data = try directory.directory(name)
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
      return .directory(try home.directory.directory(Self.dataName))
    } catch {
      guard error.code == .notFound else { throw VolumeError(error, of: "volume \(home.id)") }
      throw VolumeError(
        .damaged, "volume \(home.id) has lost its data: \(home.directory.path)/\(Self.dataName) is missing")
    }
  }

  func detach(_ home: VolumeHome) throws(VolumeError) {}

  func damage(of home: VolumeHome, _ record: VolumeRecord) -> VolumeDamage? {
    do throws(HostError) {
      _ = try home.directory.directory(Self.dataName)
      return nil
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
      try home.directory.removeTree(fresh)
      try Self.makeContent(fresh, of: record, in: home.directory)
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
