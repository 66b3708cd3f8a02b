// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
import SystemPackage

extension Directory {
  /// Removes `name` and, when it is a directory, everything in it; nothing when it is not there.
  ///
  /// Never crosses a mount (`busy` when one is met) and never follows a link: each step is made by descriptor. Directories within are
  /// moved up to the top before they are emptied, so that any depth needs only two descriptors and no stack. Interrupted, it
  /// can simply be called again. Immutable and append-only flags are taken off.
  public func removeTree(_ name: String) throws(HostError) {
    try checkName(name)
    guard let found = try metadata(of: name) else { return }
    guard found.kind == .directory else {
      return try TreeRemover.unlink(platform: Array(name.utf8CString), in: self, directory: false)
    }
    // Most often it is empty: then one call removes it. Whatever else it says is told by the calls that follow.
    if unlinkat(descriptor.rawValue, name, AT_REMOVEDIR) == 0 { return }
    var remover = TreeRemover(top: try directory(name))
    repeat { try remover.clear() } while try !removeIfEmpty(name)
  }

  /// Removes the directory `name`; false when there is something in it.
  private func removeIfEmpty(_ name: String) throws(HostError) -> Bool {
    do {
      try TreeRemover.unlink(platform: Array(name.utf8CString), in: self, directory: true)
      return true
    } catch {
      if error.errno == ENOTEMPTY { return false }
      throw error
    }
  }
}

/// Empties one directory, however deep it is.
private struct TreeRemover {
  let top: Directory
  private var serial: UInt64 = 0

  init(top: Directory) { self.top = top }

  /// One round: removes what the top has now. Directories that were deeper are in the top afterwards, for the next round.
  mutating func clear() throws(HostError) {
    try? top.changeMode(0o700)
    for name in try top.platformEntries() where try !removeFile(name, in: top) {
      let nested = try open(name)
      try flatten(nested)
      try Self.unlink(platform: name, in: top, directory: true)
    }
  }

  /// Removes the files of `nested`, and moves its directories up to the top.
  private mutating func flatten(_ nested: Directory) throws(HostError) {
    try? nested.changeMode(0o700)
    for name in try nested.platformEntries() where try !removeFile(name, in: nested) {
      try moveUp(name, from: nested)
    }
  }

  private mutating func moveUp(_ name: [CChar], from nested: Directory) throws(HostError) {
    while true {
      serial += 1
      let newName = ".orlop-removing-\(serial)"
      do {
        try Self.withoutFlags(of: name, in: nested) { () throws(HostError) in
          try shim("renameat2", "move \(nested.described(name)) out of its directory") {
            orlop_rename_noreplace(nested.descriptor.rawValue, name, top.descriptor.rawValue, newName)
          }
        }
        return
      } catch {
        if error.errno != EEXIST { throw error }
      }
    }
  }

  /// Removes what is no directory; false when it is one.
  private func removeFile(_ name: [CChar], in directory: Directory) throws(HostError) -> Bool {
    do {
      try Self.unlink(platform: name, in: directory, directory: false)
      return true
    } catch {
      if error.errno == EISDIR { return false }
      throw error
    }
  }

  /// Opens a directory to be emptied; one that even its owner may not enter is made accessible first.
  private func open(_ name: [CChar]) throws(HostError) -> Directory {
    let described = top.described(name)
    let raw: CInt
    do {
      raw = try top.open(platform: name, described: described, O_RDONLY | O_DIRECTORY)
    } catch {
      guard error.errno == EACCES, fchmodat(top.descriptor.rawValue, name, 0o700, AT_SYMLINK_NOFOLLOW) == 0 else {
        throw error
      }
      raw = try top.open(platform: name, described: described, O_RDONLY | O_DIRECTORY)
    }
    return Directory(adopting: FileDescriptor(rawValue: raw), at: FilePath(described))
  }

  /// unlinkat(2); `busy` when something is mounted there.
  static func unlink(platform name: [CChar], in directory: Directory, directory isDirectory: Bool) throws(HostError) {
    try withoutFlags(of: name, in: directory) { () throws(HostError) in
      try call("unlinkat", "remove \(directory.described(name))", meaning: [.noSuchFileOrDirectory: .notFound]) {
        unlinkat(directory.descriptor.rawValue, name, isDirectory ? AT_REMOVEDIR : 0)
      }
    }
  }

  /// Runs `body`, and once more after taking immutable flags off the entry and its directory if they forbade it.
  private static func withoutFlags(
    of name: [CChar], in directory: Directory, _ body: () throws(HostError) -> Void
  ) throws(HostError) {
    do {
      try body()
    } catch {
      guard error.errno == EPERM else { throw error }
      try directory.setImmutable(false)
      if let entry = try openPlain(name, in: directory) { try entry.setImmutable(false) }
      try body()
    }
  }

  /// Opens a regular file or directory; nothing else, for to open a device can have effects.
  private static func openPlain(_ name: [CChar], in directory: Directory) throws(HostError) -> PathHandle? {
    let path = directory.described(name)
    let found = try directory.metadata(ofPlatform: name)
    guard found?.kind == .regular || found?.kind == .directory else { return nil }
    let raw = try directory.open(platform: name, described: path, O_RDONLY | O_NONBLOCK)
    return PathHandle(adopting: FileDescriptor(rawValue: raw), at: FilePath(path))
  }
}
