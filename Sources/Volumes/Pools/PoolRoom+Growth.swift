// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

extension PoolRoom {
  /// Throws ``VolumeError/Code/noSpace``, with the numbers, when the volume `id`, to which `old` bytes are promised, cannot be promised
  /// `new` instead.
  func admit(growing id: VolumeID, from old: Int64, to new: Int64, isThick: Bool, pool: String) throws(VolumeError) {
    try checkPossible(new, for: id, pool: pool)
    let more = max(0, new - old)
    let (sum, overflow) = promisedBytes.addingReportingOverflow(more)
    guard !overflow, sum <= limitBytes else {
      throw VolumeError(
        .noSpace,
        "volume \(id) needs \(more) bytes more, but pool \(pool) has promised \(promisedBytes) of the \(limitBytes) that it may; delete volumes or ask for less"
      )
    }
    let left = availableBytes - reserveBytes - pendingBytes
    guard !isThick || more <= left else {
      throw VolumeError(
        .noSpace,
        "volume \(id) is thick and needs \(more) bytes more now, but pool \(pool) has \(max(0, left)) left (\(availableBytes) free, \(reserveBytes) in reserve, \(pendingBytes) about to be taken); free some or ask for less"
      )
    }
  }
}
