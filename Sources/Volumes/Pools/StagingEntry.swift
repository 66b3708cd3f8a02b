// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// Something that is being built in a pool: a directory in `staging`, locked by its builder as long as this lives.
struct StagingEntry: Sendable {
  let name: String
  let pool: Pool
  /// Where the builder builds; the lock is on it, and stays on it when it is renamed.
  let directory: Directory

  /// A new entry whose name begins with `stem`. The caller holds the pool's lock, so that no sweep comes between making and locking it.
  init(_ stem: String, in pool: Pool, unique: String) throws(VolumeError) {
    let name = "\(stem).\(unique)"
    directory = try attempt("pool \(pool.name)") { () throws(HostError) in
      try pool.staging.makeDirectory(name, mode: 0o700)
      let directory = try pool.staging.directory(name)
      guard try directory.tryLock(.exclusive) else {
        throw HostError(.busy, "\(directory.path) is locked by somebody else; nobody should know it yet")
      }
      return directory
    }
    self.name = name
    self.pool = pool
  }

  /// Removes what was built so far; what cannot be removed is left to the next sweep.
  func discard() { try? pool.staging.removeTree(name) }
}
