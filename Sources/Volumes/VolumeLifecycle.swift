// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Glibc
public import LinuxStorage

/// The life of the volumes and sandboxes of one host: the door that everything above comes through.
///
/// Every function may be called from any task at any time, may be repeated, and may be cut off at any point: the next call
/// finishes or undoes what is half done. Work on one volume takes turns; work on different volumes does not wait.
public final class VolumeLifecycle: Sendable {
  /// Where everything lies.
  public let layout: HostLayout
  let keeper: Keeper
  let turns = KeyedTurns()

  /// Seconds since 1970, time(2).
  public static let systemTime: @Sendable () -> Int64 = { Int64(time(nil)) }

  /// The lifecycle on `host`, in the directories of `layout`, which are made when they are needed.
  ///
  /// - Parameters:
  ///   - programs: runs mkfs, for a template or a filesystem that has none.
  ///   - now: seconds since 1970, for the records.
  ///   - progress: is told, on any thread, how far the copying of data has come.
  public init(
    layout: HostLayout, host: any StorageHost, programs: ProgramRunner = ProgramRunner(),
    now: @escaping @Sendable () -> Int64 = VolumeLifecycle.systemTime,
    progress: @escaping @Sendable (CopyProgress) -> Void = { _ in }
  ) {
    self.layout = layout
    let directories = HostDirectories(layout: layout)
    let threads = BlockingPool()
    let unique: @Sendable () -> String = { String(UInt64.random(in: 0...UInt64.max), radix: 36) }
    keeper = Keeper(
      host: host, directories: directories, pools: Pools(directories: directories, unique: unique), threads: threads,
      images: ImageStorage(host: host, programs: programs, threads: threads, unique: unique),
      plainDirectories: DirectoryStorage(host: host, threads: threads), now: now, progress: progress,
      unique: unique)
  }
}

extension VolumeLifecycle {
  // MARK: Volumes

  /// Creates the volume that `request` describes, durably, or returns it if it exists and is the same.
  ///
  /// Throws ``VolumeError/Code/conflict`` when it exists but differs, ``VolumeError/Code/noSpace`` when the pool cannot
  /// promise it, ``VolumeError/Code/poolMissing`` when the pool's marker is not there.
  public func create(_ request: VolumeRequest) async throws(VolumeError) -> VolumeRecord {
    try await keeper.threads.run { () async throws(VolumeError) in
      try await self.turns.run(self.keys(of: request)) { () async throws(VolumeError) in
        try await self.keeper.create(request)
      }
    }
  }

  /// Deletes the volume `id` and its data; a volume that is not there is deleted already.
  ///
  /// Throws ``VolumeError/Code/inUse``, naming who, when the kernel says that anybody uses it.
  public func delete(_ id: VolumeID) async throws(VolumeError) {
    try await turn([key(id)]) { (keeper) throws(VolumeError) in try keeper.delete(id) }
  }

  /// Empties the volume `id`, so that it is as it was created; for directory volumes alone, and not while in use.
  public func recycle(_ id: VolumeID) async throws(VolumeError) {
    try await turn([key(id)]) { (keeper) throws(VolumeError) in try keeper.recycle(id) }
  }

  /// The record of `id`; throws ``VolumeError/Code/notFound`` or ``VolumeError/Code/damaged``.
  public func record(_ id: VolumeID) async throws(VolumeError) -> VolumeRecord {
    try await look { (keeper) throws(VolumeError) in try keeper.find(id).record }
  }

  /// Every volume of every pool, in the order of their ids; one whose record does not load has an error instead, and so has a pool
  /// that cannot be read (`pool NAME`).
  public func volumes() async throws(VolumeError) -> [(id: String, record: Result<VolumeRecord, VolumeError>)] {
    try await look { (keeper) throws(VolumeError) in try keeper.volumes() }
  }

  /// How full the volume `id` is.
  public func usage(of id: VolumeID) async throws(VolumeError) -> VolumeUsage {
    try await look { (keeper) throws(VolumeError) in try keeper.usage(of: id) }
  }

  /// Where the volume `id` is attached, staged and published, as the kernel says now.
  public func state(of id: VolumeID) async throws(VolumeError) -> VolumeState {
    try await look { (keeper) throws(VolumeError) in
      let (home, record) = try keeper.find(id)
      return try keeper.state(of: home, record)
    }
  }

  // MARK: Pools

  /// The pools and how full they are, in the order of their names; one that cannot be read has its problem instead.
  public func pools() async throws(VolumeError) -> [PoolStatus] {
    try await look { (keeper) throws(VolumeError) in try keeper.poolStatus() }
  }

  /// Makes the directory `name` of the pools a pool: gives it its marker. Nothing is done to a pool that has one.
  /// With `quotas`, simple quotas of its btrfs filesystem are turned on, so that directory volumes can be limited.
  public func preparePool(_ name: String, quotas: Bool = false) async throws(VolumeError) {
    try await look { (keeper) throws(VolumeError) in
      try keeper.pools.prepare(name)
      guard quotas else { return }
      let pool = try keeper.pools.open(name)
      try attempt("pool \(name)") { () throws(HostError) in try keeper.host.enableQuotas(on: pool.directory) }
    }
  }

  /// Removes what earlier processes left half-made: staging entries without a builder, trash, idle staging mounts.
  public func sweep() async throws(VolumeError) -> SweepReport {
    var report = try await look { (keeper) throws(VolumeError) in try keeper.sweepPools() }
    for id in try await look({ (keeper) throws(VolumeError) in try keeper.idleStagingPoints() }) {
      do throws(VolumeError) {
        if try await turn([key(id)], { (keeper) throws(VolumeError) in try keeper.unstageIfIdle(id) }) {
          report.done.append("volume \(id): took down the staging mount that nobody uses")
        }
      } catch {
        report.problems.append(error.message)
      }
    }
    return report
  }
}

extension VolumeLifecycle {
  // MARK: Turns

  func key(_ id: VolumeID) -> String { "volume/\(id)" }
  func key(_ name: SandboxName) -> String { "sandbox/\(name)" }

  /// Does `work` on a thread that may block, when it has the turns of `keys`.
  func turn<Answer: Sendable>(
    _ keys: Set<String>, _ work: @escaping @Sendable (Keeper) throws(VolumeError) -> Answer
  ) async throws(VolumeError) -> Answer {
    let keeper = keeper
    return try await keeper.threads.run { () async throws(VolumeError) in
      try await self.turns.run(keys) { () async throws(VolumeError) in try work(keeper) }
    }
  }

  /// Does `work` on a thread that may block, in nobody's turn.
  func look<Answer: Sendable>(
    _ work: @escaping @Sendable (Keeper) throws(VolumeError) -> Answer
  ) async throws(VolumeError) -> Answer {
    let keeper = keeper
    return try await keeper.threads.run { () throws(VolumeError) in try work(keeper) }
  }
}
