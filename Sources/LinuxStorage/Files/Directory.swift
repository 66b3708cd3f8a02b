// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
public import SystemPackage

/// An open directory beneath a root that we trust; everything is reached from it by descriptor.
///
/// Names given to its functions are single names; relative paths may have several components, none of them `..`. Nothing is ever
/// resolved through a symbolic link, out of the directory, or (unless asked for) across a mount: openat2(2) with
/// RESOLVE_BENEATH, NO_SYMLINKS, NO_MAGICLINKS and NO_XDEV.
public final class Directory: OpenFile {
  /// The descriptor, as long as this object lives.
  public let descriptor: FileDescriptor
  /// Where it was opened, for messages only.
  public var path: FilePath { whereabouts.path }
  let whereabouts: Whereabouts

  /// Owns `descriptor` from now on.
  init(adopting descriptor: FileDescriptor, at path: FilePath) {
    self.descriptor = descriptor
    whereabouts = .root(path)
  }

  /// The same for what was opened as `name` beneath `directory`.
  init(adopting descriptor: FileDescriptor, as name: String, in directory: Directory) {
    self.descriptor = descriptor
    whereabouts = .beneath(directory.whereabouts, name: name)
  }

  deinit { try? descriptor.close() }

  /// Opens the directory at `path`, whose every component is trusted: a root from the configuration. Links are followed here.
  public static func open(_ path: FilePath) throws(HostError) -> Directory {
    let raw = try call("open", "open the directory \(path)") {
      path.withPlatformString { Glibc.open($0, O_RDONLY | O_DIRECTORY | O_CLOEXEC) }
    }
    return Directory(adopting: FileDescriptor(rawValue: raw), at: path)
  }

  // MARK: Reaching what is beneath

  /// Opens the directory at `relative` beneath this one.
  ///
  /// `crossingMounts` permits to step onto what is mounted beneath, for paths inside a published volume.
  public func directory(_ relative: String, crossingMounts: Bool = false) throws(HostError) -> Directory {
    let raw = try open(relative, flags: O_RDONLY | O_DIRECTORY, crossingMounts: crossingMounts)
    return Directory(adopting: raw, as: relative, in: self)
  }

  /// Opens whatever is at `relative` for its place alone (O_PATH): a source or target of a bind mount.
  public func handle(_ relative: String, crossingMounts: Bool = false) throws(HostError) -> PathHandle {
    let raw = try open(relative, flags: orlop_o_path, crossingMounts: crossingMounts)
    return PathHandle(adopting: raw, as: relative, in: self)
  }

  /// One openat2(2) from here, tried again while a rename elsewhere disturbs it (EAGAIN).
  func open(
    _ relative: String, flags: CInt, mode: UInt32 = 0, crossingMounts: Bool = false
  ) throws(HostError) -> FileDescriptor {
    try checkRelative(relative)
    let result = relative.withCString { name in
      Result { () throws(HostError) in
        try open(platform: name, described: path.beneath(relative).string, flags, mode, crossingMounts)
      }
    }
    return FileDescriptor(rawValue: try result.get())
  }

  func open(
    platform name: UnsafePointer<CChar>, described: @autoclosure () -> String, _ flags: CInt, _ mode: UInt32 = 0,
    _ crossingMounts: Bool = false
  ) throws(HostError) -> CInt {
    var resolve = orlop_resolve_beneath | orlop_resolve_no_symlinks | orlop_resolve_no_magiclinks
    if !crossingMounts { resolve |= orlop_resolve_no_xdev }
    return try shim(
      "openat2", "open \(described())",
      meaning: [.improperLink: .busy, .tooManySymbolicLinkLevels: .invalid, .tooManyLinks: .invalid],
      remedy: [
        .improperLink: "something is mounted there, unmount it first",
        .tooManySymbolicLinkLevels: "it is reached through a symbolic link, and links are not followed",
      ]
    ) {
      var result: CInt = 0
      var attempts = 0
      repeat {
        result = orlop_openat2(descriptor.rawValue, name, flags | O_CLOEXEC, mode, resolve)
        attempts += 1
      } while result == -EAGAIN && attempts < 100
      return result
    }
  }

  // MARK: Looking

