// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

/// One reading of the mount table, to be asked several questions.
struct MountTable: Sendable {
  let entries: [MountEntry]

  /// The mount table of `host` now.
  init(_ host: any StorageHost) throws(VolumeError) {
    entries = try attempt("mount table") { () throws(HostError) in try host.mounts() }
  }

  /// The mounts beneath `directory`, deepest and newest first: the order in which they can be taken down.
  func beneath(_ directory: FilePath) -> [MountEntry] {
    entries.enumerated().filter { $0.element.target.starts(with: directory) && $0.element.target != directory }
      .sorted { ($0.element.target.components.count, $0.offset) > ($1.element.target.components.count, $1.offset) }
      .map(\.element)
  }

  /// The newest mount at exactly `target`.
  func at(_ target: FilePath) -> MountEntry? { entries.last { $0.target == target } }

  /// What a bind mount of `path` shows: the filesystem's device and the directory in it.
  func place(of path: FilePath) -> Place? {
    let holding = entries.enumerated().filter { path.starts(with: $0.element.target) }
      .max { ($0.element.target.components.count, $0.offset) < ($1.element.target.components.count, $1.offset) }?
      .element
    guard let holding else { return nil }
    var rest = path
    _ = rest.removePrefix(holding.target)
    return Place(device: holding.device, root: holding.root.appending(rest.components))
  }

  /// A directory or file of a filesystem, wherever it is mounted.
  struct Place: Hashable {
    let device: DeviceNumber
    let root: FilePath

    /// Whether `entry` shows this place or something in it.
    func holds(_ entry: MountEntry) -> Bool { entry.device == device && entry.root.starts(with: root) }

    /// Whether `entry` shows exactly this place.
    func isShown(by entry: MountEntry) -> Bool { entry.device == device && entry.root == root }
  }
}

extension MountEntry {
  /// What it shows.
  var place: MountTable.Place { MountTable.Place(device: device, root: root) }
}
