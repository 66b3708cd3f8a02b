// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

extension Keeper {
  /// The same, but for volumes that are mounted at their old size although a growth waits.
  func leavingGrowth() -> Keeper {
    var keeper = self
    keeper.leavesGrowth = true
    return keeper
  }

  /// Publishes, after the growths that wait for volumes of `plan` to be unmounted; where one fails, the old size has to do.
  func publishGrown(_ plan: SandboxPlan) async throws(VolumeError) -> PublishedSandbox {
    do throws(VolumeError) {
      return try publish(plan)
    } catch {
      guard error.code == .growthWaits else { throw error }
    }
    for volume in plan.request.volumes where !volume.readOnly {
      guard case .volume(let id) = volume.source else { continue }
      _ = try? await grow(id, to: 0)
    }
    return try leavingGrowth().publish(plan)
  }

  /// Makes the volume hold `capacity` bytes, if it does not, and goes on with a growth that was begun before.
  ///
  /// What is promised is in the record first; from then on every step is one that can be taken again.
  func grow(
    _ id: VolumeID, to capacity: Int64, leavingFilesystem: Bool = false
  ) async throws(VolumeError) -> VolumeGrowth {
    let home = try pools.home(of: id)
    let lock = try home.lock()
    defer { withExtendedLifetime(lock) {} }
    var record = try home.record()
    let system = system(record.storage)
    if record.growth?.shrinks == true { record = try settleShrinking(home, record) }
    if capacity > record.growth?.capacityBytes ?? record.capacityBytes {
      let before = record
      // A size that no disk has is refused for that, whatever else may be wrong with it.
      try home.pool.checkPossible(capacity, for: id, usage: try home.pool.usage(host))
      record = try note(try system.planGrowth(of: home, record, to: capacity), home, record)
      FaultPoint.reach("grow.noted")
      do throws(VolumeError) {
        try system.enlarge(home, record)
      } catch {
        try write(before, home, promising: before.promisedBytes)
        throw error
      }
    } else {
      guard record.growth != nil else {
        if record.storage == .image { try images.removeShrunk(home) }
        return VolumeGrowth(record: record)
      }
      try system.enlarge(home, record)
    }
    if record.isThick { try write(nil, home, promising: record.promisedBytes) }
    FaultPoint.reach("grow.enlarged")
    guard !leavingFilesystem else {
      return VolumeGrowth(record: record, waitsFor: "whoever uses the volume only reads it")
    }
    let staged = try stagedRoot(of: home, record)
    let end = try await system.extend(home, record, staged: staged) { () throws(VolumeError) in
      guard record.growth?.begun == nil else { return }
      record.growth?.begun = true
      try replace(record, home)
    }
    if case .waits(let reason) = end { return VolumeGrowth(record: record, waitsFor: reason) }
    FaultPoint.reach("grow.resized")
    if staged != nil { try verify(home, record) }
    let grown = record.grown
    try replace(grown, home)
    FaultPoint.reach("grow.confirmed")
    return VolumeGrowth(record: grown)
  }

  /// Promises what the growth takes, and writes it down.
  private func note(
    _ growth: VolumeRecord.Growth, _ home: VolumeHome, _ record: VolumeRecord
  ) throws(VolumeError) -> VolumeRecord {
    var wanted = record
    wanted.growth = growth
    wanted.growth?.imageBytes = max(growth.imageBytes, record.growth?.imageBytes ?? 0)
    wanted.growth?.begun = record.growth?.begun
    let (old, new) = (record.promisedBytes, wanted.promisedBytes)
    let noted = wanted
    return try home.pool.locked { () throws(VolumeError) in
      let room = PoolRoom(
        home.pool, usage: try home.pool.usage(host), promises: try ledger.promises(of: home.pool).values)
      try room.admit(growing: home.id, from: old, to: new, isThick: record.isThick, pool: home.pool.name)
      let promise = PoolLedger.Promise(bytes: new, pending: record.isThick ? new - old : 0)
      try ledger.change(home.pool, adding: (home.id.text, promise)) { () throws(VolumeError) in
        try replace(noted, home)
      }
      return noted
    }
  }

  /// Writes `record`, unless it is nil, and has the pool's other processes count `promising` bytes for the volume.
  func write(_ record: VolumeRecord?, _ home: VolumeHome, promising bytes: Int64) throws(VolumeError) {
    try home.pool.locked { () throws(VolumeError) in
      try ledger.change(home.pool, adding: (home.id.text, .init(bytes: bytes, pending: 0))) { () throws(VolumeError) in
        if let record { try replace(record, home) }
      }
    }
  }

  func replace(_ record: VolumeRecord, _ home: VolumeHome) throws(VolumeError) {
    let bytes = try JSONFile.encode(record, of: VolumeHome.recordName)
    try attempt("volume \(home.id)") { () throws(HostError) in
      for name in try home.directory.entries() where Directory.isTemporary(name) { try home.directory.unlink(name) }
      try home.directory.replaceFile(VolumeHome.recordName, with: bytes)
    }
  }

  /// The root of the volume's own staging mount, or nil when it has none.
  private func stagedRoot(of home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) -> Directory? {
    let path = directories.layout.stagingMount(of: home.id)
    guard let entry = try attempt("volume \(home.id)", { () throws(HostError) in try host.mount(at: path) }),
      let device = try system(record.storage).device(of: home), entry.source == device.path.string
    else { return nil }
    let mounts = try directories.mounts()
    return try attempt("volume \(home.id)") { () throws(HostError) in
      try mounts.directory(home.id.text, crossingMounts: true)
    }
  }

  /// Asks the mounted filesystem whether it has the room now.
  private func verify(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) {
    guard let growth = record.growth else { return }
    let path = directories.layout.stagingMount(of: home.id)
    let usage = try attempt("volume \(home.id)") { () throws(HostError) in try host.usage(at: path) }
    guard usage.totalBytes >= growth.capacityBytes else {
      throw VolumeError(
        .failed,
        "volume \(home.id): its filesystem has \(usage.totalBytes) bytes after growing to \(growth.capacityBytes)")
    }
  }
}

extension VolumeRecord {
  /// The record after its growth.
  var grown: VolumeRecord {
    guard let growth else { return self }
    var record = self
    record.capacityBytes = growth.capacityBytes
    record.image?.bytes = growth.imageBytes
    record.growth = nil
    return record
  }
}
