// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

extension UsageTable {
  /// One snapshot.
  public struct Snapshot: Sendable, Hashable {
    /// The snapshot's id.
    public var id: String
    /// The storage root that holds it.
    public var pool: String
    /// The volume that it was cut from.
    public var volume: String
    /// The bytes of the smallest volume that it can become.
    public var size: Int64
    /// Bytes that it may take in its pool.
    public var allocated: Int64
    /// When it was cut.
    public var time: Timestamp
    /// What is wrong with it; nil when nothing is.
    public var problem: String?

    /// The snapshot `id` of `volume`.
    public init(
      id: String, pool: String, volume: String, size: Int64, allocated: Int64, time: Timestamp, problem: String? = nil
    ) {
      self.id = id
      self.pool = pool
      self.volume = volume
      self.size = size
      self.allocated = allocated
      self.time = time
      self.problem = problem
    }
  }

  /// The table of `snapshots` as of `now`; "" when there are none.
  public static func text(
    snapshots: [Snapshot], now: Timestamp, showsHeadings: Bool = true
  ) -> String {
    guard !snapshots.isEmpty else { return "" }
    var table = Table(headings: ["SNAPSHOT", "POOL", "OF VOLUME", "SIZE", "ALLOCATED", "AGE"])
    for snapshot in snapshots {
      table.append([
        snapshot.id, known(snapshot.pool), known(snapshot.volume), ByteSize.text(snapshot.size),
        ByteSize.text(snapshot.allocated),
        Age.since(snapshot.time, now: now),
      ])
    }
    return table.text(showsHeadings: showsHeadings)
  }
}
