// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import ObjectStore
internal import StorageAPI

/// Follows the changes that this and other processes make to the store.
struct LedgerWatch: Sendable {
  let client: LocalClient
  let vigil: Vigil
  let kind: Kind
  let namespace: String?

  /// The changes after `version`, until the reader stops.
  func changes(after version: Int64) -> AsyncThrowingStream<ObjectChange, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          try await follow(from: version) { continuation.yield($0) }
          continuation.finish()
        } catch is CancellationError {
          continuation.finish()
        } catch {
          continuation.finish(throwing: error)
        }
      }
      continuation.onTermination = { _ in task.cancel() }
    }
  }

  private func follow(from start: Int64, _ report: (ObjectChange) -> Void) async throws {
    var version = start
    var vigil = vigil
    while !Task.isCancelled {
      let news = try await client.news(after: version, of: kind, namespace: namespace)
      version = news.version
      for change in news.changes { report(ObjectChange(change)) }
      try await vigil.wait()
    }
  }
}

extension ObjectChange {
  /// The change as the client tells it.
  init(_ change: Change) {
    let kind: Kind =
      switch change.action {
      case .added: .added
      case .modified: .modified
      case .deleted: .deleted
      }
    self.init(kind: kind, object: change.object)
  }
}
