// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

/// The directory of one sandbox, open and locked.
///
/// It belongs to the sandbox's user, who may do in it what he likes: nothing in it is believed, everything is reached by descriptor.
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
        try attempt(home.subject) { () throws(HostError) in
          try home.directory.changeOwner(uid: request.user, gid: request.fsGroup ?? request.group)
          try home.directory.changeMode(0o750)
        }
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

  /// The directory `part` in it, which belongs to root, made if it is missing.
  func part(_ part: String) throws(VolumeError) -> Directory {
    try attempt(subject) { () throws(HostError) in try directory.ensureDirectory(part, mode: 0o755) }
  }
}
