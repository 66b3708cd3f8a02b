// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What every object carries beside its content (`metadata`).
public struct ObjectMeta: Sendable, Hashable {
  /// The metadata as stored.
  public var json: JSONObject

  /// The metadata that `json` is.
  public init(json: JSONObject) { self.json = json }

  /// The object's name; "" when the manifest gives none.
  public var name: String {
    get { json.string("name") }
    set { json["name"] = .string(newValue) }
  }
  /// The prefix from which the API makes a name when there is none.
  public var generateName: String { json.string("generateName") }
  /// The namespace; "" for kinds without one.
  public var namespace: String {
    get { json.string("namespace") }
    set { json["namespace"] = newValue.isEmpty ? nil : .string(newValue) }
  }
  /// What tells this object from earlier ones of its name.
  public var uid: String {
    get { json.string("uid") }
    set { json["uid"] = .string(newValue) }
  }
  /// The store's version of this object; grows with every change.
  public var resourceVersion: Int64? {
    get { Int64(json.string("resourceVersion")) }
    set { json["resourceVersion"] = newValue.map { .string(String($0)) } }
  }
  /// Counts the changes of the specification; nil for kinds without it.
  public var generation: Int64? {
    get { json.integer("generation") }
    set { json["generation"] = newValue.map(JSONValue.integer) }
  }
  /// When the object was stored first.
  public var creationTimestamp: Timestamp? {
    get { Timestamp(json.string("creationTimestamp")) }
    set { json["creationTimestamp"] = newValue.map { .string($0.description) } }
  }
  /// When deletion was asked for; the object goes when its finalizers are gone (rule T2).
  public var deletionTimestamp: Timestamp? {
    get { Timestamp(json.string("deletionTimestamp")) }
    set { json["deletionTimestamp"] = newValue.map { .string($0.description) } }
  }
  /// What selectors match; setting an empty map removes the field.
  public var labels: [String: String] {
    get { json.stringMap("labels") }
    set { json["labels"] = newValue.isEmpty ? nil : .object(JSONObject(strings: newValue)) }
  }
  /// Notes of people and programs; setting an empty map removes the field.
  public var annotations: [String: String] {
    get { json.stringMap("annotations") }
    set { json["annotations"] = newValue.isEmpty ? nil : .object(JSONObject(strings: newValue)) }
  }
  /// Who must agree before the object goes (rule T1); setting an empty list removes the field.
  public var finalizers: [String] {
    get { json.strings("finalizers") }
    set { json["finalizers"] = newValue.isEmpty ? nil : .strings(newValue) }
  }
  /// The objects that this one belongs to; setting an empty list removes the field.
  public var ownerReferences: [OwnerReference] {
    get { json.objects("ownerReferences").map(OwnerReference.init) }
    set { json["ownerReferences"] = newValue.isEmpty ? nil : .array(newValue.map { .object($0.json) }) }
  }

  /// The owner that controls the object, if any.
  public var controller: OwnerReference? { ownerReferences.first(where: \.isController) }
}

/// One owner of an object: when all are gone, so is the object.
public struct OwnerReference: Sendable, Hashable {
  /// The reference as stored.
  public var json: JSONObject

  /// The reference that `json` is.
  public init(json: JSONObject) { self.json = json }

  /// A reference to `owner` as the controller of the object.
  public init(controller owner: some KindedObject) {
    json = [
      "apiVersion": .string(type(of: owner).kind.apiVersion), "kind": .string(type(of: owner).kind.name),
      "name": .string(owner.name), "uid": .string(owner.uid), "controller": true, "blockOwnerDeletion": true,
    ]
  }

  /// The owner's kind.
  public var kind: String { json.string("kind") }
  /// The owner's name.
  public var name: String { json.string("name") }
  /// The owner's uid.
  public var uid: String { json.string("uid") }
  /// Whether the owner is the one that made the object and keeps it.
  public var isController: Bool { json.flag("controller") }
}
