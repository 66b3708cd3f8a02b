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
      Fields that an earlier apply set and the manifest no longer has are removed; what others set stays.

      EXAMPLES:
        orlop apply -f examples/database.yaml
        orlop apply -f manifests/ --dry-run=client
        sed s/400M/1Gi/ examples/database.yaml | orlop apply -f -
      """)

  @OptionGroup var options: SubmitOptions

  func run() async throws {
    try await options.submit("applying") { object, client in
      try await Self.apply(object, client, options.dryRun.options)
    }
  }

  /// Creates or updates the object. Until the first write has taken the store's lock another process may be faster with the same
  /// object; then the manifest is merged into what that one wrote.
  private static func apply(
    _ object: Resource, _ client: some Client, _ options: WriteOptions
  ) async throws -> (Written, String) {
    do {
      return try await attempt(object, client, options)
    } catch let error as StatusError where error.reason == .alreadyExists || error.reason == .conflict {
      return try await attempt(object, client, options)
    }
  }

  private static func attempt(
    _ object: Resource, _ client: some Client, _ options: WriteOptions
  ) async throws -> (Written, String) {
    guard !object.name.isEmpty, let key = object.key else {
      throw StatusError(.badRequest, "cannot use generateName with apply; use create")
    }
    do {
      let live = try await client.get(key)
      let merged = Resource(json: Apply.merge(object.json, into: live.json))
      let written = try await client.update(merged, options: options)
      return (written, written.isChanged ? "configured" : "unchanged")
    } catch let error as StatusError where error.reason == .notFound {
      return (try await client.create(Resource(json: Apply.annotated(object.json)), options: options), "created")
    }
  }
}
