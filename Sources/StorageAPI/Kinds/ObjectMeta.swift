// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What every object carries beside its content (`metadata`).
public struct ObjectMeta: Sendable, Hashable {
  /// The metadata as stored.
  public var json: JSONObject

  /// The metadata that `json` is.
  public init(json: JSONObject) { self.json = json }

  public var name: String {
    get { json.string("name") }
    set { json["name"] = .string(newValue) }
  }
  /// The prefix from which the API makes a name when there is none.
  public var generateName: String { json.string("generateName") }
  public var namespace: String {
    get { json.string("namespace") }
    set { json["namespace"] = newValue.isEmpty ? nil : .string(newValue) }
  }
  public var uid: String {
    get { json.string("uid") }
    set { json["uid"] = .string(newValue) }
  }
  /// The store's version of this object; grows with every change.
  public var resourceVersion: Int64? {
    get { Int64(json.string("resourceVersion")) }
    set { json["resourceVersion"] = newValue.map { .string(String($0)) } }
  }
  public var generation: Int64? {
    get { json.integer("generation") }
    set { json["generation"] = newValue.map(JSONValue.integer) }
  }
  public var creationTimestamp: Timestamp? {
    get { Timestamp(json.string("creationTimestamp")) }
    set { json["creationTimestamp"] = newValue.map { .string($0.description) } }
  }
  /// When deletion was asked for; the object goes when its finalizers are gone (rule T2).
  public var deletionTimestamp: Timestamp? {
    get { Timestamp(json.string("deletionTimestamp")) }
    set { json["deletionTimestamp"] = newValue.map { .string($0.description) } }
  }
  public var labels: [String: String] {
    get { json.stringMap("labels") }
    set { json["labels"] = newValue.isEmpty ? nil : .object(JSONObject(strings: newValue)) }
  }
  public var annotations: [String: String] {
    get { json.stringMap("annotations") }
    set { json["annotations"] = newValue.isEmpty ? nil : .object(JSONObject(strings: newValue)) }
  }
  public var finalizers: [String] {
    get { json.strings("finalizers") }
    set { json["finalizers"] = newValue.isEmpty ? nil : .strings(newValue) }
  }
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

  public var kind: String { json.string("kind") }
  public var name: String { json.string("name") }
  public var uid: String { json.string("uid") }
  public var isController: Bool { json.flag("controller") }
}
