// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

extension DirectoryStorage {
  /// What the kernel shall hold the volume of `record` to: a file of its capacity fits, and, where inodes are limited, that many beside
  /// the root directory.
  static func limit(of record: VolumeRecord) -> QuotaLimit {
    let data = (record.capacityBytes + 4095) & ~4095
    let own: Int64 =
      switch record.quota?.kind {
      // The root directory, and the blocks that say where a file's blocks are, also of a rather fragmented one.
      case .project, nil: 16 * 4096 + data / 500_000 * 4096
      // Trees of 16 KiB nodes with an item for each extent; twice, for they are copied before they are changed.
      case .subvolume: (128 << 10) + data / 256
      }
    return QuotaLimit(bytes: data + own, inodes: record.inodes.map { $0 + 1 })
  }

  // MARK: Creating

  /// How the filesystem of `pool` can limit the volume; throws ``VolumeError/Code/unsupported``, with the remedies, when it cannot.
  func quotaKind(for request: VolumeRequest, in pool: Pool) throws(VolumeError) -> VolumeRecord.QuotaRecord.Kind {
    switch try attempt("pool \(pool.name)", { () throws(HostError) in try host.quotaSupport(of: pool.directory) }) {
    case .projects: return .project
    case .subvolumes:
      guard request.inodes == nil else {
        throw VolumeError(
          .unsupported,
          "volume \(request.id): btrfs, on which pool \(pool.name) lies, cannot limit inodes; leave out the parameter inodes, or use a pool on ext4 or xfs"
        )
      }
      return .subvolume
    case .nothing(let reason):
      throw VolumeError(
        .unsupported,
        "volume \(request.id): nothing can hold a directory volume of pool \(pool.name) to its capacity: \(reason); set that right, use storage: image, or accept no limit with enforcement: none"
      )
    }
  }

  /// Chooses the number of the volume's quota: one that limits nothing and counts nothing on the filesystem yet.
  ///
  /// Each pool has 65536 numbers of its own, by its UUID, far from those that people choose; several pools may lie on one filesystem. The
  /// search begins where the pool would be if its volumes had taken one after the other, so that it is short.
  func reserve(_ record: VolumeRecord, in pool: Pool, neighbours: Int) throws(VolumeError) -> VolumeRecord {
    guard record.enforcement == .required else { return record }
    let subject = "volume \(record.id)"
    let numbers = Self.numbers(of: pool)
    let size = numbers.upperBound - numbers.lowerBound + 1
    for step in 0..<size {
      let id = numbers.lowerBound + (UInt32(truncatingIfNeeded: neighbours) &+ step) % size
      guard try attempt(subject, { () throws(HostError) in try host.quota(id, of: pool.directory) }) == nil else {
        continue
      }
      var record = record
      let support = try attempt(subject) { () throws(HostError) in try host.quotaSupport(of: pool.directory) }
      record.quota = .init(kind: support == .subvolumes ? .subvolume : .project, id: id)
      return record
    }
    throw VolumeError(.noSpace, "\(subject): pool \(pool.name) has used up its \(size) quotas; use another pool")
  }

  /// The numbers that the quotas of `pool` have.
  static func numbers(of pool: Pool) -> ClosedRange<UInt32> {
    // FNV-1a: it spreads the pools, it need not withstand anybody.
    let hash = pool.marker.uuid.utf8.reduce(UInt32(0x811c_9dc5)) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
    let first = 1 << 30 | (hash & 0x3fff) << 16
    return first...(first + 0xffff)
  }

  func setLimit(_ record: VolumeRecord, in pool: Pool) throws(VolumeError) {
    guard let quota = record.quota else {
      throw VolumeError(.unsupported, "volume \(record.id): nothing limits it, so no limit can be set")
    }
    try attempt("volume \(record.id)") { () throws(HostError) in
      try host.setQuota(quota.id, to: Self.limit(of: record), of: pool.directory)
    }
  }

  // MARK: Using

  /// Sees to it that `data` is held to the volume's capacity before anybody writes to it: the disk may have been mounted otherwise, or
  /// the owner may have taken the directory out of its project.
  func hold(
    _ quota: VolumeRecord.QuotaRecord, of record: VolumeRecord, on data: Directory, in home: Directory
  ) throws(HostError) {
    if case .nothing(let reason) = try host.quotaSupport(of: data) {
      throw HostError(.unsupported, "nothing would hold it to its capacity, which its class requires: \(reason)")
    }
    // A growth that was begun is never taken back.
    let limit = Self.limit(of: record.grown)
    if try host.quota(quota.id, of: data)?.limit != limit {
      // Not by `data`: within a full subvolume of btrfs even this needs room that is not there.
      try host.setQuota(quota.id, to: limit, of: home)
    }
    if try !host.isCounted(data, for: quota.id) { try host.count(data, for: quota.id) }
  }

  /// Where the record and the quota table differ; nil when they do not.
  func disagreement(
    _ quota: VolumeRecord.QuotaRecord, of record: VolumeRecord, on data: Directory
  ) throws(HostError) -> VolumeDamage? {
    let again = "mount it again (delete its pods and apply them), which sets it"
    if case .nothing(let reason) = try host.quotaSupport(of: data) {
      return VolumeDamage("nothing holds it to its capacity", remedy: reason)
    }
    let (limit, found) = (Self.limit(of: record), try host.quota(quota.id, of: data)?.limit)
    guard found == limit || found == Self.limit(of: record.grown) else {
      let words = found.map { "\($0.bytes) bytes, \($0.inodes.map(String.init) ?? "any") inodes" } ?? "none"
      return VolumeDamage(
        "the limit of its quota \(quota.id) is \(words), and should be \(limit.bytes) bytes, \(limit.inodes.map(String.init) ?? "any") inodes",
        remedy: again)
    }
    guard try host.isCounted(data, for: quota.id) else {
      return VolumeDamage(
        "\(data.path) is not counted for its quota \(quota.id): what was made since is not limited", remedy: again)
    }
    return nil
  }

  func usage(of home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) -> VolumeUsage? {
    guard let number = record.quota else { return nil }
    return try attempt("volume \(home.id)") { () throws(HostError) in
      let limit = Self.limit(of: record)
      let quota = try host.quota(number.id, of: home.directory)
      let (total, used) = (quota?.limit?.bytes ?? limit.bytes, quota?.usedBytes ?? 0)
      let free = try host.usage(at: home.directory.path).availableBytes
      let inodes = quota?.limit?.inodes
      return VolumeUsage(
        totalBytes: total, availableBytes: max(0, min(total - used, free)), usedBytes: used, totalInodes: inodes,
        freeInodes: inodes.map { max(0, $0 - (quota?.usedInodes ?? 0)) }, allocatedBytes: used)
    }
  }

  // MARK: Deleting

  func erase(_ record: VolumeRecord, in directory: Directory, of pool: Pool) throws(VolumeError) {
    guard let quota = record.quota else { return }
    let contents = [Self.dataName, "fresh"]
    try attempt("volume \(record.id)") { () throws(HostError) in
      for name in contents { try host.removeDirectory(name, in: directory, countedFor: quota.id) }
    }
    FaultPoint.reach("quota.emptied")
    do throws(HostError) {
      try host.dropQuota(quota.id, of: pool.directory)
    } catch {
      // A disk that is mounted without quotas has none to drop; the doctor finds it when it has them again.
      guard error.code == .unsupported else { throw VolumeError(error, of: "volume \(record.id)") }
    }
  }
}
