// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension VolumeLifecycle {
  // MARK: Snapshots

  /// Cuts the snapshot `id` of `volume`, durably, or returns it if it exists and is of that volume. It is read-only and does not
  /// depend on its volume. A volume that is mounted is frozen meanwhile: what was fsynced before is in the snapshot, and whoever
  /// writes waits, for a moment where the pool's filesystem has reflinks, for the time of a copy where it has none.
  ///
  /// Throws ``VolumeError/Code/conflict`` when the id is taken, ``VolumeError/Code/noSpace`` when the pool has no room, and
  /// ``VolumeError/Code/unsupported`` when the volume is of a kind that cannot be cut.
  public func snapshot(
    _ volume: VolumeID, as id: SnapshotID, origin: [String: String] = [:]
  ) async throws(VolumeError) -> SnapshotRecord {
    try await turn([key(volume), key(id)]) { (keeper) throws(VolumeError) in
      try keeper.snapshot(volume, as: id, origin: origin)
    }
  }

  /// Deletes the snapshot `id`; one that is not there is deleted already. Volumes that were made from it stay as they are.
  public func deleteSnapshot(_ id: SnapshotID) async throws(VolumeError) {
    try await turn([key(id)]) { (keeper) throws(VolumeError) in try keeper.deleteSnapshot(id) }
  }

  /// The record of the snapshot `id`; throws ``VolumeError/Code/notFound`` or ``VolumeError/Code/damaged``.
  public func snapshotRecord(_ id: SnapshotID) async throws(VolumeError) -> SnapshotRecord {
    try await look { (keeper) throws(VolumeError) in try keeper.pools.home(of: id).record() }
  }

  /// Every snapshot of every pool that can be read, in the order of their ids; one whose record does not load has an error instead.
  public func snapshots() async throws(VolumeError) -> [(id: String, record: Result<SnapshotRecord, VolumeError>)] {
    try await look { (keeper) throws(VolumeError) in try keeper.snapshots() }
  }

  func key(_ id: SnapshotID) -> String { "snapshot/\(id)" }

  /// The turns that a creation needs: its own, and that of what it copies.
  func keys(of request: VolumeRequest) -> Set<String> {
    switch request.source {
    case .snapshot(let id)?: [key(request.id), key(id)]
    case .volume(let id)?: [key(request.id), key(id)]
    case nil: [key(request.id)]
    }
  }
}
