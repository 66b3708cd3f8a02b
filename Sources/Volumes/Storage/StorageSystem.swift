// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// One way to keep a volume: it makes the payload and hands out what can be mounted, and never mounts anything itself.
///
/// A storage system is finished when the contract suite passes for it, on the fake host and on the real kernel.
protocol StorageSystem: Sendable {
  /// The record of the volume that `request` asks for, complete to the last number, before anything is built.
  /// Throws what makes the volume impossible here. Does not block, but may wait for a program or for another task.
  func plan(_ request: VolumeRequest, in pool: Pool, createdAt: Int64) async throws(VolumeError) -> VolumeRecord

  /// `record` with what must be unique in the pool, such as the number of its quota. The pool's lock is held, and `neighbours` tells
  /// how many volumes the pool has.
  func reserve(_ record: VolumeRecord, in pool: Pool, neighbours: Int) throws(VolumeError) -> VolumeRecord

  /// Makes the kernel hold the limits that `record`, a volume of `pool`, has, and reads them back; may be repeated, also with another
  /// capacity, which is how a limit grows. Throws ``VolumeError/Code/unsupported`` for what is not limited in this way.
  func setLimit(_ record: VolumeRecord, in pool: Pool) throws(VolumeError)

  /// Builds the payload of `record`, a volume of `pool`, in `directory`, durably but for the directory's own entries.
  func build(_ record: VolumeRecord, for pool: Pool, in directory: Directory) async throws(VolumeError)

  /// Throws ``VolumeError/Code/unsupported``, with the reason and the remedy, when the volume of `record` cannot be copied.
  func checkCopy(of record: VolumeRecord) throws(VolumeError)

  /// Copies the payload of `source` into `directory`, durably but for the directory's own entries, with writers waiting meanwhile where
  /// it is mounted. Returns the bytes that the copy takes. `spare` is what the disk has left; with `keepsRoom` nothing is shared.
  func cut(
    _ source: Payload, into directory: Directory, spare: Int64, keepsRoom: Bool, progress: (Int64, Int64) -> Void
  ) throws(VolumeError) -> Int64

  /// As ``plan(_:in:createdAt:)``, for a volume that is to begin as a copy of `source`.
  func plan(
    _ request: VolumeRequest, from source: Payload, in pool: Pool, createdAt: Int64
  ) async throws(VolumeError) -> VolumeRecord

  /// Builds the payload of `record`, planned from `source`, in `directory` as a copy with a name of its own, durably but for the
  /// directory's own entries.
  func clone(
    _ source: Payload, as record: VolumeRecord, into directory: Directory, spare: Int64,
    progress: @Sendable (Int64, Int64) -> Void
  ) async throws(VolumeError)

  /// What can be mounted of the volume in `home`, after all checks that it is what `record` says.
  /// The volume's lock is held. Asking again gives the same attachment, never a second one.
  func attach(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) -> Attachment

  /// Gives back what ``attach(_:_:)`` took, after everything was unmounted; nothing when there is nothing attached.
  func detach(_ home: VolumeHome) throws(VolumeError)

  /// What keeps the volume in `home` from being attached, or its data from being trusted; nil when nothing was found. Reads
  /// little, writes nothing and takes no lock: it can be asked of thousands of volumes, also of those in use.
  func damage(of home: VolumeHome, _ record: VolumeRecord) -> VolumeDamage?

  /// Removes the payload in `directory`, which is `record`'s, and what the kernel keeps for it elsewhere; nothing else. Only for a volume
  /// that is deleted or was never finished. What is not there is removed already.
  func erase(_ record: VolumeRecord, in directory: Directory, of pool: Pool) throws(VolumeError)

  /// How full the volume is, where its storage system knows better than the filesystem that is mounted; else nil.
  func usage(of home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) -> VolumeUsage?

  /// The device that the volume is attached to, as the kernel says; nil when it is not, or never has one.
  func device(of home: VolumeHome) throws(VolumeError) -> LoopDevice?

  /// The same while the volume's lock is held, when it can be told more quickly.
  func device(ofLocked home: VolumeHome) throws(VolumeError) -> LoopDevice?

  /// Bytes that the payload takes on the pool's disk; nil where nobody counts them.
  func allocatedBytes(of home: VolumeHome) throws(VolumeError) -> Int64?

  /// What the volume must become to hold `capacity` bytes, more than now. Throws what makes that impossible; nothing is changed.
  func planGrowth(
    of home: VolumeHome, _ record: VolumeRecord, to capacity: Int64
  ) throws(VolumeError) -> VolumeRecord.Growth

  /// Takes the room that the record's growth wants, durably. May be repeated; when it fails the first time, nothing is left of it.
  /// The volume's lock is held.
  func enlarge(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError)

  /// Gives the room to the volume's users, durably: the filesystem or the limit grows. May be repeated. The volume's lock is held.
  ///
  /// - Parameters:
  ///   - staged: the root of the staging mount; nil while there is none.
  ///   - beginning: called before anything is done that a crash would leave half-done.
  func extend(
    _ home: VolumeHome, _ record: VolumeRecord, staged: Directory?, beginning: () throws(VolumeError) -> Void
  ) async throws(VolumeError) -> GrowthEnd
}

/// How far a storage system came with a growth.
enum GrowthEnd: Sendable, Hashable {
  /// To the end.
  case done
  /// The room is there; the rest waits until the volume is not mounted, because of `reason`.
  case waits(reason: String)
}

extension StorageSystem {
  func reserve(_ record: VolumeRecord, in pool: Pool, neighbours: Int) throws(VolumeError) -> VolumeRecord { record }

  func setLimit(_ record: VolumeRecord, in pool: Pool) throws(VolumeError) {
    throw VolumeError(
      .unsupported, "volume \(record.id): nothing but the length of its \(record.storage.rawValue) limits it")
  }

  func erase(_ record: VolumeRecord, in directory: Directory, of pool: Pool) throws(VolumeError) {}

  func usage(of home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) -> VolumeUsage? { nil }
}

/// What a storage system hands to the publisher.
enum Attachment: Sendable {
  /// A block device with a filesystem of this type, to be mounted with these options.
  case device(LoopDevice, type: FilesystemKind)
  /// A directory, to be bound.
  case directory(Directory)
}
