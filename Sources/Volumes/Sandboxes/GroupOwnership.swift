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
    try root.forEachDescendant { (entry) throws(HostError) in
      // What its users rename or remove meanwhile is gone for us, too.
      do throws(HostError) {
        try give(entry)
      } catch {
        guard error.code == .notFound || error.code == .invalid || error.code == .busy else { throw error }
      }
    }
    try give(root, mode: found.mode | 0o2070)
  }

  private func give(_ entry: DirectoryEntry) throws(HostError) {
    switch entry.metadata.kind {
    case .directory where entry.metadata.isMountRoot: break
    case .directory:
      let directory = try entry.directory()
      try give(directory, mode: try directory.metadata().mode | 0o2070)
    case .symbolicLink, .unknown: break
    case .regular where sparesHardLinks && entry.metadata.links > 1: break
    case .regular:
      let file = try entry.file()
      try give(file, mode: try file.metadata().mode | 0o060)
    case .blockDevice, .characterDevice, .socket, .pipe:
      try entry.handle().changeOwner(uid: .max, gid: group)
    }
  }

  /// The group first: to change it clears the set-gid bit of a file.
  private func give(_ file: some OpenFile, mode: UInt32) throws(HostError) {
    try file.changeOwner(uid: .max, gid: group)
    try file.changeMode(mode)
  }
}
