// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import ObjectStore
internal import StorageAPI
internal import Volumes

/// The right to change a host's objects, and what does the changing; it ends with this value.
struct Session: Sendable {
  let ledger: Ledger
  let loop: ReconcileLoop
  let node: HostNode
  private let clock: @Sendable () -> Timestamp

  /// Takes the store's lock, finishes or undoes what was interrupted, and makes the objects that every host has.
  static func open(
    _ settings: Settings, _ lifecycle: VolumeLifecycle, _ clock: @escaping @Sendable () -> Timestamp
  ) async throws -> Session {
    let ledger = try Ledger.open(at: settings.state, mode: .readWrite)
    let node = HostNode(name: try Bootstrap(settings: settings).run(ledger, at: clock()))
    _ = try await lifecycle.sweep()
    try await Replay(ledger: ledger, lifecycle: lifecycle, clock: clock).run()
    let loop = try ReconcileLoop(
      ledger: ledger, deciders: Deciders.all(for: settings, node: node),
      performer: HostEffects(settings: settings, volumes: lifecycle), clock: clock)
    return Session(ledger: ledger, loop: loop, node: node, clock: clock)
  }

  /// One change of the objects by the rules of the API; a dry run is taken back.
  func change(
    _ options: WriteOptions, _ body: @escaping @Sendable (Registry) throws -> Written
  ) async throws -> Written {
    do {
      return try await loop.write { try Self.change($0, options, body) }
    } catch let dryRun as DryRun {
      return dryRun.written
    } catch let error as LedgerError {
      throw StatusError(error) ?? error
    }
  }

  private static func change(
    _ transaction: LedgerTransaction, _ options: WriteOptions, _ body: (Registry) throws -> Written
  ) throws -> Written {
    let written = try body(Registry(transaction: transaction))
    if options.isDryRun { throw DryRun(written: written) }
    return written
  }

  /// Takes a transaction back after it has shown what it would do.
  private struct DryRun: Error { let written: Written }
}

extension StatusError {
  /// The API's answer where the ledger refuses; nil where it fails.
  fileprivate init?(_ error: LedgerError) {
    switch error.code {
    case .notFound: self.init(.notFound, error.message)
    case .alreadyExists: self.init(.alreadyExists, error.message)
    case .conflict: self.init(.conflict, error.message)
    default: return nil
    }
  }
}
