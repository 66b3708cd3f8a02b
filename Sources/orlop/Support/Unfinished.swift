// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import StorageAPI

/// Tells, after a change has settled, what it has not brought about, and where to read why.
struct Unfinished {
  let client: any Client

  /// One line on standard error for each of `keys` that is not what its manifest asks for.
  func tell(about keys: [ObjectKey]) async throws {
    for key in keys {
      guard let object = try? await client.get(key), let state = Self.state(of: object) else { continue }
      let reason = try await lastWord(on: object).map { ": " + $0 } ?? ""
      let name = "\(key.kind.singular)/\(key.name)"
      Output.complain("\(name) is \(state)\(reason); see `orlop describe \(key.kind.singular) \(key.name)`")
    }
  }

  /// The state that is not the end, or nil when all is well.
  private static func state(of object: Resource) -> String? {
    switch object.kind {
    case Kind.persistentVolumeClaim:
      let claim = PersistentVolumeClaim(json: object.json)
      return claim.phase == .bound ? nil : claim.phase?.rawValue ?? "Pending"
    case Kind.pod:
      let pod = Pod(json: object.json)
      return pod.phase == "Running" || pod.isFinished ? nil : pod.phase
    default: return nil
    }
  }

  /// The newest event about `object`.
  private func lastWord(on object: Resource) async throws -> String? {
    try await client.list(.event, namespace: object.namespace).objects
      .map { Event(json: $0.json) }
      .filter { $0.involvedUID == object.uid }
      .max { ($0.lastTimestamp?.seconds ?? 0, $0.type) < ($1.lastTimestamp?.seconds ?? 0, $1.type) }?
      .message
  }
}
