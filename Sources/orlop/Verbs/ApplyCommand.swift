// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import Presentation
import StorageAPI

/// How much of a change is carried out.
enum DryRun: String, ExpressibleByArgument, CaseIterable {
  case none, client, server

  /// The options of a change made so.
  var options: WriteOptions { WriteOptions(isDryRun: self != .none) }

  /// What is printed behind a line about a change that was not kept.
  var mark: String {
    switch self {
    case .none: ""
    case .client: " (dry run)"
    case .server: " (server dry run)"
    }
  }
}

struct ApplyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "apply",
    abstract: "Create or update objects as manifests say, and make the host agree.",
    discussion: """
      Fields that an earlier apply set and the manifest no longer has are removed; what others set stays.

      EXAMPLES:
        orlop apply -f examples/database.yaml
        orlop apply -f manifests/ --dry-run=client
        sed s/400M/1Gi/ examples/database.yaml | orlop apply -f -
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
    var applied: [ObjectKey] = []
    var failed = false
    for manifest in manifests {
      do {
        let (written, verb) = try await manifest.telling("applying") { try await apply(manifest, client) }
        for warning in written.warnings { Output.complain(StatusText.warning(warning)) }
        Output.print("\(manifest.kind.qualifiedSingular)/\(written.object.name) \(verb)\(dryRun.mark)")
        if let key = written.object.key { applied.append(key) }
      } catch let error as ManifestError {
        Output.complain(error.description)
        failed = true
      }
    }
    if dryRun == .none {
      try await client.settle()
      try await Unfinished(client: client).tell(about: applied)
    }
    if failed { throw ExitCode.failure }
  }

  private func apply(_ manifest: FileManifest, _ client: some Client) async throws -> (Written, String) {
    let object = manifest.object(in: scope.namespace)
    guard !object.name.isEmpty else {
      throw StatusError(.badRequest, "error: from \(object.metadata.generateName): cannot use generate name with apply")
    }
    let key = ObjectKey(manifest.kind, namespace: object.namespace, name: object.name)
    do {
      let live = try await client.get(key)
      let merged = Resource(json: Apply.merge(object.json, into: live.json))
      let written = try await client.update(merged, options: dryRun.options)
      return (written, written.isChanged ? "configured" : "unchanged")
    } catch let error as StatusError where error.reason == .notFound {
      return (try await client.create(Resource(json: Apply.annotated(object.json)), options: dryRun.options), "created")
    }
  }
}
