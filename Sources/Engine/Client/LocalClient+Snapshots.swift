// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import ObjectStore
internal import StorageAPI
internal import Volumes

/// One snapshot on this host.
public struct SnapshotReport: Sendable, Hashable {
  /// The snapshot's id.
  public var id: String
  /// The storage root that holds it.
  public var pool: String
  /// The volume that it was cut from, which may be gone.
  public var volume: String
  /// The bytes of the smallest volume that it can become.
  public var capacity: Int64
  /// The bytes that it may take in its pool.
  public var allocated: Int64
  /// When it was cut, in seconds since 1970.
  public var createdAt: Int64
  /// What is wrong with it; nil when nothing is.
  public var problem: String?

  /// The report on the snapshot `id`.
  public init(
    id: String, pool: String = "", volume: String = "", capacity: Int64 = 0, allocated: Int64 = 0, createdAt: Int64 = 0,
    problem: String? = nil
  ) {
    self.id = id
    self.pool = pool
    self.volume = volume
    self.capacity = capacity
    self.allocated = allocated
    self.createdAt = createdAt
    self.problem = problem
  }
}

extension LocalClient {
  /// The snapshots on this host's disks, as their own records tell them.
  public func snapshots() async throws -> [SnapshotReport] {
    try await lifecycle.snapshots().map { id, result in
      switch result {
      case .success(let record):
        SnapshotReport(
          id: id, pool: record.pool, volume: record.volume, capacity: record.capacityBytes,
          allocated: record.takenBytes, createdAt: record.createdAt)
      case .failure(let error): SnapshotReport(id: id, problem: error.message)
      }
    }
  }

  /// Gives every snapshot on disk that has no VolumeSnapshotContent one, reserved for the VolumeSnapshot that it was made for.
  /// Returns the names of the contents.
  func adoptSnapshots(only: String?, _ adopted: inout Adopted) async throws {
    let session = try await writing()
    let known = try session.ledger.read { try $0.list(VolumeSnapshotContent.self) }.flatMap(\.handles)
    for (id, result) in try await lifecycle.snapshots() where !known.contains(id) && only ?? id == id {
      switch result {
      case .success(let record):
        let content = SnapshotHints(text: record.origin).content(handle: id)
        _ = try await session.change(WriteOptions()) { try $0.create(Resource(content)) }
        adopted.snapshots.append(content.name)
      case .failure(let error): adopted.problems.append(error.message)
      }
    }
  }
}
