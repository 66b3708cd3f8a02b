// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
public import SystemPackage

/// Something in a directory that its users write, under the very name that the kernel has: any bytes but a slash and NUL.
public struct DirectoryEntry: Sendable {
  /// The directory that it is in.
  public let parent: Directory
  /// What it was when it was met.
  public let metadata: FileMetadata
  let name: [CChar]

  /// Where it is, for messages: a name that is no UTF-8 is shown as best as can be.
  public var path: FilePath { FilePath(parent.described(name)) }

  /// Opens it as a regular file, for reading; `invalid` when it has become something else.
  public func file() throws(HostError) -> SparseFile {
    let file = SparseFile(adopting: try open(O_RDONLY | O_NONBLOCK | O_NOCTTY), at: path)
    guard try file.metadata().kind == .regular else {
      throw HostError(.invalid, "\(path) is no regular file any more")
    }
    return file
  }

  /// Opens it as a directory.
  public func directory() throws(HostError) -> Directory {
    Directory(adopting: try open(O_RDONLY | O_DIRECTORY), at: path)
  }

  /// Opens it for its place alone (O_PATH), whatever it is.
  public func handle() throws(HostError) -> PathHandle {
    PathHandle(adopting: try open(orlop_o_path | O_NOFOLLOW), at: path)
  }

  private func open(_ flags: CInt) throws(HostError) -> FileDescriptor {
    FileDescriptor(rawValue: try parent.open(platform: name, described: path.string, flags))
  }
}

extension Directory {
  /// Visits everything beneath this directory once, a directory before its content.
  ///
  /// Links are visited, not followed; the root of another mount is visited, not entered; what vanishes meanwhile is left out. Needs two
  /// descriptors however deep it goes; `invalid` where a path has more than 4095 bytes.
  public func forEachDescendant(_ visit: (DirectoryEntry) throws(HostError) -> Void) throws(HostError) {
    var pending: [[CChar]] = try visitEntries(visit).map { $0 + [0] }
    while let path = pending.popLast() {
      let directory: Directory
      do throws(HostError) {
        let described = described(path)
        let raw = try open(platform: path, described: described, O_RDONLY | O_DIRECTORY)
        directory = Directory(adopting: FileDescriptor(rawValue: raw), at: FilePath(described))
      } catch {
        // Removed, made a link, or mounted over since it was seen.
        if [ENOENT, ENOTDIR, ELOOP, EXDEV].contains(error.errno) { continue }
        throw error
      }
      let prefix = path.dropLast() + [CChar(UInt8(ascii: "/"))]
      pending += try directory.visitEntries(visit).map { prefix + $0 + [0] }
    }
  }

  /// Visits the entries of this directory alone; returns the names of the directories that can be entered, without their NUL.
  private func visitEntries(_ visit: (DirectoryEntry) throws(HostError) -> Void) throws(HostError) -> [[CChar]] {
    var enterable: [[CChar]] = []
    for name in try platformEntries() {
      guard let metadata = try metadata(ofPlatform: name) else { continue }
      try visit(DirectoryEntry(parent: self, metadata: metadata, name: name))
      if metadata.kind == .directory && !metadata.isMountRoot { enterable.append(name.dropLast()) }
    }
    return enterable
  }

  /// What is at `name`, or nil when there is nothing any more.
  func metadata(ofPlatform name: [CChar]) throws(HostError) -> FileMetadata? {
    var found = orlop_stat()
    do {
      try shim("statx", "look at \(described(name))") {
        orlop_statx(descriptor.rawValue, name, AT_SYMLINK_NOFOLLOW | orlop_at_no_automount | orlop_at_dont_sync, &found)
      }
    } catch {
      if error.errno == ENOENT { return nil }
      throw error
    }
    return FileMetadata(found)
  }

  /// The path of the NUL-terminated `name` in this directory, for messages.
  func described(_ name: [CChar]) -> String {
    path.appending(String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)).string
  }
}
