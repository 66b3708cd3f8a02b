// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import StorageAPI

struct CreateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "create",
    abstract: "Create objects as manifests say; refuse those that exist.",
    discussion: """
      EXAMPLES:
        orlop create -f examples/database.yaml
        orlop create -f examples/logs.yaml --dry-run=client
      """)

  @OptionGroup var options: SubmitOptions

  func run() async throws {
    try await options.submit("creating") { manifest, client in
      let object = manifest.object(in: options.scope.namespace)
      return (try await client.create(object, options: options.dryRun.options), "created")
    }
  }
}
