// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import GRDB
public import StorageAPI

/// Work on a volume that has begun, noted before the first effect and taken away with the last.
///
/// What is still noted at the next start was interrupted: whoever finds it finishes or undoes the work.
public struct VolumeOperation: Sendable, Hashable {
  /// What is being done.
  public enum Work: String, Sendable, Hashable { case create, grow, shrink, delete, snapshot, deleteSnapshot }

  /// What stands before the id of a snapshot: a volume may have the same id.
  public static let prefix = "snapshot/"

  /// The volume's id, or that of a snapshot after ``prefix``; each has one operation at a time.
  public let volume: String
  /// The uid of the claim that the volume is for; "" where there is none.
  public let claim: String
  /// The pool that holds the volume.
  public let pool: String
  /// What is being done.
  public let work: Work
  /// The snapshot's id; nil for an operation on a volume.
  public var snapshot: String? {
    volume.hasPrefix(Self.prefix) ? String(volume.dropFirst(Self.prefix.count)) : nil
  }
  /// When it began.
  public let started: Timestamp

  /// The operation `work` on `volume` in `pool`, begun at `started` for the claim with the uid `claim`.
  public init(volume: String, claim: String, pool: String, work: Work, started: Timestamp) {
    self.volume = volume
    self.claim = claim
    self.pool = pool
    self.work = work
    self.started = started
  }
}

extension LedgerReader {
  /// The operations that have begun and not ended, oldest first.
  public func operations() throws -> [VolumeOperation] {
    let rows = try Row.fetchAll(db, sql: "SELECT volume, claim, pool, work, started FROM operations ORDER BY rowid")
    return try rows.map { row in
      guard let work = VolumeOperation.Work(rawValue: row[3]), let started = Timestamp(row[4] as String) else {
        throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "an operation row makes no sense")
      }
      return VolumeOperation(volume: row[0], claim: row[1], pool: row[2], work: work, started: started)
    }
  }
}

extension LedgerTransaction {
  /// Notes that `operation` begins.
  ///
  /// - Throws: ``LedgerError`` `conflict` when another operation on the volume has begun; the same one may be repeated.
  public func begin(_ operation: VolumeOperation) throws {
    let values: StatementArguments = [
      operation.volume, operation.claim, operation.pool, operation.work.rawValue, operation.started.description,
    ]
    let others = try Int.fetchOne(
      db, sql: "SELECT count(*) FROM operations WHERE volume = ? AND (claim <> ? OR pool <> ? OR work <> ?)",
      arguments: [operation.volume, operation.claim, operation.pool, operation.work.rawValue])
    guard others == 0 else {
      throw LedgerError(.conflict, "another operation on volume \(operation.volume) has not ended")
    }
    try db.execute(
      sql: "INSERT OR IGNORE INTO operations (volume, claim, pool, work, started) VALUES (?, ?, ?, ?, ?)",
      arguments: values)
  }

  /// Notes that the operation on `volume` has ended; nothing happens when there is none.
  public func endOperation(on volume: String) throws {
    try db.execute(sql: "DELETE FROM operations WHERE volume = ?", arguments: [volume])
  }
}
