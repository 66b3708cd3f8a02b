// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import Presentation
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

  @OptionGroup var input: ManifestOptions
  @OptionGroup var scope: NamespaceOption
  @Option(help: "Show what would be done and do nothing: none, client or server.") var dryRun = DryRun.none
  @OptionGroup var host: HostOptions

  func validate() throws {
    guard !input.filename.isEmpty else { throw ValidationError("say which manifests with -f") }
  }

  func run() async throws {
    let manifests = try input.manifests()
    let client = try host.client()
    var created: [ObjectKey] = []
    var failed = false
    for manifest in manifests {
      do {
        let written = try await manifest.telling("creating") {
          try await client.create(manifest.object(in: scope.namespace), options: dryRun.options)
        }
        for warning in written.warnings { Output.complain(StatusText.warning(warning)) }
        Output.print("\(manifest.kind.qualifiedSingular)/\(written.object.name) created\(dryRun.mark)")
        if let key = written.object.key { created.append(key) }
      } catch let error as ManifestError {
        Output.complain(error.description)
        failed = true
      }
    }
    if dryRun == .none {
      try await client.settle()
      try await Unfinished(client: client).tell(about: created)
    }
    if failed { throw ExitCode.failure }
  }
}
