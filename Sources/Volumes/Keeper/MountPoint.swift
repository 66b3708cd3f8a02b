// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// An empty directory or file for something to be mounted on: mode 0000, and immutable where the filesystem can, so that
/// nothing is ever written beneath a volume that is not there. Removed by rmdir or unlink of an empty file alone.
enum MountPoint {
  /// The mount point `name` in `parent`, made if it is missing; `isFile` for the target of a file.
  static func make(
    _ name: String, in parent: Directory, isFile: Bool = false, of subject: String
  ) throws(VolumeError) -> PathHandle {
    try attempt(subject) { () throws(HostError) in
      if try parent.metadata(of: name) == nil {
        if isFile {
          _ = try SparseFile.create(name, in: parent, mode: 0)
        } else {
          try parent.makeDirectory(name, mode: 0)
          try parent.directory(name).setImmutable(true)
        }
      }
      return try parent.handle(name)
    }
  }

  /// Removes the mount point `name` of `parent`, on which nothing is mounted any more; nothing when it is not there.
  ///
  /// Throws ``VolumeError/Code/inUse`` when it is not empty: somebody wrote where a volume should have been.
  static func remove(_ name: String, in parent: Directory, of subject: String) throws(VolumeError) {
    do throws(HostError) {
      guard let found = try parent.metadata(of: name) else { return }
      switch found.kind {
      case .directory:
        try parent.directory(name).setImmutable(false)
        try parent.removeDirectory(name)
      case .regular where found.size == 0: try parent.unlink(name)
      case .regular, .symbolicLink, .blockDevice, .characterDevice, .socket, .pipe, .unknown:
        throw HostError(.exists, "\(parent.path)/\(name) is no mount point of ours; look at it and remove it")
      }
    } catch {
      guard error.code == .exists else { throw VolumeError(error, of: subject) }
      throw VolumeError(
        .inUse,
        "\(subject): the mount point \(parent.path)/\(name) is not empty; look at what is in it and move it away")
    }
  }
}
