// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// Gives everything in a directory to a group, so that a process of that group can use it (M17).
///
/// Files and directories get the group and its read and write bits, directories set-gid and the search bit as well. Links are
/// neither followed nor changed, other mounts are not entered. The root comes last: once it is right, all else is, and the next
/// call has nothing to do; a call that was cut off is done again in full.
struct GroupOwnership {
  let group: UInt32
  /// Whether files with several names are left alone: where the volume shares its filesystem with others, the other name may
  /// be somebody else's.
  let sparesHardLinks: Bool

  /// Goes through everything beneath `root`, and then `root` itself.
  func apply(to root: Directory) throws(HostError) {
    let found = try root.metadata()
    guard found.gid != group || found.mode & 0o2070 != 0o2070 else { return }
    // Directories by their paths, not open: a deep tree must not use up the descriptors.
    var pending: [String] = []
    try applyToEntries(of: root, at: "", pending: &pending)
    while let path = pending.popLast() {
      // What its users rename or remove meanwhile is gone for us, too.
      guard let directory = try Self.found({ () throws(HostError) in try root.directory(path) }) else { continue }
      try applyToEntries(of: directory, at: path + "/", pending: &pending)
      try give(directory, mode: try directory.metadata().mode | 0o2070)
    }
    try give(root, mode: found.mode | 0o2070)
  }

  private func applyToEntries(of directory: Directory, at prefix: String, pending: inout [String]) throws(HostError) {
    for name in try directory.entries() {
      guard let entry = try directory.metadata(of: name) else { continue }
      switch entry.kind {
      case .directory where !entry.isMountRoot: pending.append(prefix + name)
      case .directory, .symbolicLink, .unknown: break
      case .regular where sparesHardLinks && entry.links > 1: break
      case .regular:
        guard let file = try Self.found({ () throws(HostError) in try SparseFile.open(name, in: directory) }) else {
          continue
        }
        try give(file, mode: try file.metadata().mode | 0o060)
      case .blockDevice, .characterDevice, .socket, .pipe:
        guard let handle = try Self.found({ () throws(HostError) in try directory.handle(name) }) else { continue }
        try handle.changeOwner(uid: .max, gid: group)
      }
    }
  }

  /// The group first: to change it clears the set-gid bit of a file.
  private func give(_ file: some OpenFile, mode: UInt32) throws(HostError) {
    try file.changeOwner(uid: .max, gid: group)
    try file.changeMode(mode)
  }

  /// What `open` opens, or nil when it is gone or has become something else (a link) meanwhile.
  private static func found<File>(_ open: () throws(HostError) -> File) throws(HostError) -> File? {
    do throws(HostError) {
      return try open()
    } catch {
      guard error.code == .notFound || error.code == .invalid || error.code == .busy else { throw error }
      return nil
    }
  }
}
