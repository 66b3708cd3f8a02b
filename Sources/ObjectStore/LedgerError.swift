// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import GRDB
internal import StorageAPI

/// What keeps the ledger from doing what it was asked, as one clear sentence.
public struct LedgerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The meaning.
  public struct Code: Sendable, Hashable {
    private enum Value: Hashable {
      case notFound, alreadyExists, conflict, expired, locked, readOnly, full, corrupt, newerSchema, invalid, failed
    }
    private let value: Value
    private init(_ value: Value) { self.value = value }

    /// There is no such object.
    public static let notFound = Code(.notFound)
    /// There is an object of that name already.
    public static let alreadyExists = Code(.alreadyExists)
    /// The object is not the one that the caller has read.
    public static let conflict = Code(.conflict)
    /// The changes asked for are older than the history that is kept.
    public static let expired = Code(.expired)
    /// Another process writes.
    public static let locked = Code(.locked)
    /// The database, its directory or the process may not be written or read.
    public static let readOnly = Code(.readOnly)
    /// The disk is full.
    public static let full = Code(.full)
    /// The database is damaged, or is none of ours.
    public static let corrupt = Code(.corrupt)
    /// A newer Orlop has written the database.
    public static let newerSchema = Code(.newerSchema)
    /// The object cannot be stored as it is.
    public static let invalid = Code(.invalid)
    /// Anything else.
    public static let failed = Code(.failed)
  }

  /// The meaning.
  public let code: Code
  /// One sentence that names the thing and, where there is one, the remedy.
  public let message: String

  /// The error `code`, told as `message`.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}

// MARK: - Of objects, in kubectl's words

extension LedgerError {
  static func notFound(_ key: ObjectKey) -> LedgerError {
    LedgerError(.notFound, "\(key.kind.qualifiedPlural) \"\(key.name)\" not found")
  }

  static func alreadyExists(_ key: ObjectKey) -> LedgerError {
    LedgerError(.alreadyExists, "\(key.kind.qualifiedPlural) \"\(key.name)\" already exists")
  }

  static func conflict(_ key: ObjectKey, _ why: String) -> LedgerError {
    LedgerError(.conflict, "Operation cannot be fulfilled on \(key.kind.qualifiedPlural) \"\(key.name)\": \(why)")
  }

  static func modified(_ key: ObjectKey) -> LedgerError {
    conflict(key, "the object has been modified; please apply your changes to the latest version and try again")
  }
}

// MARK: - Of the database

extension LedgerError {
  static func corrupt(_ path: String, _ what: String) -> LedgerError {
    let what = what.split(whereSeparator: \.isNewline).joined(separator: " ")
    return LedgerError(
      .corrupt,
      "the database \(path) is damaged (\(what)); move \(path)* away and run `orlop adopt`, which rebuilds the "
        + "PersistentVolumes from the records beside the data")
  }

  /// What SQLite's result code means for the database at `path` (https://www.sqlite.org/rescode.html).
  init(_ error: DatabaseError, path: String) {
    let said = error.message ?? "result code \(error.extendedResultCode.rawValue)"
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB: self = .corrupt(path, said)
    case .SQLITE_FULL: self.init(.full, "no space left for the database \(path); free some on its filesystem")
    case .SQLITE_READONLY, .SQLITE_PERM, .SQLITE_AUTH:
      self.init(.readOnly, "cannot write the database \(path): \(said); its filesystem or directory is read-only")
    case .SQLITE_CANTOPEN:
      self.init(.readOnly, "cannot open the database \(path): \(said); check the permissions of its directory")
    case .SQLITE_BUSY, .SQLITE_LOCKED: self.init(.locked, "the database \(path) is busy: \(said); try again")
    default: self.init(.failed, "the database \(path) failed: \(said)")
    }
  }
}
