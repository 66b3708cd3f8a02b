// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Synchronization

extension FakeHost {
  /// What tests said with ``setQuotaSupport(_:)``.
  public func quotaSupport(of directory: Directory) throws(HostError) -> QuotaSupport {
    try perform(.quotaSupport) { (state) throws(HostError) in state.quotaSupport }
  }

  /// Lets it be as if the filesystem were btrfs.
  public func enableQuotas(on directory: Directory) throws(HostError) { setQuotaSupport(.subvolumes) }

  /// The limit of `id`; nothing is ever used of it.
  public func quota(_ id: UInt32, of directory: Directory) throws(HostError) -> Quota? {
    try perform(.quota) { (state) throws(HostError) in Self.quota(id, state) }
  }

  /// The quotas in `range`.
  public func quotas(in range: ClosedRange<UInt32>, of directory: Directory) throws(HostError) -> [UInt32: Quota] {
    try perform(.quota) { (state) throws(HostError) in
      let ids = Set(state.limits.keys).union(state.counted.values).filter(range.contains)
      return Dictionary(uniqueKeysWithValues: ids.compactMap { id in Self.quota(id, state).map { (id, $0) } })
    }
  }

  /// Puts `limit` into the table.
  public func setQuota(_ id: UInt32, to limit: QuotaLimit, of directory: Directory) throws(HostError) {
    try perform(.setQuota) { (state) throws(HostError) in
      if case .nothing(let reason) = state.quotaSupport { throw HostError(.unsupported, reason) }
      state.limits[id] = limit
    }
  }

  /// Takes `id` out of the table.
  public func dropQuota(_ id: UInt32, of directory: Directory) throws(HostError) {
    try perform(.dropQuota) { (state) throws(HostError) in state.limits[id] = nil }
  }

  /// Makes a real directory, and remembers whom it counts for.
  public func makeDirectory(
    _ name: String, in parent: Directory, countedFor id: UInt32
  ) throws(HostError) -> Directory {
    try perform(.makeDirectory) { (state) throws(HostError) in
      try parent.makeDirectory(name, mode: 0o700)
      let directory = try parent.directory(name)
      state.counted[try directory.identity()] = id
      return directory
    }
  }

  /// Whether it is remembered so.
  public func isCounted(_ directory: Directory, for id: UInt32) throws(HostError) -> Bool {
    let identity = try directory.identity()
    return state.withLock { $0.counted[identity] == id }
  }

  /// Remembers whom `directory` counts for.
  public func count(_ directory: Directory, for id: UInt32) throws(HostError) {
    let identity = try directory.identity()
    state.withLock { $0.counted[identity] = id }
  }

  /// Removes the real directory.
  public func removeDirectory(_ name: String, in parent: Directory, countedFor id: UInt32) throws(HostError) {
    try perform(.removeDirectory) { (state) throws(HostError) in
      if let identity = try parent.metadata(of: name)?.identity { state.counted[identity] = nil }
      try parent.removeTree(name)
    }
  }

  // MARK: What tests break and read

  /// Lets ``quotaSupport(of:)`` answer `support`; the first answer is that nothing can limit directories.
  public func setQuotaSupport(_ support: QuotaSupport) { state.withLock { $0.quotaSupport = support } }

  /// Forgets all limits, as a filesystem does whose quotas were turned off and on.
  public func forgetQuotas() { state.withLock { $0.limits = [:] } }

  /// The table of limits.
  public var quotaTable: [UInt32: QuotaLimit] { state.withLock { $0.limits } }

  private static func quota(_ id: UInt32, _ state: State) -> Quota? {
    let limit = state.limits[id]
    let inodes = state.counted.values.count { $0 == id }
    return limit == nil && inodes == 0 ? nil : Quota(limit: limit, usedInodes: Int64(inodes))
  }
}
