// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

extension DirectoryStorage {
  /// A directory that nothing limits only has another number; one with a limit needs one that can be changed.
  func planGrowth(
    of home: VolumeHome, _ record: VolumeRecord, to capacity: Int64
  ) throws(VolumeError) -> VolumeRecord.Growth {
    guard record.enforcement == .none else {
      throw VolumeError(
        .unsupported,
        "volume \(record.id): the limit of a directory volume cannot be changed yet; claim a larger volume and copy the data"
      )
    }
    return VolumeRecord.Growth(capacityBytes: capacity, imageBytes: capacity)
  }

  func enlarge(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) {}

  func extend(
    _ home: VolumeHome, _ record: VolumeRecord, staged: Directory?, beginning: () throws(VolumeError) -> Void
  ) async throws(VolumeError) -> GrowthEnd { .done }
}
