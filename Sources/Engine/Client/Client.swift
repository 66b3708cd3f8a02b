// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// What a command line, an API server or a test can ask of the host's objects and volumes.
///
/// There is one such protocol, so that a verb prints the same whoever answers it: ``LocalClient`` does the work in this
/// process; an agent answers over its socket. Every function throws ``StorageAPI/StatusError`` where Kubernetes' API would
/// answer with a status, and another error with one clear sentence where the host fails.
public protocol Client: Sendable {
  /// The object `key`. Throws NotFound when there is none.
  func get(_ key: ObjectKey) async throws -> Resource

  /// All objects of `kind`, of one namespace or of all (`namespace` nil), sorted by namespace and name.
  func list(_ kind: Kind, namespace: String?) async throws -> Listing

  /// Creates `object` after defaulting, admission and validation. Throws AlreadyExists, Invalid, BadRequest.
  func create(_ object: Resource, options: WriteOptions) async throws -> Written

  /// Replaces the object of the same key; nothing is written when nothing changes. Throws NotFound, Conflict, Invalid.
  func update(_ object: Resource, options: WriteOptions) async throws -> Written

  /// Asks for the deletion of `key`; it goes at once, or when its finalizers are gone (rule T2). Throws NotFound.
  func delete(_ key: ObjectKey, options: WriteOptions) async throws

  /// Carries out what follows from the objects, until nothing more changes or only time can help.
  ///
  /// An agent does so by itself; the client in this process does it here.
  func settle() async throws

  /// The changes of objects of `kind` after `version`, as they come.
  func watch(_ kind: Kind, namespace: String?, after version: Int64) -> AsyncThrowingStream<ObjectChange, any Error>

  /// Which rules each candidate volume failed, or what else keeps `claim` from being bound; one line each.
  func explanation(of key: ObjectKey) async throws -> [String]

  /// The volumes on this host's disks, as their own records and the kernel tell them.
  func volumes() async throws -> [VolumeReport]

  /// The storage roots and what is left in them.
  func pools() async throws -> [PoolReport]

  /// Where `volume` of the pod `key` is mounted. Throws unless the kernel says that it is.
  func path(of volume: String, in key: ObjectKey) async throws -> String
}

/// How a change is made.
public struct WriteOptions: Sendable, Hashable {
  /// Whether to do everything but keep it.
  public var isDryRun: Bool

  /// The ordinary way, or a dry run.
  public init(isDryRun: Bool = false) { self.isDryRun = isDryRun }
}

/// An object as it was stored, and what the API warns about.
public struct Written: Sendable, Hashable {
  /// The object as stored.
  public let object: Resource
  /// Whether the store was changed.
  public let isChanged: Bool
  /// Sentences for the person who asked.
  public let warnings: [String]

  /// The stored `object` with `warnings`.
  public init(object: Resource, isChanged: Bool, warnings: [String] = []) {
    self.object = object
    self.isChanged = isChanged
    self.warnings = warnings
  }
}

/// Objects, and the store's version at which they were read.
public struct Listing: Sendable {
  /// The objects, sorted by namespace and name.
  public let objects: [Resource]
  /// The version to watch from.
  public let version: Int64

  /// The `objects` as of `version`.
  public init(objects: [Resource], version: Int64) {
    self.objects = objects
    self.version = version
  }
}

/// One change of an object.
public struct ObjectChange: Sendable, Hashable {
  /// What became of it.
  public enum Kind: String, Sendable { case added = "ADDED", modified = "MODIFIED", deleted = "DELETED" }

  /// What became of it.
  public let kind: Kind
  /// The object after the change; a deleted one as it was last.
  public let object: Resource

  /// The change of `object`.
  public init(kind: Kind, object: Resource) {
    self.kind = kind
    self.object = object
  }
}

/// One volume on this host.
public struct VolumeReport: Sendable, Hashable {
  /// The volume's id.
  public var id: String
  /// The storage root that holds it.
  public var pool: String
  /// The storage system: `image` or `directory`.
  public var storage: String
  /// The filesystem's type; "" for a directory.
  public var filesystem: String
  /// What was promised, in bytes.
  public var capacity: Int64
  /// The bytes that it takes in its pool.
  public var allocated: Int64
  /// Bytes in use within the volume; nil while it is not mounted.
  public var used: Int64?
  /// Bytes left within the volume; nil while it is not mounted.
  public var available: Int64?
  /// Whether its limit is enforced.
  public var isEnforced: Bool
  /// The pods that it is mounted for, as `namespace/name`.
  public var users: [String]
  /// What is wrong with it; nil when nothing is.
  public var problem: String?

  /// The report on the volume `id`.
  public init(
    id: String, pool: String, storage: String = "", filesystem: String = "", capacity: Int64 = 0, allocated: Int64 = 0,
    used: Int64? = nil, available: Int64? = nil, isEnforced: Bool = true, users: [String] = [], problem: String? = nil
  ) {
    self.id = id
    self.pool = pool
    self.storage = storage
    self.filesystem = filesystem
    self.capacity = capacity
    self.allocated = allocated
    self.used = used
    self.available = available
    self.isEnforced = isEnforced
    self.users = users
    self.problem = problem
  }
}

/// One storage root.
public struct PoolReport: Sendable, Hashable {
  /// The pool's name.
  public var name: String
  /// Its directory.
  public var path: String
  /// Bytes of the filesystem that holds it.
  public var total: Int64
  /// Bytes that can still be written there.
  public var available: Int64
  /// Bytes that its volumes were promised.
  public var promised: Int64
  /// The number of its volumes.
  public var volumes: Int
  /// What is wrong with it; nil when nothing is.
  public var problem: String?

  /// The report on the pool `name`.
  public init(
    name: String, path: String, total: Int64 = 0, available: Int64 = 0, promised: Int64 = 0, volumes: Int = 0,
    problem: String? = nil
  ) {
    self.name = name
    self.path = path
    self.total = total
    self.available = available
    self.promised = promised
    self.volumes = volumes
    self.problem = problem
  }
}
