// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// How much a pool may promise, and whether it still may.
struct PoolRoom: Sendable, Hashable {
  /// Bytes of the disk.
  let totalBytes: Int64
  /// Bytes free on it.
  let availableBytes: Int64
  /// Bytes never promised.
  let reserveBytes: Int64
  /// Bytes promised to all volumes.
  let promisedBytes: Int64
  /// Bytes that thick volumes being built will still take.
  let pendingBytes: Int64
  /// The most that can be promised in all.
  let limitBytes: Int64

  /// The room of `pool`, given its disk's `usage` and its `promises`.
  init(_ pool: Pool, usage: FilesystemUsage, promises: some Collection<PoolLedger.Promise>) {
    totalBytes = usage.totalBytes
    availableBytes = usage.availableBytes
    reserveBytes = pool.marker.reserve(of: usage.totalBytes)
    promisedBytes = promises.reduce(0) { $0.addingClamped($1.bytes) }
    pendingBytes = promises.reduce(0) { $0.addingClamped($1.pending) }
    let (product, overflow) = (totalBytes - reserveBytes)
      .multipliedReportingOverflow(by: Int64(pool.marker.overcommit ?? PoolMarker.defaultOvercommit))
    limitBytes = overflow ? .max : product
  }

  /// Throws ``VolumeError/Code/noSpace``, with the numbers, when `bytes` more cannot be promised to `id`.
  func admit(_ bytes: Int64, isThick: Bool, to id: VolumeID, pool: String) throws(VolumeError) {
    try checkPossible(bytes, for: id, pool: pool)
    guard promisedBytes.addingClamped(bytes) <= limitBytes else {
      throw VolumeError(
        .noSpace,
        "volume \(id) needs \(bytes) bytes, but pool \(pool) has promised \(promisedBytes) of the \(limitBytes) that it may; delete volumes or use another pool"
      )
    }
    let left = availableBytes - reserveBytes - pendingBytes
    guard !isThick || bytes <= left else {
      throw VolumeError(
        .noSpace,
        "volume \(id) is thick and needs \(bytes) bytes now, but pool \(pool) has \(max(0, left)) left (\(availableBytes) free, \(reserveBytes) in reserve, \(pendingBytes) about to be taken); free some or use diskformat thin"
      )
    }
  }
}

extension PoolRoom {
  /// Throws ``VolumeError/Code/noSpace`` when `bytes` are more than the whole disk could ever hold.
  func checkPossible(_ bytes: Int64, for id: VolumeID, pool: String) throws(VolumeError) {
    let usable = totalBytes - reserveBytes
    guard bytes > usable else { return }
    throw VolumeError(
      .noSpace,
      "volume \(id) needs \(bytes) bytes, more than all of pool \(pool), which has \(usable) (\(totalBytes) less a reserve of \(reserveBytes)); ask for less or use another pool"
    )
  }
}

extension Pool {
  /// Throws ``VolumeError/Code/noSpace`` when `bytes` are more than its disk, of which `usage` tells, could ever hold.
  func checkPossible(_ bytes: Int64, for id: VolumeID, usage: FilesystemUsage) throws(VolumeError) {
    try PoolRoom(self, usage: usage, promises: []).checkPossible(bytes, for: id, pool: name)
  }
}

extension Int64 {
  /// The sum, or the largest number where it would be larger.
  fileprivate func addingClamped(_ other: Int64) -> Int64 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? .max : sum
  }
}
