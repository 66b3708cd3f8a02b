// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

/// The pools of this host.
struct Pools: Sendable {
  let directories: HostDirectories
  let unique: @Sendable () -> String

  /// The pool that needs no preparation while it lies in the state directory.
  static let defaultName = "default"

  /// The names of the directories that are pools, or should be.
  func names() throws(VolumeError) -> [String] {
    try Self.names(in: try directories.pools())
  }

  private static func names(in pools: Directory) throws(VolumeError) -> [String] {
    let entries = try attempt("pools") { () throws(HostError) in try pools.entries() }
    return entries.filter { (try? NameRule.check($0, of: "pool name", limit: 63)) != nil }
  }

  /// The pool `name`; throws ``VolumeError/Code/poolMissing`` when its marker is not there.
  ///
  /// The default pool is made on its first use, if it lies in the state directory and nothing of that name is there yet.
  func open(_ name: String) throws(VolumeError) -> Pool {
    let pools = try directories.pools()
    if let pool = try Self.find(name, in: pools) { return pool }
    guard name == Self.defaultName, directories.poolsAreInState else {
      let known = try Self.names(in: pools).joined(separator: ", ")
      throw VolumeError(
        .poolMissing,
        "there is no pool \(name) in \(pools.path) (there is: \(known.isEmpty ? "none" : known)); prepare it first")
    }
    try prepare(name)
    guard let pool = try Self.find(name, in: pools) else { throw Self.markerMissing(name, pools) }
    return pool
  }

  /// Every pool, in the order of the names; one whose marker is missing or damaged has an error instead.
  func all() throws(VolumeError) -> [(name: String, pool: Result<Pool, VolumeError>)] {
    let pools = try directories.pools()
    return try Self.names(in: pools).compactMap { name in
      let found = Result { () throws(VolumeError) in try Self.find(name, in: pools) }
      return switch found {
      case .success(let pool): pool.map { (name, .success($0)) }
      case .failure(let error): (name, .failure(error))
      }
    }
  }

  /// Makes the directory `name` a pool. A new directory appears complete or not at all; one that is there gets its parts and,
  /// last of all, its marker. A pool that has its marker is left alone.
  func prepare(_ name: String) throws(VolumeError) {
    try NameRule.check(name, of: "pool name", limit: 63)
    let pools = try directories.pools()
    let there = try attempt("pool \(name)") { () throws(HostError) in try pools.metadata(of: name) }
    guard there == nil else { return try furnish(name, in: pools, named: name) }
    let draft = ".\(name).\(unique())"
    let building = try attempt("pool \(name)") { () throws(HostError) in
      try pools.makeDirectory(draft, mode: 0o700)
      let directory = try pools.directory(draft)
      try directory.lock(.exclusive)  // so that no sweep takes it for a dead one's
      return directory
    }
    defer { withExtendedLifetime(building) {} }
    do throws(VolumeError) {
      try furnish(draft, in: pools, named: name)
      try attempt("pool \(name)") { () throws(HostError) in
        try pools.rename(draft, as: name)
        try pools.sync()
      }
    } catch {
      try? pools.removeTree(draft)
      // Somebody else was faster: then it is there as it should be.
      guard error.code == .conflict, try Self.find(name, in: pools) != nil else { throw error }
    }
  }

  private func furnish(_ entry: String, in pools: Directory, named name: String) throws(VolumeError) {
    let directory = try attempt("pool \(name)") { () throws(HostError) in
      try pools.directory(entry, crossingMounts: true)
    }
    guard try PoolMarker.read(in: directory, name: name) == nil else { return }
    let bytes = try JSONFile.encode(PoolMarker(uuid: FilesystemUUID.random().description), of: PoolMarker.fileName)
    try attempt("pool \(name)") { () throws(HostError) in
      try directory.changeMode(0o700)
      for part in Pool.parts { _ = try directory.ensureDirectory(part, mode: 0o700) }
      try directory.sync()
      try directory.replaceFile(PoolMarker.fileName, with: bytes)
    }
  }

  private static func find(_ name: String, in pools: Directory) throws(VolumeError) -> Pool? {
    try NameRule.check(name, of: "pool name", limit: 63)
    let directory: Directory
    do throws(HostError) {
      directory = try pools.directory(name, crossingMounts: true)
    } catch {
      if error.code == .notFound { return nil }
      throw VolumeError(error, of: "pool \(name)")
    }
    guard let pool = try Pool(name: name, directory: directory) else { throw markerMissing(name, pools) }
    return pool
  }

  private static func markerMissing(_ name: String, _ pools: Directory) -> VolumeError {
    VolumeError(
      .poolMissing,
      "pool \(name): \(pools.path)/\(name)/\(PoolMarker.fileName) is missing; mount the pool's disk there, or, if it is new, prepare the pool"
    )
  }
}
