// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import GRDB

/// The tables of the database, as the steps that lead to them from an empty one.
///
/// A step is never changed once it has been released: a new one is appended. The number of steps done is SQLite's
/// `user_version`, so that a database says by itself whether it is older or newer than the program.
struct Schema: Sendable {
  /// Marks a file as Orlop's (`PRAGMA application_id`): "ORLP".
  static let applicationID: Int32 = 0x4f52_4c50

  /// The statements of each step, in order.
  let steps: [String]

  /// The number of the newest step.
  var version: Int32 { Int32(steps.count) }

  /// What this program reads and writes.
  static let current = Schema(steps: [
    """
    CREATE TABLE objects (
      id INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      namespace TEXT NOT NULL,
      name TEXT NOT NULL,
      uid TEXT NOT NULL,
      version INTEGER NOT NULL,
      expires INTEGER,
      document BLOB NOT NULL
    );
    CREATE UNIQUE INDEX objects_by_key ON objects (kind, namespace, name);
    CREATE INDEX objects_by_expiry ON objects (expires) WHERE expires IS NOT NULL;
    CREATE TABLE changes (
      version INTEGER PRIMARY KEY,
      kind TEXT NOT NULL,
      namespace TEXT NOT NULL,
      what TEXT NOT NULL,
      document BLOB NOT NULL
    );
    CREATE TABLE clock (version INTEGER NOT NULL);
    INSERT INTO clock (version) VALUES (0);
    CREATE TABLE operations (
      volume TEXT PRIMARY KEY,
      claim TEXT NOT NULL,
      pool TEXT NOT NULL,
      work TEXT NOT NULL,
      started TEXT NOT NULL
    );
    """
  ])

  /// Does in one transaction the steps that the database lacks; returns whether there were any.
  func migrate(_ db: Database) throws -> Bool {
    let done = try Int32.fetchOne(db, sql: "PRAGMA user_version") ?? 0
    guard done < version else { return false }
    try db.inTransaction(.immediate) {
      for step in steps[Int(done)...] { try db.execute(sql: step) }
      try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
      try db.execute(sql: "PRAGMA user_version = \(version)")
      return .commit
    }
    return true
  }
}
