// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// What is true of one snapshot, kept beside its data in `snapshot.json`. It never changes, and neither does the data.
public struct SnapshotRecord: Sendable, Hashable, Codable {
  /// The version of this format that this program writes, and the newest that it reads.
  public static let currentVersion = 1

  /// The version of the format.
  public var version: Int
  /// The snapshot's name; always that of the directory it lies in.
  public var id: String
  /// The pool it lies in: that of its volume.
  public var pool: String
  /// The volume that it was cut from, which may be gone.
  public var volume: String
  /// Which storage system made it.
  public var storage: StorageKind
  /// The bytes that its volume was asked to hold: the smallest volume that it can become.
  public var capacityBytes: Int64
  /// The bytes of the pool that it may take: those that it shares with its volume may become its own.
  public var takenBytes: Int64
  /// The owner of its root directory, as its volume was created.
  public var owner: VolumeOwner
  /// Its image, as that of its volume was when it was cut; for ``StorageKind/image`` alone.
  public var image: VolumeRecord.ImageRecord?
  /// When it was cut, in seconds since 1970 (UTC).
  public var createdAt: Int64
  /// Hints for whoever asked for it.
  public var origin: [String: String]
}

extension SnapshotRecord: JSONFile.Versioned {
  /// Checks what a decoder cannot: that the parts fit together and are safe to act on.
  func check(at path: String) throws(VolumeError) {
    let problem: String? =
      switch storage {
      case .image where image == nil: "it has no image"
      case .directory where image != nil: "a directory has no image"
      case .image, .directory:
        capacityBytes <= 0 || takenBytes < 0 || (image?.bytes ?? 1) <= 0 ? "its size is not positive" : nil
      }
    if let problem { throw VolumeError(.damaged, "\(path) is damaged: \(problem); restore it from a backup") }
  }
}

/// Where a volume's first content came from.
public struct ContentOrigin: Sendable, Hashable, Codable {
  /// The snapshot that it is a copy of.
  public var snapshot: String?
  /// The volume that it is a copy of.
  public var volume: String?

  /// As `source` says.
  init(_ source: VolumeSource) {
    switch source {
    case .snapshot(let id): snapshot = id.text
    case .volume(let id): volume = id.text
    }
  }
}

/// What a new volume begins as a copy of.
public enum VolumeSource: Sendable, Hashable, CustomStringConvertible {
  /// A snapshot.
  case snapshot(SnapshotID)
  /// Another volume, as it is at that moment.
  case volume(VolumeID)

  /// The source for a message.
  public var description: String {
    switch self {
    case .snapshot(let id): "snapshot \(id)"
    case .volume(let id): "volume \(id)"
    }
  }
}
