// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import StorageAPI

struct WaitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "wait",
    abstract: "Wait until objects are as asked for.",
    discussion: """
      EXAMPLES:
        orlop wait --for=jsonpath='{.status.phase}'=Bound pvc/example-db-pvc
        orlop wait --for=condition=VolumesReady pod example-db --timeout=10s
        orlop wait --for=condition=VolumesReady pods --all
        orlop wait --for=delete pod/example-db
        orlop wait --for=create pvc/example-db-pvc
      """)

  @Argument(help: "TYPE NAME… or TYPE/NAME…, or TYPE with -l or --all.") var objects: [String]
  @Option(name: .customLong("for"), help: "create, delete, condition=NAME[=VALUE] or jsonpath='{…}'[=VALUE].")
  var goal: String
  @Option(help: "How long to wait, such as 30s or 5m; 0 for as long as it takes.") var timeout = TimeSpan(seconds: 30)
  @OptionGroup var chosen: ChosenObjects
  @OptionGroup var scope: NamespaceOption
  @OptionGroup var host: HostOptions

  func run() async throws {
    let goal = try WaitGoal(goal)
    let client = try host.client()
    let keys = try await chosen.keys(objects, in: scope.namespace, client)
    guard !keys.isEmpty || goal.isReachedByAbsence else { throw ExitCode.failure }
    let waiter = Waiter(client: client, timeout: timeout)
    for key in keys {
      let name = "\(key.kind.qualifiedSingular)/\(key.name)"
      try await waiter.until(telling: { "waiting for \(name): \(goal.text)" }) {
        do {
          return try goal.isReached(by: try await client.get(key))
        } catch let error as StatusError where error.reason == .notFound {
          guard goal.needsObject else { return goal.isReachedByAbsence }
          throw error
        }
      }
      Output.print("\(name) \(goal.success)")
    }
  }
}
