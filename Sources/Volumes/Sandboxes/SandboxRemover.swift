// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// Removes the directories of a sandbox in which nothing is mounted. Mount points go by rmdir alone: what is not empty stays, and
/// is an error, for somebody wrote where a volume should have been.
struct SandboxRemover {
  let keeper: Keeper
  let home: SandboxHome

  init(_ keeper: Keeper, _ home: SandboxHome) {
    self.keeper = keeper
    self.home = home
  }

  /// Removes everything: the mount points, the scratch volumes with their content, and what its user left beside them.
  func remove() throws(VolumeError) {
    try release()
    try removeMountPoints()
    try attempt(home.subject) { () throws(HostError) in
      for entry in try home.directory.entries() { try home.directory.removeTree(entry) }
    }
    try removeSelf()
  }

  /// Removes what holds nothing; for a sandbox whose publication failed.
  func removeEmpty() throws(VolumeError) {
    try release()
    try removeMountPoints()
    let isEmpty = try attempt(home.subject) { () throws(HostError) in
      for entry in try home.directory.entries() { try home.directory.removeDirectory(entry) }
      return try home.directory.isEmpty()
    }
    if isEmpty { try removeSelf() }
  }

  /// Lets the directory be changed. Nothing is mounted in it, so that no path through it matters any more.
  private func release() throws(VolumeError) {
    try attempt(home.subject) { () throws(HostError) in _ = try home.directory.setImmutable(false) }
  }

  private func removeMountPoints() throws(VolumeError) {
    if let volumes = try open("volumes") {
      for name in try entries(of: volumes) { try MountPoint.remove(name, in: volumes, of: home.subject) }
    }
    if let containers = try open("containers") {
      for name in try entries(of: containers) { try removeEmptyTree(name, in: containers) }
    }
  }

  /// Removes the directory `name` and the directories in it, all of which are empty or lead to mount points; deepest first.
  private func removeEmptyTree(_ name: String, in parent: Directory) throws(VolumeError) {
    let isDirectory = try attempt(home.subject) { () throws(HostError) in
      try parent.metadata(of: name)?.kind == .directory
    }
    if isDirectory {
      let directory = try attempt(home.subject) { () throws(HostError) in try parent.directory(name) }
      for entry in try entries(of: directory) { try removeEmptyTree(entry, in: directory) }
    }
    try MountPoint.remove(name, in: parent, of: home.subject)
  }

  private func removeSelf() throws(VolumeError) {
    try attempt(home.subject) { () throws(HostError) in try home.parent.removeDirectory(home.name.name) }
    // The namespace's directory goes with its last sandbox; while there are others, it stays.
    let sandboxes = try keeper.directories.sandboxes()
    try? sandboxes.removeDirectory(home.name.namespace)
  }

  private func open(_ part: String) throws(VolumeError) -> Directory? {
    try attempt(home.subject) { () throws(HostError) in
      guard try home.directory.metadata(of: part)?.kind == .directory else { return nil }
      return try home.directory.directory(part)
    }
  }

  private func entries(of directory: Directory) throws(VolumeError) -> [String] {
    try attempt(home.subject) { () throws(HostError) in try directory.entries() }
  }
}
