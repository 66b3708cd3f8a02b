// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import FoundationEssentials
internal import GRDB
public import StorageAPI

extension LedgerReader {
  /// The changes after `version`, oldest first; see ``Ledger/changes(after:of:namespace:)``.
  public func changes(after version: Int64, of kind: Kind? = nil, namespace: String? = nil) throws -> [Change] {
    let current = try currentVersion()
    guard version != current else { return [] }
    let oldest = try Int64.fetchOne(db, sql: "SELECT min(version) FROM changes") ?? current + 1
    guard version >= oldest - 1, version < current else {
      throw LedgerError(.expired, "too old resource version: \(version) (\(oldest - 1))")
    }
    let rows = try Row.fetchCursor(
      db,
      sql: """
        SELECT what, document FROM changes
        WHERE version > ? AND (? IS NULL OR kind = ?) AND (? IS NULL OR namespace = ?) ORDER BY version
        """,
      arguments: [version, kind?.qualifiedPlural, kind?.qualifiedPlural, namespace, namespace])
    var changes: [Change] = []
    while let row = try rows.next() {
      let object = try Self.resource(row[1] as Data)
      guard let action = Change.Action(rawValue: row[0]), let key = object.key else {
        throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a change makes no sense")
      }
      changes.append(Change(action, key: key, object: object))
    }
    return changes
  }
}
