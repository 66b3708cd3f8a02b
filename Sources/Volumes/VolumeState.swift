// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What the kernel says of one volume at this moment; never stored.
public struct VolumeState: Sendable, Hashable {
  /// The device that its image is attached to, such as `/dev/loop3`; nil when it is not, or has no image.
  public let device: String?
  /// Its staging mount; nil when it is not staged.
  public let stagedAt: String?
  /// The paths in sandboxes at which it is seen, in the order of their text.
  public let publishedAt: [String]

  /// The state of a volume attached to `device`, staged at `stagedAt` and seen at `publishedAt`.
  public init(device: String? = nil, stagedAt: String? = nil, publishedAt: [String] = []) {
    self.device = device
    self.stagedAt = stagedAt
    self.publishedAt = publishedAt
  }

  /// Whether nothing on this host, as far as this mount namespace shows, uses it.
  public var isIdle: Bool { device == nil && stagedAt == nil && publishedAt.isEmpty }
}

/// How full a volume is.
public struct VolumeUsage: Sendable, Hashable {
  /// Bytes that its filesystem holds in all; the capacity while it is not mounted.
  public let totalBytes: Int64
  /// Bytes that can still be written; nil while it is not mounted.
  public let availableBytes: Int64?
  /// Bytes in use; nil while it is not mounted.
  public let usedBytes: Int64?
  /// Inodes in all; nil while it is not mounted, 0 where there is no fixed number.
  public let totalInodes: Int64?
  /// Inodes left; nil while it is not mounted.
  public let freeInodes: Int64?
  /// Bytes that it takes on the pool's disk; nil where that is not counted (directories).
  public let allocatedBytes: Int64?

  /// The usage with these numbers.
  public init(
    totalBytes: Int64, availableBytes: Int64? = nil, usedBytes: Int64? = nil, totalInodes: Int64? = nil,
    freeInodes: Int64? = nil, allocatedBytes: Int64? = nil
  ) {
    self.totalBytes = totalBytes
    self.availableBytes = availableBytes
    self.usedBytes = usedBytes
    self.totalInodes = totalInodes
    self.freeInodes = freeInodes
    self.allocatedBytes = allocatedBytes
  }
}

/// What a pool has, has promised, and keeps back.
public struct PoolStatus: Sendable, Hashable {
  /// The pool's name.
  public let name: String
  /// Its directory.
  public let path: String
  /// The UUID in its marker; nil when the marker is missing: see `problem`.
  public let uuid: String?
  /// Why nothing can be created in it, or why its numbers are not known; nil when all is well.
  public let problem: String?
  /// Bytes of the disk that it lies on.
  public let totalBytes: Int64
  /// Bytes still free there.
  public let availableBytes: Int64
  /// Bytes promised to its volumes, thin and thick, finished and being built.
  public let promisedBytes: Int64
  /// The most that it may promise.
  public let limitBytes: Int64
  /// Bytes of the disk that it never promises to a thick volume.
  public let reserveBytes: Int64
  /// How many volumes it has.
  public let volumes: Int

  /// The pool `name` at `path` with these numbers.
  public init(
    name: String, path: String, uuid: String?, problem: String? = nil, totalBytes: Int64 = 0, availableBytes: Int64 = 0,
    promisedBytes: Int64 = 0, limitBytes: Int64 = 0, reserveBytes: Int64 = 0, volumes: Int = 0
  ) {
    self.name = name
    self.path = path
    self.uuid = uuid
    self.problem = problem
    self.totalBytes = totalBytes
    self.availableBytes = availableBytes
    self.promisedBytes = promisedBytes
    self.limitBytes = limitBytes
    self.reserveBytes = reserveBytes
    self.volumes = volumes
  }
}

/// What a sweep found and did; each line is a sentence for a log.
public struct SweepReport: Sendable, Hashable {
  /// What was removed or taken down.
  public var done: [String] = []
  /// What stands in the way and needs a person.
  public var problems: [String] = []

  /// An empty report.
  public init() {}
}
