// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// What makes a directory a pool: the file `pool.json` in it. Where it is missing, the pool's disk is not mounted.
struct PoolMarker: Sendable, Hashable, JSONFile.Versioned {
  static let fileName = "pool.json"
  static let currentVersion = 1

  var version = currentVersion
  /// The pool's UUID, made once.
  var uuid: String
  /// How many times the disk thin volumes may be promised; nil for ``defaultOvercommit``.
  var overcommit: Int?
  /// Bytes of the disk that are not promised; nil for ``defaultReserve(of:)``.
  var reserveBytes: Int64?

  /// Thin volumes are rarely full: together they may be promised 20 times what the disk holds, and each alone no more than it.
  static let defaultOvercommit = 20

  /// A fiftieth of the disk, at most 10 GiB: a disk filled to the last block breaks every thin volume on it at once.
  static func defaultReserve(of totalBytes: Int64) -> Int64 { min(totalBytes / 50, 10 << 30) }

  /// What the pool on a disk of `totalBytes` keeps back.
  func reserve(of totalBytes: Int64) -> Int64 { min(reserveBytes ?? Self.defaultReserve(of: totalBytes), totalBytes) }

  /// The marker in `pool`, or nil when there is none.
  static func read(in pool: Directory, name: String) throws(VolumeError) -> PoolMarker? {
    let bytes = try attempt("pool \(name)") { () throws(HostError) in try pool.readFile(fileName) }
    guard let bytes else { return nil }
    // It is read for every volume that is looked up, and hardly ever changes.
    return try lastRead.value(of: bytes) { () throws(VolumeError) in
      let marker: PoolMarker = try JSONFile.decode(bytes, of: "\(pool.path)/\(fileName)", version: currentVersion)
      guard (marker.overcommit ?? 1) >= 1, (marker.reserveBytes ?? 0) >= 0 else {
        throw VolumeError(
          .damaged, "\(pool.path)/\(fileName) has an overcommit below 1 or a reserve below 0; correct it")
      }
      return marker
    }
  }

  private static let lastRead = ContentCache<PoolMarker>(size: 16)
}
