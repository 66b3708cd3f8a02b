// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension VolumeLifecycle {
  // MARK: Growth

  /// Makes the volume `id` hold `capacity` bytes: while it is mounted where the kernel can, at once where it is not, and otherwise
  /// before it is next mounted. A volume that is as large already stays as it is; a growth that was cut off is finished.
  ///
  /// The record says what is promised before anything is done, so whatever cuts the work off, the next call or mount goes on with it.
  ///
  /// - Parameter leavingFilesystem: take the room, and leave the filesystem to a later call.
  /// - Throws: ``VolumeError/Code/noSpace`` with the numbers when the pool or its disk has no room for it, and ``VolumeError/Code/invalid``
  ///   when the filesystem cannot become so large: then the volume is as before.
  public func grow(
    _ id: VolumeID, to capacity: Int64, leavingFilesystem: Bool = false
  ) async throws(VolumeError) -> VolumeGrowth {
    try await keeper.threads.run { () async throws(VolumeError) in
      try await self.turns.run([self.key(id)]) { () async throws(VolumeError) in
        try await self.keeper.grow(id, to: capacity, leavingFilesystem: leavingFilesystem)
      }
    }
  }

  /// Goes on with a growth of the volume `id` that was cut off; nothing when there is none.
  public func finishGrowth(of id: VolumeID) async throws(VolumeError) -> VolumeGrowth { try await grow(id, to: 0) }
}

/// What has become of a wish for more room.
public struct VolumeGrowth: Sendable, Hashable {
  /// The volume's record; with ``VolumeRecord/growth`` while it waits.
  public let record: VolumeRecord
  /// Why the filesystem is not as long as its image yet; nil when everything is done.
  public let waitsFor: String?

  /// The growth of the volume of `record`.
  public init(record: VolumeRecord, waitsFor: String? = nil) {
    self.record = record
    self.waitsFor = waitsFor
  }
}

extension VolumeLifecycle {
  /// Makes the volume `id`, which nobody may use, hold only `capacity` bytes; nothing for one that is as small already.
  ///
  /// Only ext2, ext3 and ext4 images, and only when e2fsck finds them clean. The work is done on a copy that then takes the image's place:
  /// cut off at any point, the volume is as before or as asked for.
  ///
  /// - Throws: ``VolumeError/Code/noSpace`` when what it holds takes more, or the pool has no room for the copy.
  public func shrink(_ id: VolumeID, to capacity: Int64) async throws(VolumeError) -> VolumeRecord {
    try await keeper.threads.run { () async throws(VolumeError) in
      try await self.turns.run([self.key(id)]) { () async throws(VolumeError) in
        try await self.keeper.shrink(id, to: capacity)
      }
    }
  }
}
