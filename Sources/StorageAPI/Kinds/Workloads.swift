// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A set of like pods (`Deployment`).
public struct Deployment: KindedObject {
  /// The kind of these objects.
  public static let kind = Kind.deployment
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }

  /// How many pods there shall be.
  public var replicas: Int64 { json.integer("spec", "replicas") ?? 1 }
  /// What each pod is made from.
  public var template: JSONObject { json.object("spec", "template") ?? JSONObject() }
  /// Whether old pods go before new ones come (rule SS6).
  public var isRecreate: Bool { json.string("spec", "strategy", "type") == "Recreate" }
}

/// A set of numbered pods with claims of their own (`StatefulSet`).
public struct StatefulSet: KindedObject {
  /// The kind of these objects.
  public static let kind = Kind.statefulSet
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }

  /// How many pods there shall be.
  public var replicas: Int64 { json.integer("spec", "replicas") ?? 1 }
  /// The number of the first pod.
  public var firstOrdinal: Int64 { json.integer("spec", "ordinals", "start") ?? 0 }
  /// What each pod is made from.
  public var template: JSONObject { json.object("spec", "template") ?? JSONObject() }
  /// What each pod's own claims are made from.
  public var claimTemplates: [PersistentVolumeClaim] {
    json.objects("spec", "volumeClaimTemplates").map(PersistentVolumeClaim.init)
  }
  /// Whether pods come and go all at once (rule SS4).
  public var isParallel: Bool { json.string("spec", "podManagementPolicy") == "Parallel" }
}

/// A room for names (`Namespace`).
public struct Namespace: KindedObject {
  /// The kind of these objects.
  public static let kind = Kind.namespace
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }
}

/// A host that runs pods (`Node`).
public struct Node: KindedObject {
  /// The kind of these objects.
  public static let kind = Kind.node
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }
}

/// Something that happened to an object (`Event`).
public struct Event: KindedObject {
  /// The kind of these objects.
  public static let kind = Kind.event
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }

  /// The word in the TYPE column.
  public enum Severity: String, Sendable { case normal = "Normal", warning = "Warning" }

  /// The word in the TYPE column: `Normal` or `Warning`.
  public var type: String { json.string("type") }
  /// What happened, as one word.
  public var reason: String { json.string("reason") }
  /// What happened, as a sentence.
  public var message: String { json.string("message") }
  /// Who reports it, such as `persistentvolume-controller`.
  public var source: String { json.string("source", "component") }
  /// How often the same thing has happened (rule EV30).
  public var count: Int64 { json.integer("count") ?? 1 }
  /// When it happened first.
  public var firstTimestamp: Timestamp? { Timestamp(json.string("firstTimestamp")) }
  /// When it happened last.
  public var lastTimestamp: Timestamp? { Timestamp(json.string("lastTimestamp")) }
  /// The kind of the object that it happened to.
  public var involvedKind: String { json.string("involvedObject", "kind") }
  /// The name of the object that it happened to.
  public var involvedName: String { json.string("involvedObject", "name") }
  /// The namespace of the object that it happened to; "" for kinds without one.
  public var involvedNamespace: String { json.string("involvedObject", "namespace") }
  /// The uid of the object that it happened to.
  public var involvedUID: String { json.string("involvedObject", "uid") }
}
