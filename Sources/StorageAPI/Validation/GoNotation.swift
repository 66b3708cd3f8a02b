// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Objects as the API shows them in messages: with the names and the order of its own types, absent fields included.
enum GoNotation {
  /// A value in that notation.
  private indirect enum Value {
    case plain(String)
    case object([(name: String, value: Value)])
    case array([Value])
  }

  /// `object` of type `schema` on one line.
  static func compact(_ object: JSONObject, _ schema: ObjectSchema) -> String { compact(value(object, schema)) }

  /// What makes `new` of `old`, both of type `schema`, as a unified diff.
  static func diff(_ old: JSONObject, _ new: JSONObject, _ schema: ObjectSchema) -> String {
    LineDiff.unified(lines(value(old, schema)), lines(value(new, schema)))
  }

  private static func value(_ object: JSONObject, _ schema: ObjectSchema) -> Value {
    .object(schema.declared.map { (name(of: $0.name), value(object[$0.name], $0)) })
  }

  private static func value(_ json: JSONValue?, _ field: Field) -> Value {
    if let json { return value(json, field.schema) }
    guard field.presence != .given else { return .plain("null") }
    switch field.schema {
    case .string, .time: return .plain("\"\"")
    case .boolean: return .plain("false")
    case .integer, .integerOrString: return .plain("0")
    case .quantity: return .plain("\"0\"")
    case .object(let schema): return value(JSONObject(), schema)
    case .map, .array, .anyObject, .anyArray, .any: return .plain("null")
    }
  }

  private static func value(_ json: JSONValue, _ schema: Schema) -> Value {
    switch (schema, json) {
    case (.object(let schema), .object(let object)): value(object, schema)
    case (.map(let element), .object(let object)):
      .object(object.members.map { (name: $0.key, value: value($0.value, element)) })
    case (.array(let element), .array(let elements)): .array(elements.map { value($0, element) })
    default: .plain(JSONWriter.compact(json))
    }
  }

  /// The name of the Go field behind `name`.
  private static func name(of name: String) -> String {
    switch name {
    case "gcePersistentDisk": "GCEPersistentDisk"
    case "awsElasticBlockStore": "AWSElasticBlockStore"
    case "nfs", "rbd", "iscsi", "fc", "csi", "iqn": name.uppercased()
    case "cephfs": "CephFS"
    case "storageos": "StorageOS"
    case "fsType": "FSType"
    case "apiGroup": "APIGroup"
    case "wwids": "WWIDs"
    default: name.prefix(1).uppercased() + name.dropFirst()
    }
  }

  private static func compact(_ value: Value) -> String {
    switch value {
    case .plain(let text): text
    case .object(let members):
      "{" + members.map { Cause.quoted($0.name) + ":" + compact($0.value) }.joined(separator: ",") + "}"
    case .array(let elements): "[" + elements.map(compact).joined(separator: ",") + "]"
    }
  }

  private static func lines(_ value: Value) -> [String] {
    var result: [String] = []
    append(value, "", "", "", to: &result)
    return result
  }

  /// Appends the lines of `value`, the first one beginning with `label`, the last one ending in `comma`.
  private static func append(
    _ value: Value, _ label: String, _ indent: String, _ comma: String, to lines: inout [String]
  ) {
    switch value {
    case .plain(let text): lines.append(indent + label + text + comma)
    case .object(let members) where members.isEmpty: lines.append(indent + label + "{}" + comma)
    case .array(let elements) where elements.isEmpty: lines.append(indent + label + "[]" + comma)
    case .object(let members):
      lines.append(indent + label + "{")
      for (index, member) in members.enumerated() {
        let comma = index + 1 < members.count ? "," : ""
        append(member.value, Cause.quoted(member.name) + ": ", indent + " ", comma, to: &lines)
      }
      lines.append(indent + "}" + comma)
    case .array(let elements):
      lines.append(indent + label + "[")
      for (index, element) in elements.enumerated() {
        append(element, "", indent + " ", index + 1 < elements.count ? "," : "", to: &lines)
      }
      lines.append(indent + "]" + comma)
    }
  }
}
