// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

/// The data of a volume or snapshot, to be copied. Its lock is held as long as this lives, so that nobody mounts, changes or
/// deletes it meanwhile.
struct Payload: Sendable {
  /// What it is, for messages, such as `volume pvc-7`.
  let subject: String
  /// Where it lies.
  let directory: Directory
  /// The storage system that made it.
  let storage: StorageKind
  /// The bytes that were asked for.
  let capacityBytes: Int64
  /// Its image; nil for a directory.
  let image: VolumeRecord.ImageRecord?
  /// Where the filesystem is mounted that must be frozen while it is copied; nil when nobody can write to it.
  let mount: FilePath?
  /// The lock.
  let lock: Directory
}

extension Payload {
  /// Throws ``VolumeError/Code/unsupported`` or ``VolumeError/Code/invalid`` when the volume of `request` cannot be a copy of this.
  func check(_ request: VolumeRequest) throws(VolumeError) {
    guard storage == request.storage else {
      throw VolumeError(
        .unsupported,
        "volume \(request.id): \(subject) is of storage \(storage.rawValue), the new volume of \(request.storage.rawValue); ask for the same"
      )
    }
    if let image, image.filesystem != request.filesystem {
      throw VolumeError(
        .unsupported,
        "volume \(request.id): \(subject) holds \(image.filesystem.rawValue), and the new volume cannot be \(request.filesystem.rawValue); ask for the same fsType"
      )
    }
    guard request.capacity >= capacityBytes else {
      throw VolumeError(
        .invalid,
        "volume \(request.id): \(subject) needs \(capacityBytes) bytes, and \(request.capacity) are asked for; ask for as many at least"
      )
    }
  }
}

/// How far a copy has come.
public struct CopyProgress: Sendable, Hashable {
  /// What is being made, such as `snapshot snapshot-7` or `volume pvc-7`.
  public let subject: String
  /// Bytes that are done.
  public let done: Int64
  /// Bytes that there are.
  public let total: Int64
}
