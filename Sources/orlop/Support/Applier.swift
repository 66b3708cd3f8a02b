// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import StorageAPI

/// Brings stored objects to what manifests say.
struct Applier {
  /// The namespace of objects that do not say theirs.
  let namespace: String
  let options: WriteOptions

  /// Creates or updates the object. Until the first write has taken the store's lock another process may be faster with the same
  /// object; then the manifest is merged into what that one wrote.
  func apply(_ manifest: FileManifest, _ client: some Client) async throws -> (written: Written, word: String) {
    do {
      return try await attempt(manifest, client)
    } catch let error as StatusError where error.reason == .alreadyExists || error.reason == .conflict {
      return try await attempt(manifest, client)
    }
  }

  private func attempt(_ manifest: FileManifest, _ client: some Client) async throws -> (Written, String) {
    let object = manifest.object(in: namespace)
    let written = manifest.written(in: namespace).json
    guard !object.name.isEmpty, let key = object.key else {
      throw StatusError(.badRequest, "cannot use generateName with apply; use create")
    }
    do {
      let live = try await client.get(key)
      let merged = try ManifestReader.normalized(Apply.merge(written, into: live.json), key.kind)
      let stored = try await client.update(Resource(json: merged), options: options)
      return (stored, stored.isChanged ? "configured" : "unchanged")
    } catch let error as StatusError where error.reason == .notFound {
      let new = Resource(json: Apply.created(object.json, from: written))
      return (try await client.create(new, options: options), "created")
    }
  }
}
