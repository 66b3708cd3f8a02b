// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import StorageAPI

struct ScaleCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale",
    abstract: "Set how many pods Deployments and StatefulSets have.",
    discussion: """
      EXAMPLES:
        orlop scale deploy/reader --replicas=3
        orlop scale deploy reader --replicas=1 --current-replicas=3
      """)

  @Argument(help: "TYPE NAME… or TYPE/NAME….") var objects: [String]
  @Option(help: "The number of pods.") var replicas: Int32
  @Option(help: "Only if there are so many now.") var currentReplicas: Int32?
  @OptionGroup var chosen: ChosenObjects
  @OptionGroup var options: ChangeOptions

  func validate() throws {
    guard replicas >= 0 else { throw ValidationError("--replicas must not be negative") }
  }

  func run() async throws {
    for kind in try ObjectName.parse(objects).map(\.kind) where kind != .deployment && kind != .statefulSet {
      throw UsageError("deployments and statefulsets can be scaled, \(kind.plural) cannot")
    }
    let client = try options.host.client()
    let keys = try await chosen.keys(objects, in: options.scope.namespace, client)
    try await options.change(keys, client, word: "scaled", unchanged: "scaled") { object in
      let present = object.json.integer("spec", "replicas") ?? 1
      if let expected = currentReplicas, Int64(expected) != present {
        throw StatusError(.badRequest, "Expected replicas to be \(expected), was \(present)")
      }
      var json = object.json
      json.set(.integer(Int64(replicas)), "spec", "replicas")
      return json
    }
  }
}
