// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import Presentation
import StorageAPI

/// Shows the volumes and pools that are on this host's disks.
enum HostVolumes {
  /// Whether the words of a command line ask for the host's volumes.
  ///
  /// - Throws: ``UsageError`` when they ask for something else too.
  static func isMeant(by words: [String]) throws -> Bool {
    let kinds = words.first?.split(separator: ",") ?? []
    guard kinds.contains(where: { $0 == "volumes" || $0 == "volume" }) else { return false }
    guard kinds.count == 1, words.count == 1 else {
      throw UsageError("the host's volumes are no objects of the store: ask for them alone, as in 'orlop get volumes'")
    }
    return true
  }

  /// Shows the volumes and snapshots of `client` in `format`; what cannot be read is told after that, and fails the verb.
  static func show(_ client: LocalClient, _ format: OutputFormat, showsHeadings: Bool) async throws {
    let reports = try await sorted(client)
    let pools = try await client.pools()
    let snapshots = try await client.snapshots().sorted { ($0.pool, $0.id) < ($1.pool, $1.id) }
    Output.put(try text(reports, snapshots, format, showsHeadings: showsHeadings))
    let hasProblems = tellProblems(pools: pools, volumes: reports, snapshots: snapshots)
    guard !hasProblems else { throw ExitCode.failure }
    if reports.isEmpty && snapshots.isEmpty && format.isForPeople { Output.complain("No volumes found on this host") }
  }

  /// The volumes of `client`, by pool and id.
  static func sorted(_ client: some Client) async throws -> [VolumeReport] {
    try await client.volumes().sorted { ($0.pool, $0.id) < ($1.pool, $1.id) }
  }

  /// Tells on standard error what is wrong with pools, volumes and snapshots; returns whether anything is.
  static func tellProblems(
    pools: [PoolReport], volumes: [VolumeReport], snapshots: [SnapshotReport] = []
  ) -> Bool {
    let problems = UsageTable.problems(
      pools: pools.map(UsageTable.Pool.init), volumes: volumes.map(UsageTable.Volume.init),
      snapshots: snapshots.map(UsageTable.Snapshot.init))
    for problem in problems { Output.complain("error: " + problem) }
    return !problems.isEmpty
  }

  private static func text(
    _ reports: [VolumeReport], _ snapshots: [SnapshotReport], _ format: OutputFormat, showsHeadings: Bool
  ) throws -> String {
    if reports.isEmpty && snapshots.isEmpty && format.isForPeople { return "" }
    let document = JSONValue.object([
      "items": .array(reports.map { .object(json(of: $0)) }),
      "snapshots": .array(snapshots.map { .object(json(of: $0)) }),
    ])
    switch format {
    case .table, .wide:
      let tables = [
        reports.isEmpty
          ? ""
          : UsageTable.text(volumes: reports.map(UsageTable.Volume.init), on: .output, showsHeadings: showsHeadings),
        UsageTable.text(
          snapshots: snapshots.map(UsageTable.Snapshot.init), now: Clock.now(), showsHeadings: showsHeadings),
      ]
      return tables.filter { !$0.isEmpty }.joined(separator: "\n")
    case .name:
      return (reports.map { "volume/" + $0.id + "\n" } + snapshots.map { "snapshot/" + $0.id + "\n" }).joined()
    case .yaml: return YAMLWriter.write(document)
    case .json: return JSONWriter.pretty(document) + "\n"
    case .template(let template): return try template.render(document)
    case .columns(let columns):
      return try columns.text(reports.map { Resource(json: json(of: $0)) }, showsHeadings: showsHeadings)
    }
  }

  static func json(of report: VolumeReport) -> JSONObject {
    var json: JSONObject = [
      "id": .string(report.id), "pool": .string(report.pool), "storage": .string(report.storage),
      "filesystem": .string(report.filesystem), "capacity": .integer(report.capacity),
      "allocated": .integer(report.allocated), "enforced": .bool(report.isEnforced), "users": .strings(report.users),
    ]
    json["used"] = report.used.map(JSONValue.integer)
    json["available"] = report.available.map(JSONValue.integer)
    json["problem"] = report.problem.map(JSONValue.string)
    return json
  }

  private static func json(of report: SnapshotReport) -> JSONObject {
    var json: JSONObject = [
      "id": .string(report.id), "pool": .string(report.pool), "volume": .string(report.volume),
      "capacity": .integer(report.capacity), "allocated": .integer(report.allocated),
      "created": .string(Timestamp(seconds: report.createdAt).description),
    ]
    json["problem"] = report.problem.map(JSONValue.string)
    return json
  }

  static func json(of report: PoolReport) -> JSONObject {
    var json: JSONObject = [
      "name": .string(report.name), "path": .string(report.path), "total": .integer(report.total),
      "available": .integer(report.available), "promised": .integer(report.promised),
      "volumes": .integer(Int64(report.volumes)),
    ]
    json["problem"] = report.problem.map(JSONValue.string)
    return json
  }
}

extension UsageTable.Volume {
  /// What `report` says.
  init(_ report: VolumeReport) {
    let detail = report.isEnforced ? report.filesystem : "no limit"
    let storage = detail.isEmpty ? report.storage : "\(report.storage) (\(detail))"
    self.init(
      id: report.id, pool: report.pool, storage: storage, size: report.capacity, allocated: report.allocated,
      used: report.used, available: report.available, users: report.users, problem: report.problem)
  }
}

extension UsageTable.Snapshot {
  /// What `report` says.
  init(_ report: SnapshotReport) {
    self.init(
      id: report.id, pool: report.pool, volume: report.volume, size: report.capacity, allocated: report.allocated,
      time: Timestamp(seconds: report.createdAt), problem: report.problem)
  }
}

extension UsageTable.Pool {
  /// What `report` says.
  init(_ report: PoolReport) {
    self.init(
      name: report.name, path: report.path, size: report.total, available: report.available, promised: report.promised,
      volumes: report.volumes, problem: report.problem)
  }
}
