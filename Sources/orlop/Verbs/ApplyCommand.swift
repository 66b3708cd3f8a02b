// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import StorageAPI

struct ApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Create or update objects as manifests say, and make the host agree.",
    discussion: """
      Fields that an earlier apply set and the manifest no longer has are removed; what others set stays, unless the \
      manifest says null for it.

      EXAMPLES:
        orlop apply -f examples/database.yaml
        orlop apply -f manifests/ --dry-run=client
        sed s/400M/1Gi/ examples/database.yaml | orlop apply -f -
      """)

  @OptionGroup var options: SubmitOptions

  func run() async throws {
    let applier = Applier(namespace: options.scope.namespace, options: options.dryRun.options)
    try await options.submit("applying") { manifest, client in try await applier.apply(manifest, client) }
  }
}
