// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

/// Opens what a sandbox's volume comes from, where it is no volume of Orlop's own: paths that an administrator named.
///
/// Links in such a path are followed, as they are for everything that root names (`/var/run` is one on most hosts).
enum SourceOpener {
  /// The path of a hostPath volume, checked or made as `type` says (M13).
  static func open(hostPath path: String, type: String, of subject: String) throws(VolumeError) -> any OpenFile {
    try check(path, of: subject)
    guard let type = HostPathType(rawValue: type) else {
      let known = HostPathType.allCases.map { $0.rawValue.isEmpty ? "\"\"" : $0.rawValue }.joined(separator: ", ")
      throw VolumeError(.invalid, "\(subject): hostPath type \(NameRule.quoted(type)) is none of \(known)")
    }
    return try attempt(subject) { () throws(HostError) in
      if let made = type.makes, try kind(of: path) == nil { try make(made, at: path) }
      let handle = try PathHandle.open(FilePath(path))
      if let expected = type.expects, try handle.metadata().kind != expected.kind {
        throw HostError(.invalid, "hostPath type check failed: \(path) is not a \(expected.words)")
      }
      return handle
    }
  }

  /// The directory of a local volume (M14).
  static func open(local path: String, of subject: String) throws(VolumeError) -> Directory {
    try check(path, of: subject)
    return try attempt(subject) { () throws(HostError) in
      let kind = try PathHandle.open(FilePath(path)).metadata().kind
      guard kind == .directory else {
        throw HostError(.invalid, "\(path) is no directory; a local volume must be an existing directory")
      }
      return try Directory.open(FilePath(path))
    }
  }

  private static func check(_ path: String, of subject: String) throws(VolumeError) {
    guard path.hasPrefix("/"), !path.utf8.contains(0), !path.split(separator: "/").contains("..") else {
      throw VolumeError(.invalid, "\(subject): path \(NameRule.quoted(path)) must be absolute and without '..'")
    }
  }

  private static func kind(of path: String) throws(HostError) -> FileMetadata.Kind? {
    do throws(HostError) {
      return try PathHandle.open(FilePath(path)).metadata().kind
    } catch {
      if error.code == .notFound { return nil }
      throw error
    }
  }

  private static func make(_ kind: FileMetadata.Kind, at path: String) throws(HostError) {
    let path = FilePath(path)
    guard let name = path.lastComponent?.string else { return }
    if kind == .directory {
      var missing = [name]
      var parent = path.removingLastComponent()
      while try self.kind(of: parent.string) == nil, let component = parent.lastComponent?.string {
        missing.insert(component, at: 0)
        parent = parent.removingLastComponent()
      }
      _ = try Directory.open(parent).makeDirectories(missing.joined(separator: "/"), mode: 0o755, crossingMounts: true)
    } else {
      _ = try SparseFile.create(name, in: Directory.open(path.removingLastComponent()), mode: 0o644)
    }
  }
}

/// The types of a hostPath volume (M13).
enum HostPathType: String, CaseIterable {
  case unset = ""
  case directory = "Directory"
  case directoryOrCreate = "DirectoryOrCreate"
  case file = "File"
  case fileOrCreate = "FileOrCreate"
  case socket = "Socket"
  case charDevice = "CharDevice"
  case blockDevice = "BlockDevice"

  /// What must be at the path, and its words in the error; nil for anything.
  var expects: (kind: FileMetadata.Kind, words: String)? {
    switch self {
    case .unset: nil
    case .directory, .directoryOrCreate: (.directory, "directory")
    case .file, .fileOrCreate: (.regular, "file")
    case .socket: (.socket, "socket file")
    case .charDevice: (.characterDevice, "character device")
    case .blockDevice: (.blockDevice, "block device")
    }
  }

  /// What is made where nothing is; nil for nothing.
  var makes: FileMetadata.Kind? {
    switch self {
    case .unset, .directoryOrCreate: .directory
    case .fileOrCreate: .regular
    case .directory, .file, .socket, .charDevice, .blockDevice: nil
    }
  }
}
