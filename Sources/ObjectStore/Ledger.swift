// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import GRDB
public import StorageAPI

/// The objects at rest: one SQLite database, changed only in transactions, every change with a version of its own.
///
/// One process at a time writes: opening for writing takes a lock that lasts as long as the ledger. Any number read
/// meanwhile, each a state as it was after some transaction. What `write` has returned survives a crash of the machine.
public final class Ledger: Sendable {
  /// What a ledger is opened for.
  public enum Mode: Sendable, Hashable { case readWrite, readOnly }

  /// How many changes are kept for ``changes(after:of:namespace:)``.
  static let history: Int64 = 8192

  let database: any DatabaseWriter
  private let path: String
  private let lock: WriterLock?
  private let history: Int64
  private let identity: DatabaseFile.Identity?

  init(
    _ database: any DatabaseWriter, path: String, lock: WriterLock?, history: Int64 = Ledger.history,
    identity: DatabaseFile.Identity? = nil
  ) {
    self.database = database
    self.path = path
    self.lock = lock
    self.history = history
    self.identity = identity
  }

  /// Whether this ledger, opened for reading, still shows what others write: not when another file has its name, and not when
  /// it had to be opened as it stood.
  public var isCurrent: Bool { identity != nil && identity == DatabaseFile.identity(of: path) }

  /// A ledger in memory, which nobody else sees and which goes with this value.
  public static func inMemory() throws -> Ledger { try inMemory(history: history) }

  static func inMemory(history: Int64) throws -> Ledger {
    let queue = try DatabaseQueue()
    try queue.writeWithoutTransaction { _ = try Schema.current.migrate($0) }
    return Ledger(queue, path: "in memory", lock: nil, history: history)
  }

  // MARK: - Reading

  /// What `body` makes of the objects as they are at one moment.
  ///
  /// - Throws: ``LedgerError`` when the database fails; what `body` throws.
  public func read<Value>(_ body: (LedgerReader) throws -> Value) throws -> Value {
    try telling { try database.read { try body(LedgerReader(db: $0)) } }
  }

  /// The changes after `version`, oldest first; of objects of `kind` and in `namespace` where these are given.
  ///
  /// - Throws: ``LedgerError`` `expired` when some of them are no longer kept: list the objects again and go on from there.
  public func changes(after version: Int64, of kind: Kind? = nil, namespace: String? = nil) throws -> [Change] {
    try read { try $0.changes(after: version, of: kind, namespace: namespace) }
  }

  // MARK: - Writing

  /// What `body` returns after its changes have been kept, all together and for good; or nothing of them if it throws.
  ///
  /// - Parameter now: the time that the changes bear.
  /// - Returns: what `body` returned, and the changes it made.
  /// - Throws: ``LedgerError`` when the database fails; what `body` throws.
  @discardableResult
  public func write<Value>(
    at now: Timestamp, _ body: (LedgerTransaction) throws -> Value
  ) throws -> (result: Value, changes: [Change]) {
    try telling {
      try database.write { db in
        let transaction = try LedgerTransaction(db, now: now)
        let result = try body(transaction)
        try transaction.finish(keeping: history)
        return (result, transaction.changes)
      }
    }
  }

  /// Closes the database and lets others write.
  ///
  /// Happens by itself when the ledger goes; call it where an error would matter.
  public func close() throws {
    try telling { try database.close() }
    lock?.release()
  }

  /// Does `body` and tells SQLite's errors in one sentence.
  private func telling<Value>(_ body: () throws -> Value) throws -> Value {
    try Self.telling(path, body)
  }

  static func telling<Value>(_ path: String, _ body: () throws -> Value) throws -> Value {
    do { return try body() } catch let error as DatabaseError {
      throw LedgerError(error, path: path)
    } catch let error as JSONSyntaxError {
      throw LedgerError.corrupt(path, "a document in it does not read: \(error.message)")
    }
  }
}
