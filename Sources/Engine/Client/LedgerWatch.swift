// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import ObjectStore
internal import StorageAPI

/// Follows the changes that other processes make to the store.
struct LedgerWatch: Sendable {
  /// How often the store is asked.
  static let interval = Duration.milliseconds(200)

  let state: String
  let kind: Kind
  let namespace: String?

  /// The changes after `version`, until the reader stops.
  func changes(after version: Int64) -> AsyncThrowingStream<ObjectChange, any Error> {
    AsyncThrowingStream { continuation in
      let task = Task {
        do {
          try await follow(from: version) { continuation.yield($0) }
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
    var ledger: Ledger?
    while !Task.isCancelled {
      if ledger == nil { ledger = try opened() }
      for change in try ledger?.changes(after: version, of: kind, namespace: namespace) ?? [] {
        version = change.version
        report(ObjectChange(change))
      }
      try await Task.sleep(for: Self.interval)
    }
  }

  /// The store, or nil while there is none.
  private func opened() throws -> Ledger? {
    do {
      return try Ledger.open(at: state, mode: .readOnly)
    } catch let error as LedgerError where error.code == .notFound {
      return nil
    }
  }
}

extension ObjectChange {
  /// The change as the client tells it.
  fileprivate init(_ change: Change) {
    let kind: Kind =
      switch change.action {
      case .added: .added
      case .modified: .modified
      case .deleted: .deleted
      }
    self.init(kind: kind, object: change.object)
  }
}
