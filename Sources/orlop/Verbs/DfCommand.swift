// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import Presentation
import StorageAPI

struct DfCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "df",
    abstract: "Show how full the pools and the volumes are.",
    discussion: """
      SIZE is what was promised, ALLOCATED what a volume takes in its pool, USED and AVAIL what its filesystem says \
      while it is mounted. On a terminal each line ends with a bar. Fails after all it can show when a pool or a volume \
      cannot be read, as when a disk is not mounted.

      EXAMPLES:
        orlop df
        orlop df --pools
        orlop df -o json
      """)

  @Flag(help: "Only the pools.") var pools = false
  @Flag(help: "Only the volumes.") var volumes = false
  @Option(name: .shortAndLong, help: ArgumentHelp("json or yaml.", valueName: "format")) var output: Format?
  @Flag(help: "Leave out the headings.") var noHeaders = false
  @OptionGroup var host: HostOptions

  enum Format: String, ExpressibleByArgument, CaseIterable { case json, yaml }

  func run() async throws {
    let client = try host.client()
    let allPools = try await client.pools().sorted { $0.name < $1.name }
    let poolReports = pools || !volumes ? allPools : []
    let volumeReports = volumes || !pools ? try await HostVolumes.sorted(client) : []
    let document = JSONValue.object([
      "pools": .array(poolReports.map { .object(HostVolumes.json(of: $0)) }),
      "volumes": .array(volumeReports.map { .object(HostVolumes.json(of: $0)) }),
    ])
    switch output {
    case .json: Output.print(JSONWriter.pretty(document))
    case .yaml: Output.put(YAMLWriter.write(document))
    case nil where allPools.isEmpty && volumeReports.isEmpty:
      Output.complain("No pools and volumes yet: the first volume makes the pool \"default\"")
    case nil: Output.put(tables(poolReports, volumeReports))
    }
    let hasProblems = HostVolumes.tellProblems(pools: allPools, volumes: volumeReports)
    guard !hasProblems else { throw ExitCode.failure }
  }

  private func tables(_ pools: [PoolReport], _ volumes: [VolumeReport]) -> String {
    var tables: [String] = []
    if !pools.isEmpty {
      tables.append(
        UsageTable.text(pools: pools.map(UsageTable.Pool.init), on: .output, showsHeadings: !noHeaders))
    }
    if !volumes.isEmpty {
      tables.append(
        UsageTable.text(volumes: volumes.map(UsageTable.Volume.init), on: .output, showsHeadings: !noHeaders))
    }
    return tables.joined(separator: noHeaders ? "" : "\n")
  }
}
