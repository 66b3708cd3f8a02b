// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Dispatch
internal import FoundationEssentials
internal import GRDB
public import StorageAPI
internal import Synchronization

/// The objects at one moment.
///
/// Valid only within the closure that it is given to.
public struct LedgerReader {
  let db: Database

  /// The version of the newest change; 0 when there has been none.
  public func currentVersion() throws -> Int64 { try Int64.fetchOne(db, sql: "SELECT version FROM clock") ?? 0 }

  /// The object `key`, or nil when there is none.
  public func get(_ key: ObjectKey) throws -> Resource? {
    try documents("WHERE kind = ? AND namespace = ? AND name = ?", [key.kind.qualifiedPlural, key.namespace, key.name])
      .first
  }

  /// The object `name` as one of `type`, or nil when there is none.
  public func get<Object: KindedObject>(_ type: Object.Type, namespace: String = "", name: String) throws -> Object? {
    try get(ObjectKey(type.kind, namespace: namespace, name: name)).map { Object(json: $0.json) }
  }

  /// The objects of `kind`, in `namespace` or everywhere (nil), sorted by namespace and name.
  public func list(_ kind: Kind, namespace: String? = nil) throws -> [Resource] {
    guard let namespace else {
      return try documents("WHERE kind = ? ORDER BY namespace, name", [kind.qualifiedPlural])
    }
    return try documents("WHERE kind = ? AND namespace = ? ORDER BY name", [kind.qualifiedPlural, namespace])
  }

  /// The objects of `type`, in `namespace` or everywhere (nil), sorted by namespace and name.
  public func list<Object: KindedObject>(_ type: Object.Type, namespace: String? = nil) throws -> [Object] {
    try list(type.kind, namespace: namespace).map { Object(json: $0.json) }
  }

  /// All objects, sorted by kind, namespace and name.
  public func all() throws -> [Resource] { try documents("ORDER BY kind, namespace, name", []) }

  /// The number of objects of `kind`, or of all kinds (nil).
  public func count(_ kind: Kind? = nil) throws -> Int {
    guard let kind else { return try Int.fetchOne(db, sql: "SELECT count(*) FROM objects") ?? 0 }
    let sql = "SELECT count(*) FROM objects WHERE kind = ?"
    return try Int.fetchOne(db, sql: sql, arguments: [kind.qualifiedPlural]) ?? 0
  }

  private func documents(_ condition: String, _ arguments: StatementArguments) throws -> [Resource] {
    let statement = try db.cachedStatement(sql: "SELECT document FROM objects \(condition)")
    let rows = try Row.fetchCursor(statement, arguments: arguments)
    var texts: [Data] = []
    while let row = try rows.next() { texts.append(row[0]) }
    return try Self.parse(texts)
  }

  /// The objects that `texts` are, parsed on two threads when there are many.
  static func parse(_ texts: [Data]) throws -> [Resource] {
    guard texts.count >= 1000 else { return try texts.map(resource) }
    let middle = texts.count / 2
    let halves = [texts[..<middle], texts[middle...]]
    let parsed = Mutex<[Int: Result<[Resource], any Error>]>([:])
    DispatchQueue.concurrentPerform(iterations: halves.count) { index in
      let half = Result { try halves[index].map(resource) }
      parsed.withLock { $0[index] = half }
    }
    let results = parsed.withLock { $0 }
    return try halves.indices.flatMap { try results[$0]?.get() ?? [] }
  }

  /// The object that `text` is.
  static func resource(_ text: Data) throws -> Resource {
    let value = try text.withUnsafeBytes { bytes in
      try JSONReader.read(utf8: bytes.bindMemory(to: UInt8.self))
    }
    guard let object = value.object else {
      throw DatabaseError(resultCode: .SQLITE_CORRUPT, message: "a document is no object")
    }
    return Resource(json: object)
  }
}
