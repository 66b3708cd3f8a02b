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
    try await options.submit("applying") { manifest, client in
      try await apply(manifest, client)
    }
  }

  /// Creates or updates the object. Until the first write has taken the store's lock another process may be faster with the same
  /// object; then the manifest is merged into what that one wrote.
  private func apply(_ manifest: FileManifest, _ client: some Client) async throws -> (Written, String) {
    do {
      return try await attempt(manifest, client)
    } catch let error as StatusError where error.reason == .alreadyExists || error.reason == .conflict {
      return try await attempt(manifest, client)
    }
  }

  private func attempt(_ manifest: FileManifest, _ client: some Client) async throws -> (Written, String) {
    let object = manifest.object(in: options.scope.namespace)
    let written = manifest.written(in: options.scope.namespace).json
    guard !object.name.isEmpty, let key = object.key else {
      throw StatusError(.badRequest, "cannot use generateName with apply; use create")
    }
    do {
      let live = try await client.get(key)
      let merged = try ManifestReader.normalized(Apply.merge(written, into: live.json), key.kind)
      let stored = try await client.update(Resource(json: merged), options: options.dryRun.options)
      return (stored, stored.isChanged ? "configured" : "unchanged")
    } catch let error as StatusError where error.reason == .notFound {
      let new = Resource(json: Apply.created(object.json, from: written))
      return (try await client.create(new, options: options.dryRun.options), "created")
    }
  }
}