  /// What is at `name`, or nil when there is nothing. A link is described, not followed.
  public func metadata(of name: String) throws(HostError) -> FileMetadata? {
    try checkName(name)
    do {
      return try FileMetadata.of(descriptor.rawValue, name: name, described: path.beneath(name).string)
    } catch {
      if error.code == .notFound { return nil }
      throw error
    }
  }

  // MARK: Changing

  /// Makes the directory `name`, mkdirat(2), with exactly `mode` whatever the umask is; `exists` when there is something already.
  public func makeDirectory(_ name: String, mode: UInt32 = 0o700) throws(HostError) {
    try checkName(name)
    try call("mkdirat", "make the directory \(path.beneath(name))") { mkdirat(descriptor.rawValue, name, mode & 0o700) }
    try call("fchmodat", "change the mode of \(path.beneath(name))") { fchmodat(descriptor.rawValue, name, mode, 0) }
  }

  /// Makes the directories of `relative` that are missing, shortest first, each with `mode`, and opens the last one.
  public func makeDirectories(
    _ relative: String, mode: UInt32 = 0o700, crossingMounts: Bool = false
  ) throws(HostError) -> Directory {
    try checkRelative(relative)
    var current = self
    for component in relative.split(separator: "/") where component != "." {
      let name = String(component)
      do {
        try current.makeDirectory(name, mode: mode)
      } catch {
        if error.code != .exists { throw error }
      }
      current = try current.directory(name, crossingMounts: crossingMounts)
    }
    return current
  }

  /// Renames `name` into `target` as `newName`, renameat2(2), atomically. Without `replacing` an existing `newName` is `exists`.
  /// To survive a power cut, ``OpenFile/sync()`` both directories.
  public func rename(
    _ name: String, into target: Directory? = nil, as newName: String, replacing: Bool = false
  ) throws(HostError) {
    try checkName(name)
    try checkName(newName)
    let target = target ?? self
    let doing = "rename \(path.beneath(name)) to \(target.path.beneath(newName))"
    if replacing {
      try call("renameat", doing) { renameat(descriptor.rawValue, name, target.descriptor.rawValue, newName) }
    } else {
      try shim("renameat2", doing) {
        orlop_rename_noreplace(descriptor.rawValue, name, target.descriptor.rawValue, newName)
      }
    }
  }

  /// Removes the file or link `name`, unlinkat(2).
  public func unlink(_ name: String) throws(HostError) {
    try checkName(name)
    try call("unlinkat", "remove \(path.beneath(name))") { unlinkat(descriptor.rawValue, name, 0) }
  }

  /// Removes the empty directory `name`, rmdir(2); `exists` when it is not empty, `busy` when something is mounted on it.
  public func removeDirectory(_ name: String) throws(HostError) {
    try checkName(name)
    try call("unlinkat", "remove the directory \(path.beneath(name))") {
      unlinkat(descriptor.rawValue, name, AT_REMOVEDIR)
    }
  }

  // MARK: Names

  /// Refuses what is not the name of one entry: empty, `.`, `..`, with a slash or NUL, or longer than 255 bytes.
  func checkName(_ name: String) throws(HostError) {
    guard !name.isEmpty, name != ".", name != "..", name.utf8.count <= 255, !name.utf8.contains(0),
      !name.utf8.contains(UInt8(ascii: "/"))
    else {
      throw HostError(.invalid, "\(name.debugDescription) is not a file name that can stand in \(path)")
    }
  }

  /// Refuses what would leave this directory: an absolute path, a component `..`, NUL, or nothing at all.
  func checkRelative(_ relative: String) throws(HostError) {
    let (slash, dots) = (UInt8(ascii: "/"), "..".utf8)
    guard !relative.isEmpty, relative.utf8.first != slash, !relative.utf8.contains(0), relative.utf8.count < 4096,
      !relative.utf8.split(separator: slash).contains(where: { $0.elementsEqual(dots) })
    else {
      throw HostError(.invalid, "\(relative.debugDescription) is not a path beneath \(path)")
    }
  }
}

extension FilePath {
  /// This path followed by `relative`, for messages: `relative` may be hostile, but has been checked or is only shown.
  func beneath(_ relative: String) -> FilePath {
    relative.utf8.contains(0) ? self : appending(relative)
  }
}
