// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Glibc
internal import LinuxStorage
internal import SystemPackage

/// The directories of a ``HostLayout``, opened safely, and made with their modes where they are missing.
struct HostDirectories: Sendable {
  let layout: HostLayout

  /// The state directory; throws ``VolumeError/Code/notPermitted`` when somebody else could change what is in it.
  func state() throws(VolumeError) -> Directory {
    let path = FilePath(layout.state)
    do throws(HostError) {
      return try Self.trusted(try Directory.open(path))
    } catch {
      guard error.code == .notFound else { throw VolumeError(error, of: "state directory") }
    }
    return try attempt("state directory") { () throws(HostError) in
      let parent = try Directory.open(path.removingLastComponent())
      return try Self.trusted(
        try parent.ensureDirectory(path.lastComponent?.string ?? "", mode: 0o711, crossingMounts: true))
    }
  }

  /// The directory of the pools, 0700.
  func pools() throws(VolumeError) -> Directory {
    guard poolsAreInState else {
      return try attempt("pools") { () throws(HostError) in try Self.trusted(try Directory.open(FilePath(layout.pools)))
      }
    }
    let state = try state()
    return try attempt("pools") { () throws(HostError) in
      try Self.trusted(try state.ensureDirectory("pools", mode: 0o700, crossingMounts: true))
    }
  }

  /// The directory of the staging mounts, 0700.
  func mounts() throws(VolumeError) -> Directory {
    let state = try state()
    return try attempt("staging mounts") { () throws(HostError) in try state.ensureDirectory("mounts", mode: 0o700) }
  }

  /// The directory of the sandboxes, 0711: who knows a sandbox's name can pass through, nobody can look around.
  func sandboxes() throws(VolumeError) -> Directory {
    let state = try state()
    return try attempt("sandboxes") { () throws(HostError) in try state.ensureDirectory("pods", mode: 0o711) }
  }

  /// Whether the pools lie in the state directory, where a missing default pool is made.
  var poolsAreInState: Bool { layout.pools == layout.state + "/pools" }

  /// A directory that nobody but this user can change: else names in it could be exchanged under our hands.
  private static func trusted(_ directory: Directory) throws(HostError) -> Directory {
    let metadata = try directory.metadata()
    guard metadata.uid == geteuid() else {
      throw HostError(
        .notPermitted,
        "\(directory.path) belongs to user \(metadata.uid), not to user \(geteuid()); choose another, or chown it")
    }
    guard metadata.mode & 0o022 == 0 else {
      throw HostError(
        .notPermitted,
        "\(directory.path) can be changed by others (mode \(String(metadata.mode, radix: 8))); run chmod go-w on it")
    }
    return directory
  }
}
