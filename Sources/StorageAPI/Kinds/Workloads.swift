// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A set of like pods (`Deployment`).
public struct Deployment: KindedObject {
  public static let kind = Kind.deployment
  public var json: JSONObject
  public init(json: JSONObject) { self.json = json }

  public var replicas: Int64 { json.integer("spec", "replicas") ?? 1 }
  public var template: JSONObject { json.object("spec", "template") ?? JSONObject() }
  /// Whether old pods go before new ones come (rule SS6).
  public var isRecreate: Bool { json.string("spec", "strategy", "type") == "Recreate" }
}

/// A set of numbered pods with claims of their own (`StatefulSet`).
public struct StatefulSet: KindedObject {
  public static let kind = Kind.statefulSet
  public var json: JSONObject
  public init(json: JSONObject) { self.json = json }

  public var replicas: Int64 { json.integer("spec", "replicas") ?? 1 }
  public var firstOrdinal: Int64 { json.integer("spec", "ordinals", "start") ?? 0 }
  public var template: JSONObject { json.object("spec", "template") ?? JSONObject() }
  public var claimTemplates: [PersistentVolumeClaim] {
    json.objects("spec", "volumeClaimTemplates").map(PersistentVolumeClaim.init)
  }
  /// Whether pods come and go all at once (rule SS4).
  public var isParallel: Bool { json.string("spec", "podManagementPolicy") == "Parallel" }
}

/// A room for names (`Namespace`).
public struct Namespace: KindedObject {
  public static let kind = Kind.namespace
  public var json: JSONObject
  public init(json: JSONObject) { self.json = json }
}

/// A host that runs pods (`Node`).
public struct Node: KindedObject {
  public static let kind = Kind.node
  public var json: JSONObject
  public init(json: JSONObject) { self.json = json }
}

/// Something that happened to an object (`Event`).
public struct Event: KindedObject {
  public static let kind = Kind.event
  public var json: JSONObject
  public init(json: JSONObject) { self.json = json }

  /// The word in the TYPE column.
  public enum Severity: String, Sendable { case normal = "Normal", warning = "Warning" }

  public var type: String { json.string("type") }
  public var reason: String { json.string("reason") }
  public var message: String { json.string("message") }
  /// Who reports it, such as `persistentvolume-controller`.
  public var source: String { json.string("source", "component") }
  /// How often the same thing has happened (rule EV30).
  public var count: Int64 { json.integer("count") ?? 1 }
  public var firstTimestamp: Timestamp? { Timestamp(json.string("firstTimestamp")) }
  public var lastTimestamp: Timestamp? { Timestamp(json.string("lastTimestamp")) }
  public var involvedKind: String { json.string("involvedObject", "kind") }
  public var involvedName: String { json.string("involvedObject", "name") }
  public var involvedNamespace: String { json.string("involvedObject", "namespace") }
  public var involvedUID: String { json.string("involvedObject", "uid") }
}
