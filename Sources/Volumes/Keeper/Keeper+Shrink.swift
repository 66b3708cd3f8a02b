// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

extension Keeper {
  /// Makes the volume, which nobody uses, hold only `capacity` bytes.
  func shrink(_ id: VolumeID, to capacity: Int64) async throws(VolumeError) -> VolumeRecord {
    guard capacity > 0 else { throw VolumeError(.invalid, "volume \(id) cannot hold \(capacity) bytes") }
    let home = try pools.home(of: id)
    let lock = try home.lock()
    defer { withExtendedLifetime(lock) {} }
    var record = try home.record()
    try refuseIfInUse(home, record)
    if record.growth?.shrinks == true { record = try settleShrinking(home, record) }
    guard record.growth == nil else {
      throw VolumeError(
        .conflict, "volume \(id) is about to grow; publish it once, so that it does, and then make it smaller")
    }
    guard capacity < record.capacityBytes else { return record }
    let growth = try await images.planShrinking(of: home, record, to: capacity)
    try checkRoom(for: home, record)
    try await images.prepareShrinking(home, record, to: growth)
    FaultPoint.reach("shrink.copied")
    record.growth = growth
    try replace(record, home)
    FaultPoint.reach("shrink.noted")
    try images.swapShrunk(home)
    FaultPoint.reach("shrink.swapped")
    return try settleShrinking(home, record)
  }

  /// Ends a shrinking that was noted: with the smaller image where it is in place, and else as before.
  func settleShrinking(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) -> VolumeRecord {
    guard let growth = record.growth else { return record }
    var settled = record
    if try images.hasShrunk(home, growth) { settled = record.grown } else { settled.growth = nil }
    try write(settled, home, promising: settled.promisedBytes)
    return settled
  }

  /// For a while there are two images.
  private func checkRoom(for home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) {
    let needed = try images.allocatedBytes(of: home) ?? 0
    let usage = try home.pool.usage(host)
    let left = usage.availableBytes - home.pool.marker.reserve(of: usage.totalBytes)
    guard needed <= left else {
      throw VolumeError(
        .noSpace,
        "volume \(home.id): a copy of its \(needed) bytes is made first, and pool \(home.pool.name) has \(max(0, left)) left; free some"
      )
    }
  }
}
