// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Controllers
import StorageAPI

/// The objects of a simulation, which behave as the API's do: uids, versions, finalizers, deletion in two steps.
struct SimulatedStore: Sendable {
  private(set) var objects: [ObjectKey: Resource] = [:]
  private let newUID: @Sendable () -> String
  private var version: Int64 = 0

  /// An empty store whose new objects get uids from `newUID`.
  init(newUID: @escaping @Sendable () -> String) { self.newUID = newUID }

  /// Takes `object` exactly as it stands; only a missing phase reads as Pending.
  mutating func place(_ object: Resource, at key: ObjectKey) {
    var object = object
    version = max(version, object.metadata.resourceVersion ?? 0)
    if [.persistentVolume, .persistentVolumeClaim].contains(key.kind), object.json.string("status", "phase").isEmpty {
      object.json.set("Pending", "status", "phase")
    }
    objects[key] = object
  }

  /// Creates `object` as the API does; false when one of that name exists.
  ///
  /// - Throws: ``StatusError`` when the API refuses it.
  mutating func create(
    _ object: Resource, at key: ObjectKey, now: Timestamp, defaultClass: String?
  ) throws(StatusError) -> Bool {
    guard objects[key] == nil else { return false }
    let admitted = try Admission.admit(
      object.json, key.kind, uid: newUID(), now: now, nameSuffix: "", defaultClass: defaultClass)
    objects[key] = versioned(Resource(json: admitted.object))
    return true
  }

  /// Writes metadata and spec; status and deletionTimestamp stay. False when the object is gone or another one by now.
  mutating func update(_ object: Resource, at key: ObjectKey) -> Bool {
    guard let stored = objects[key], stored.uid == object.uid else { return false }
    var written = object
    written.json["status"] = stored.json["status"]
    written.json.set(stored.json.value("metadata", "deletionTimestamp"), "metadata", "deletionTimestamp")
    return settle(written, over: stored, at: key)
  }

  /// Writes the status; the rest stays. False when the object is gone or another one by now.
  mutating func updateStatus(_ object: Resource, at key: ObjectKey) -> Bool {
    guard let stored = objects[key], stored.uid == object.uid else { return false }
    var written = stored
    written.json["status"] = object.json["status"]
    return settle(written, over: stored, at: key)
  }

  /// Asks for the object's deletion: it goes when it has no finalizers. False when it is gone or another one by now.
  mutating func delete(_ key: ObjectKey, uid: String, now: Timestamp) -> Bool {
    guard let stored = objects[key], stored.uid == uid else { return false }
    var written = stored
    if !stored.isTerminating { written.metadata.deletionTimestamp = now }
    return settle(written, over: stored, at: key)
  }

  private mutating func settle(_ written: Resource, over stored: Resource, at key: ObjectKey) -> Bool {
    if written.isTerminating && written.metadata.finalizers.isEmpty {
      objects[key] = nil
      return true
    }
    guard written != stored else { return false }
    objects[key] = versioned(written)
    return true
  }

  private mutating func versioned(_ object: Resource) -> Resource {
    version += 1
    var object = object
    object.metadata.resourceVersion = version
    return object
  }
}
