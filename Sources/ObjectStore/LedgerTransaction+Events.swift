// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import GRDB
public import StorageAPI

extension LedgerTransaction {
  /// How long an event is kept after it happened last, in seconds (rule EV31).
  static let eventLife: Int64 = 3600

  /// Notes that something happened to the object `regarding`, and forgets events that have expired.
  ///
  /// The same thing happening again is counted on the event that is there (rule EV30). Events of objects without a
  /// namespace live in `default` (rule EV31).
  @discardableResult
  public func record(
    _ severity: Event.Severity, reason: String, message: String, source: String, regarding object: Resource
  ) throws -> Resource {
    try forgetExpiredEvents()
    let namespace = object.namespace.isEmpty ? "default" : object.namespace
    let identity = [
      object.json.string("kind"), object.uid, severity.rawValue, reason, message, source,
    ]
    let key = ObjectKey(.event, namespace: namespace, name: object.name + "." + Self.digest(identity))
    if var known = try reader.get(key) {
      known.json["count"] = .integer(Event(json: known.json).count + 1)
      known.json["lastTimestamp"] = .string(now.description)
      return try update(known)
    }
    var event = Event(name: key.name, namespace: namespace)
    event.json["type"] = .string(severity.rawValue)
    event.json["reason"] = .string(reason)
    event.json["message"] = .string(message)
    event.json["source"] = ["component": .string(source)]
    event.json["reportingComponent"] = .string(source)
    event.json["count"] = 1
    event.json["firstTimestamp"] = .string(now.description)
    event.json["lastTimestamp"] = .string(now.description)
    event.json["involvedObject"] = .object(Self.reference(to: object))
    return try create(Resource(event))
  }

  private static func reference(to object: Resource) -> JSONObject {
    var reference: JSONObject = [:]
    reference["apiVersion"] = object.json["apiVersion"]
    reference["kind"] = object.json["kind"]
    for field in ["name", "namespace", "uid", "resourceVersion"] {
      reference[field] = object.json.value("metadata", field)
    }
    return reference
  }

  /// When `object` may be forgotten, in seconds since 1970; nil for all but events.
  static func expiry(of object: Resource, _ key: ObjectKey) -> Int64? {
    guard key.kind == .event, let last = Event(json: object.json).lastTimestamp else { return nil }
    return last.seconds + eventLife
  }

  private func forgetExpiredEvents() throws {
    let names = try Row.fetchAll(
      db, sql: "SELECT namespace, name FROM objects WHERE expires IS NOT NULL AND expires <= ?",
      arguments: [now.seconds])
    for row in names { try delete(ObjectKey(.event, namespace: row[0], name: row[1])) }
  }

  /// 16 hexadecimal digits that stand for `parts` (FNV-1a): the same parts always give the same ones.
  private static func digest(_ parts: [String]) -> String {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in parts.joined(separator: "\0").utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    let digits = String(hash, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
  }
}
