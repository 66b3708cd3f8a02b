// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

extension DirectoryStorage {
  /// A directory has no length: it grows by its limit alone, or, where nothing limits it, by the number in its record.
  func planGrowth(
    of home: VolumeHome, _ record: VolumeRecord, to capacity: Int64
  ) throws(VolumeError) -> VolumeRecord.Growth {
    if record.quota != nil {
      let support = try attempt("volume \(record.id)") { () throws(HostError) in
        try host.quotaSupport(of: home.directory)
      }
      if case .nothing(let reason) = support {
        throw VolumeError(.unsupported, "volume \(record.id): its limit cannot be changed: \(reason)")
      }
    }
    return VolumeRecord.Growth(capacityBytes: capacity, imageBytes: capacity)
  }

  func enlarge(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) {}

  func extend(
    _ home: VolumeHome, _ record: VolumeRecord, staged: Directory?, beginning: () throws(VolumeError) -> Void
  ) async throws(VolumeError) -> GrowthEnd {
    if record.quota != nil { try setLimit(record.grown, in: home.pool) }
    return .done
  }
}
