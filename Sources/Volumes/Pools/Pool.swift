// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

/// One pool, open: a directory of volumes on one disk, whose marker is there.
struct Pool: Sendable {
  let name: String
  let directory: Directory
  let marker: PoolMarker
  /// The finished volumes, one directory each.
  let volumes: Directory
  /// What is being built; each entry is locked by its builder.
  let staging: Directory
  /// What is deleted, and only takes room.
  let trash: Directory

  /// The parts of a pool, beside its marker.
  static let parts = ["volumes", "snapshots", "staging", "trash", "templates"]

  /// The pool in the open `directory`; nil when it has no marker.
  init?(name: String, directory: Directory) throws(VolumeError) {
    guard let marker = try PoolMarker.read(in: directory, name: name) else { return nil }
    self.name = name
    self.directory = directory
    self.marker = marker
    volumes = try Self.part("volumes", of: directory, name)
    staging = try Self.part("staging", of: directory, name)
    trash = try Self.part("trash", of: directory, name)
  }

  /// Where the templates lie.
  func templates() throws(VolumeError) -> Directory { try Self.part("templates", of: directory, name) }

  private static func part(_ part: String, of directory: Directory, _ name: String) throws(VolumeError) -> Directory {
    try attempt("pool \(name)") { () throws(HostError) in try directory.directory(part) }
  }

  /// Does `work` while holding the pool's lock: who has it allocates and sweeps, in whatever process.
  func locked<Answer>(_ work: () throws(VolumeError) -> Answer) throws(VolumeError) -> Answer {
    let file = try attempt("pool \(name)") { () throws(HostError) in
      // Never through FileLock: that would make a marker that is missing.
      let file = try SparseFile.open(PoolMarker.fileName, in: directory, writable: true)
      try file.lock(.exclusive)
      return file
    }
    defer { withExtendedLifetime(file) {} }
    return try work()
  }

  /// How full the disk is.
  func usage(_ host: any StorageHost) throws(VolumeError) -> FilesystemUsage {
    try attempt("pool \(name)") { () throws(HostError) in try host.usage(at: directory.path) }
  }
}
