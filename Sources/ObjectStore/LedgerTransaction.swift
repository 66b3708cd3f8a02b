// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import FoundationEssentials
internal import GRDB
public import StorageAPI

/// The objects, to be changed: all of it is kept together, or nothing when the closure throws.
///
/// Valid only within the closure that it is given to.
public final class LedgerTransaction {
  let db: Database
  private(set) var version: Int64
  /// The time of all changes in this transaction.
  public let now: Timestamp
  /// What has been changed so far, in order.
  public private(set) var changes: [Change] = []

  /// The objects as they are now, with the changes so far.
  public var reader: LedgerReader { LedgerReader(db: db) }

  init(_ db: Database, now: Timestamp) throws {
    self.db = db
    self.now = now
    version = try LedgerReader(db: db).currentVersion()
  }

  // MARK: - Objects

  /// Stores the new `object`, with a uid and creationTimestamp when it has none, and returns it as stored.
  ///
  /// - Throws: ``LedgerError`` `alreadyExists`; `invalid` for an object without a known kind or a name.
  @discardableResult
  public func create(_ object: Resource) throws -> Resource {
    let key = try Self.key(of: object)
    guard try reader.get(key) == nil else { throw LedgerError.alreadyExists(key) }
    var object = object
    if object.uid.isEmpty { object.metadata.uid = UUID().uuidString.lowercased() }
    if object.metadata.creationTimestamp == nil { object.metadata.creationTimestamp = now }
    if key.kind == .deployment || key.kind == .statefulSet { object.metadata.generation = 1 }
    return try store(.added, key, object)
  }

  /// Replaces the object of the same key and returns it as stored; when nothing changes, nothing is written.
  ///
  /// The uid, the timestamps and the generation are the ledger's: what `object` says of them does not count. An object
  /// whose deletion has been asked for goes with its last finalizer (rule T2).
  /// - Throws: ``LedgerError`` `notFound`; `conflict` when `object` has the resourceVersion or uid of another state.
  @discardableResult
  public func update(_ object: Resource) throws -> Resource {
    let key = try Self.key(of: object)
    guard let stored = try reader.get(key) else { throw LedgerError.notFound(key) }
    if let expected = object.metadata.resourceVersion, expected != stored.metadata.resourceVersion {
      throw LedgerError.modified(key)
    }
    if !object.uid.isEmpty, object.uid != stored.uid {
      throw LedgerError.conflict(
        key, "Precondition failed: UID in precondition: \(object.uid), UID in object meta: \(stored.uid)")
    }
    var object = object
    for field in ["uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "generation"] {
      object.json.set(stored.json.value("metadata", field), "metadata", field)
    }
    if object.isTerminating, object.metadata.finalizers.isEmpty { return try remove(key, object) }
    guard object != stored else { return stored }
    if let generation = stored.metadata.generation, object.json["spec"] != stored.json["spec"] {
      object.metadata.generation = generation + 1
    }
    return try store(.modified, key, object)
  }

  /// Asks for the deletion of the object `key`, and returns it as it is then or was last.
  ///
  /// An object with finalizers gets a deletionTimestamp and stays until they are gone (rule T2). So does a pod that has a
  /// node, until the node is done with it and deletes it with `force`. Asking again changes nothing.
  /// - Throws: ``LedgerError`` `notFound`; `conflict` when `uid` is given and the object has another.
  @discardableResult
  public func delete(_ key: ObjectKey, uid: String? = nil, force: Bool = false) throws -> Resource {
    guard var object = try reader.get(key) else { throw LedgerError.notFound(key) }
    if let uid, uid != object.uid {
      throw LedgerError.conflict(
        key, "Precondition failed: UID in precondition: \(uid), UID in object meta: \(object.uid)")
    }
    let isRunning = key.kind == .pod && !Pod(json: object.json).nodeName.isEmpty && !force
    guard !object.metadata.finalizers.isEmpty || isRunning else { return try remove(key, object) }
    let before = object
    if !object.isTerminating { object.metadata.deletionTimestamp = now }
    // A running pod has its grace until its node is done with it: then it counts as shut down (rule T5).
    let grace = isRunning ? object.json.integer("spec", "terminationGracePeriodSeconds") ?? 30 : 0
    object.json.set(.integer(grace), "metadata", "deletionGracePeriodSeconds")
    return object == before ? object : try store(.modified, key, object)
  }

  private static func key(of object: Resource) throws -> ObjectKey {
    guard let key = object.key else {
      throw LedgerError(
        .invalid,
        "no objects of kind \(object.json.string("kind")) in \(object.json.string("apiVersion")) are kept here")
    }
    guard !key.name.isEmpty else {
      throw LedgerError(.invalid, "a \(key.kind.singular) without a name cannot be stored")
    }
    return key
  }

  // MARK: - Rows

  private func store(_ action: Change.Action, _ key: ObjectKey, _ object: Resource) throws -> Resource {
    let (object, text) = try record(action, key, object)
    let statement = try db.cachedStatement(
      sql: """
        INSERT INTO objects (kind, namespace, name, uid, version, expires, document) VALUES (?, ?, ?, ?, ?, ?, ?)
        ON CONFLICT (kind, namespace, name) DO UPDATE
        SET uid = excluded.uid, version = excluded.version, expires = excluded.expires, document = excluded.document
        """)
    try statement.execute(arguments: [
      key.kind.qualifiedPlural, key.namespace, key.name, object.uid, version, Self.expiry(of: object, key), text,
    ])
    return object
  }

  private func remove(_ key: ObjectKey, _ object: Resource) throws -> Resource {
    let (object, _) = try record(.deleted, key, object)
    let statement = try db.cachedStatement(sql: "DELETE FROM objects WHERE kind = ? AND namespace = ? AND name = ?")
    try statement.execute(arguments: [key.kind.qualifiedPlural, key.namespace, key.name])
    return object
  }

  /// Gives `object` the next version and notes its change.
  private func record(_ action: Change.Action, _ key: ObjectKey, _ object: Resource) throws -> (Resource, Data) {
    version += 1
    var object = object
    object.metadata.resourceVersion = version
    let text = Data(JSONWriter.compactUTF8(.object(object.json)))
    let statement = try db.cachedStatement(
      sql: "INSERT INTO changes (version, kind, namespace, what, document) VALUES (?, ?, ?, ?, ?)")
    try statement.execute(arguments: [version, key.kind.qualifiedPlural, key.namespace, action.rawValue, text])
    changes.append(Change(action, key: key, object: object))
    return (object, text)
  }

  /// Ends the transaction's bookkeeping: the clock, and the history's length.
  func finish(keeping history: Int64) throws {
    guard let first = changes.first?.version else { return }
    try db.cachedStatement(sql: "UPDATE clock SET version = ?").execute(arguments: [version])
    // Cutting now and then, not each time, keeps small transactions small.
    let stride = max(1, history / 8)
    guard (first - 1) / stride != version / stride else { return }
    try db.execute(sql: "DELETE FROM changes WHERE version <= ?", arguments: [version - history])
  }
}
