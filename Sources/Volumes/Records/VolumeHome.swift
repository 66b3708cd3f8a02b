// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// The directory of one volume, open: its record and its payload.
struct VolumeHome: Sendable {
  static let recordName = "volume.json"

  let id: VolumeID
  let pool: Pool
  let directory: Directory

  /// The home of `id` in `pool`, or nil when there is none.
  init?(_ id: VolumeID, in pool: Pool) throws(VolumeError) {
    do throws(HostError) {
      directory = try pool.volumes.directory(id.text)
    } catch {
      if error.code == .notFound { return nil }
      throw VolumeError(error, of: "volume \(id)")
    }
    self.id = id
    self.pool = pool
  }

  /// What is known of the volume. A record that is missing, garbled or another volume's is an error, never a guess.
  func record() throws(VolumeError) -> VolumeRecord {
    let bytes = try attempt("volume \(id)") { () throws(HostError) in try directory.readFile(Self.recordName) }
    let path = "\(directory.path)/\(Self.recordName)"
    guard let bytes else {
      throw VolumeError(.damaged, "volume \(id) has no record: \(path) is missing; restore it from a backup")
    }
    // The same record is asked for at each step of a volume's life.
    let record = try Self.lastRead.value(of: bytes) { () throws(VolumeError) in
      let record: VolumeRecord = try JSONFile.decode(bytes, of: path, version: VolumeRecord.currentVersion)
      return record
    }
    guard record.id == id.text else {
      throw VolumeError(
        .damaged,
        "\(path) is the record of volume \(NameRule.quoted(record.id)), not of \(id); one of them was misplaced")
    }
    try record.check(at: path)
    return record
  }

  private static let lastRead = ContentCache<VolumeRecord>(size: 64)

  /// Waits for the volume's lock; held as long as the result lives.
  func lock() throws(VolumeError) -> Directory {
    try DirectoryLock.acquire(id.text, in: pool.volumes, of: "volume \(id)")
  }
}

extension VolumeRecord: JSONFile.Versioned {
  /// Checks what a decoder cannot: that the parts fit together and are safe to act on.
  func check(at path: String) throws(VolumeError) {
    let problem: String? =
      switch storage {
      case .image where image == nil: "it has no image"
      case .directory where image != nil: "a directory volume has no image"
      case .image where quota != nil: "an image volume has no quota"
      case .directory where enforcement == .required && quota == nil: "it has no quota, and must have one"
      case .image, .directory:
        if capacityBytes <= 0 || (image?.bytes ?? 1) <= 0 || (inodes ?? 1) <= 0 || quota?.id == 0 {
          "one of its numbers is not positive"
        } else if let growth, !growth.fits(capacityBytes, image?.bytes ?? capacityBytes) {
          "it grows to less than it is"
        } else {
          nil
        }
      }
    if let problem { throw VolumeError(.damaged, "\(path) is damaged: \(problem); restore it from a backup") }
  }
}

extension VolumeError {
  /// There is no volume `id`.
  static func noVolume(_ id: VolumeID) -> VolumeError {
    VolumeError(.notFound, "there is no volume \(id) in any pool of this host")
  }
}

extension Pools {
  /// The home of `id`, in whatever pool it lies.
  ///
  /// Throws ``VolumeError/Code/notFound``; or the first pool's trouble, when the volume may lie in a pool that cannot be read.
  func home(of id: VolumeID) throws(VolumeError) -> VolumeHome {
    var trouble: VolumeError?
    for (_, pool) in try all() {
      switch pool {
      case .success(let pool):
        if let home = try VolumeHome(id, in: pool) { return home }
      case .failure(let error):
        trouble = trouble ?? error
      }
    }
    throw trouble ?? VolumeError.noVolume(id)
  }
}
