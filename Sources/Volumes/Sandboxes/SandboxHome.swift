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
  /// Whether there was nothing in it at all when it was opened, so that nothing can be mounted in it either.
  private(set) var isNew = false

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
          if try parent.metadata(of: name.name) == nil { try parent.makeMissingDirectory(name.name, mode: 0o700) }
          return parent
        }
        var home = try SandboxHome(name, in: parent, directories)
        try home.furnish(for: request)
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

  /// The parts that what `request` says needs; the others are not made.
  private static func parts(for request: SandboxRequest) -> [String] {
    let hasScratch = request.volumes.contains { $0.source == .scratch }
    return parts.filter { ($0 != "containers" || !request.mounts.isEmpty) && ($0 != "scratch" || hasScratch) }
  }

  /// Makes the parts, which belong to root, and gives the directory itself to its user.
  private mutating func furnish(for request: SandboxRequest) throws(VolumeError) {
    let (user, group) = (request.user, request.fsGroup ?? request.group)
    isNew = try attempt(subject) { () throws(HostError) in
      let found = try directory.metadata()
      var missing: [String] = []
      for part in Self.parts(for: request) where try directory.metadata(of: part) == nil { missing.append(part) }
      let isNew = missing.contains("volumes") ? try directory.isEmpty() : false
      if !missing.isEmpty || (found.uid, found.gid, found.mode) != (user, group, 0o750) {
        try directory.setImmutable(false)
        for part in missing { try directory.makeMissingDirectory(part, mode: 0o755) }
        try directory.changeOwner(uid: user, gid: group)
        try directory.changeMode(0o750)
      }
      try directory.setImmutable(true)
      return isNew
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
