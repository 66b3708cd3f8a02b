// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Volumes

/// How far long work has come.
public struct WorkProgress: Sendable, Hashable {
  /// What is being made, such as `snapshot snapshot-7`.
  public let subject: String
  /// Bytes that are done.
  public let done: Int64
  /// Bytes that there are.
  public let total: Int64
}

extension PoolReport {
  /// What `status` says of the pool.
  init(_ status: PoolStatus) {
    self.init(
      name: status.name, path: status.path, total: status.totalBytes, available: status.availableBytes,
      promised: status.promisedBytes, volumes: status.volumes, problem: status.problem)
  }
}

extension VolumeLifecycle {
  /// A report on every volume of every pool; one whose record does not load has its problem in it. A pool that cannot be read
  /// is no volume: its own report tells.
  func reports() async throws(VolumeError) -> [VolumeReport] {
    var reports: [VolumeReport] = []
    let unreadable = Set(try await pools().filter { $0.problem != nil }.map { "pool \($0.name)" })
    for (id, result) in try await volumes() where !unreadable.contains(id) {
      switch result {
      case .success(let record): reports.append(await report(on: record, id: try VolumeID(id)))
      case .failure(let error) where error.code == .notFound: continue  // deleted meanwhile
      case .failure(let error): reports.append(VolumeReport(id: id, pool: "", problem: error.message))
      }
    }
    return reports
  }

  private func report(on record: VolumeRecord, id: VolumeID) async -> VolumeReport {
    var report = VolumeReport(
      id: id.text, pool: record.pool, storage: record.storage.rawValue,
      filesystem: record.image?.filesystem.rawValue ?? "", capacity: record.capacityBytes,
      isEnforced: record.enforcement == .required)
    do {
      try await measure(&report, id)
    } catch {
      report.problem = error.message
    }
    return report
  }

  /// Adds to `report` what the filesystems and the kernel say.
  private func measure(_ report: inout VolumeReport, _ id: VolumeID) async throws(VolumeError) {
    let usage = try await usage(of: id)
    report.allocated = usage.allocatedBytes ?? 0
    if report.isEnforced {  // of any other volume the filesystem's numbers are those of the whole pool
      report.used = usage.usedBytes
      report.available = usage.availableBytes
    }
    report.users = Self.users(at: try await state(of: id).publishedAt, below: layout.sandboxes)
  }

  /// The sandboxes, as `namespace/name`, that the published paths belong to.
  private static func users(at paths: [String], below root: String) -> [String] {
    let names = paths.compactMap { path -> String? in
      guard path.hasPrefix(root + "/") else { return nil }
      return path.dropFirst(root.count + 1).split(separator: "/").prefix(2).joined(separator: "/")
    }
    return Set(names).sorted()
  }
}
