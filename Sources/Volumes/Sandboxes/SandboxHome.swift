// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

/// The directory of one sandbox, open and locked.
///
/// It belongs to the sandbox's user, and is immutable where the filesystem can, so that he cannot put a link where we unmount by
/// path. All the same nothing in it is believed: whatever can be is reached by descriptor.
struct SandboxHome: Sendable {
  let name: SandboxName
  /// Where it lies, for the mount table and for messages.
  let path: FilePath
  /// The directory of its namespace.
  let parent: Directory
  /// Its own; the lock is on it.
  let directory: Directory

  /// What errors in it begin with.
  var subject: String { "sandbox \(name)" }

  /// The home of `name`, made if it is missing, with the owner that `request` gives it.
  static func make(_ request: SandboxRequest, _ directories: HostDirectories) throws(VolumeError) -> SandboxHome {
    let sandboxes = try directories.sandboxes()
    let name = request.name
    // Whoever removes the last sandbox of a namespace may take its directory away under our hands: then once more.
    for _ in 0..<100 {
      do throws(VolumeError) {
        let parent = try attempt("sandbox \(name)") { () throws(HostError) in
          let parent = try sandboxes.ensureDirectory(name.namespace, mode: 0o711)
          _ = try parent.ensureDirectory(name.name, mode: 0o700)
          return parent
        }
        let home = try SandboxHome(name, in: parent, directories)
        try home.furnish(user: request.user, group: request.fsGroup ?? request.group)
        return home
      } catch {
        guard error.code == .notFound else { throw error }
      }
    }
    throw VolumeError(.failed, "sandbox \(name) is removed as often as it is made; see who does that")
  }

  /// The home of `name`; nil when there is none.
  static func find(_ name: SandboxName, _ directories: HostDirectories) throws(VolumeError) -> SandboxHome? {
    let sandboxes = try directories.sandboxes()
    do throws(VolumeError) {
      let parent = try attempt("sandbox \(name)") { () throws(HostError) in try sandboxes.directory(name.namespace) }
      return try SandboxHome(name, in: parent, directories)
    } catch {
      guard error.code == .notFound else { throw error }
      return nil
    }
  }

  private init(_ name: SandboxName, in parent: Directory, _ directories: HostDirectories) throws(VolumeError) {
    directory = try DirectoryLock.acquire(name.name, in: parent, of: "sandbox \(name)")
    self.name = name
    self.parent = parent
    path = FilePath(directories.layout.directory(of: name))
  }

  /// What is in it: the mounts of its volumes, its containers' views of them, and the content of scratch volumes.
  private static let parts = ["volumes", "containers", "scratch"]

  /// Makes the parts, which belong to root, and gives the directory itself to its user.
  private func furnish(user: UInt32, group: UInt32) throws(VolumeError) {
    try attempt(subject) { () throws(HostError) in
      let found = try directory.metadata()
      var isRight = (found.uid, found.gid, found.mode) == (user, group, 0o750)
      for part in Self.parts where try directory.metadata(of: part) == nil { isRight = false }
      if !isRight {
        try directory.setImmutable(false)
        for part in Self.parts { _ = try directory.ensureDirectory(part, mode: 0o755) }
        try directory.changeOwner(uid: user, gid: group)
        try directory.changeMode(0o750)
      }
      try directory.setImmutable(true)
    }
  }

  /// Whether there is nothing in it but its parts, and nothing in those.
  func isBare() throws(VolumeError) -> Bool {
    try attempt(subject) { () throws(HostError) in
      guard try directory.entries().count == Self.parts.count else { return false }
      for part in Self.parts where try !directory.directory(part).isEmpty() { return false }
      return true
    }
  }

  /// The directory `part` in it.
  func part(_ part: String) throws(VolumeError) -> Directory {
    try attempt(subject) { () throws(HostError) in try directory.directory(part) }
  }

  /// Throws ``VolumeError/Code/damaged`` when a part is no directory any more: then a path through it leads nobody knows where.
  func checkParts() throws(VolumeError) {
    for part in Self.parts {
      let found = try attempt(subject) { () throws(HostError) in try directory.metadata(of: part) }
      guard found == nil || found?.kind == .directory else {
        throw VolumeError(
          .damaged, "\(subject): somebody has put something else in the place of \(path)/\(part); remove that")
      }
    }
  }
}
