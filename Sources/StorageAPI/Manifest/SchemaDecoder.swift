// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Makes of a document what the API would read of it: only known fields, of the right types, without what is empty.
///
/// The first wrong type ends in an error; unknown fields are collected, so that all are named at once (rule V3).
struct SchemaDecoder {
  /// A field that the schema does not know.
  struct UnknownField {
    let field: String
    /// The known name that was probably meant.
    let nearest: String?
  }

  /// A value of a wrong type.
  struct Mismatch: Error {
    let field: String
    let message: String
    var hint: String?
  }

  private enum Step {
    case name(String)
    case key(String)
    case index(Int)
  }

  /// How many unknown fields are named: a hostile text can have any number.
  static let mostUnknown = 100
  /// Whether nulls and empty values that the API does not store are kept, as ``Apply`` needs them: they say that something is to go.
  private let keepsEmpty: Bool
  /// Whether there was such a value.
  private(set) var hasEmpty = false
  private var path: [Step] = []
  /// The innermost typed object on the path, as the API's errors name it.
  private var owner = ""
  /// The first unknown fields, in order.
  private(set) var unknown: [UnknownField] = []

  /// A decoder that drops what the API does not store, unless it `keepsEmpty`.
  init(keepsEmpty: Bool = false) { self.keepsEmpty = keepsEmpty }

  /// The stored form of `value`, an object of type `schema`.
  ///
  /// - Throws: ``Mismatch`` for the first value of a wrong type.
  mutating func decode(_ object: JSONObject, as schema: ObjectSchema) throws(Mismatch) -> JSONObject {
    let outer = owner
    owner = schema.name
    defer { owner = outer }
    var members: [JSONObject.Member] = []
    members.reserveCapacity(object.count)
    for member in object.members {
      path.append(.name(member.key))
      defer { path.removeLast() }
      guard let field = schema.field(member.key) else {
        guard unknown.count < Self.mostUnknown else { continue }
        let nearest = NearestName.of(member.key, among: schema.fields.map(\.name))
        unknown.append(UnknownField(field: location, nearest: nearest))
        continue
      }
      if let value = try stored(member.value, field) { members.append(.init(key: field.name, value: value)) }
    }
    return JSONObject(members: members)
  }

  private mutating func stored(_ value: JSONValue, _ field: Field) throws(Mismatch) -> JSONValue? {
    let decoded = value.isNull ? value : try decode(value, field.schema)
    guard value.isNull || field.presence == .filled && decoded.isEmpty else { return decoded }
    hasEmpty = true
    guard keepsEmpty else { return nil }
    return decoded
  }

  private mutating func decode(_ value: JSONValue, _ schema: Schema) throws(Mismatch) -> JSONValue {
    switch (schema, value) {
    case (.string, .string(let text)):
      try refuseNUL(text)
      return value
    case (.string, .null): return ""
    case (.boolean, .bool), (.integerOrString, .string): return value
    case (.integer(let type), .number(let text)): return try integer(text, type)
    case (.integerOrString, .number(let text)): return try integer(text, "int32")
    case (.quantity, _): return try quantity(value)
    case (.time, .string(let text)): return try time(text)
    case (.map(let element), .object(let object)): return .object(try map(object, element))
    case (.array(let element), .array(let values)): return try array(values, element)
    case (.object(let schema), .object(let object)): return .object(try decode(object, as: schema))
    case (.object(let schema), .null): return .object(try decode(JSONObject(), as: schema))
    case (.anyObject, .object), (.anyArray, .array), (.any, _):
      let stored = value.withoutNulls
      if stored != value { hasEmpty = true }
      return keepsEmpty ? value : stored
    default: throw mismatch(value.typeName, schema.typeName)
    }
  }

  private mutating func map(_ object: JSONObject, _ element: Schema) throws(Mismatch) -> JSONObject {
    var members = object.members
    for index in members.indices {
      try refuseNUL(members[index].key)
      path.append(.key(members[index].key))
      hasEmpty = hasEmpty || members[index].value.isNull
      if !(keepsEmpty && members[index].value.isNull) {
        members[index].value = try decode(members[index].value, element)
      }
      path.removeLast()
    }
    return JSONObject(members: members)
  }

  private mutating func array(_ values: [JSONValue], _ element: Schema) throws(Mismatch) -> JSONValue {
    var decoded: [JSONValue] = []
    decoded.reserveCapacity(values.count)
    for (index, value) in values.enumerated() {
      path.append(.index(index))
      decoded.append(try decode(value, element))
      path.removeLast()
    }
    return .array(decoded)
  }

  private func integer(_ text: String, _ type: String) throws(Mismatch) -> JSONValue {
    guard let number = Int64(text), type == "int64" || Int32(exactly: number) != nil else {
      throw mismatch("number " + text, type)
    }
    return .integer(number)
  }

  private func quantity(_ value: JSONValue) throws(Mismatch) -> JSONValue {
    do { return .string(try Quantity(json: value).text) } catch {
      throw Mismatch(field: location, message: error.message, hint: Self.quantityHint(value.string ?? ""))
    }
  }

  /// What somebody who writes `400MB` or `1K` may have meant.
  private static func quantityHint(_ text: String) -> String? {
    let number = text.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    let suffix = text.dropFirst(number.count).drop { $0 == " " }
    guard !number.isEmpty, !suffix.isEmpty else { return nil }
    let units = ["k": "k", "m": "M", "g": "G", "t": "T", "p": "P", "e": "E"]
    guard let unit = suffix.first.flatMap({ units[$0.lowercased()] }) else { return nil }
    let rest = suffix.dropFirst().lowercased()
    guard ["", "b", "ib", "i"].contains(rest) else { return nil }
    let wanted = rest.hasPrefix("i") ? unit.uppercased() + "i" : unit
    return "did you mean \"\(number)\(wanted)\"?"
  }

  private func time(_ text: String) throws(Mismatch) -> JSONValue {
    guard let time = Timestamp(text) else {
      throw Mismatch(
        field: location, message: "parsing time \(Cause.quoted(text)) as \"2006-01-02T15:04:05Z07:00\": cannot parse it"
      )
    }
    return .string(time.description)
  }

  private func refuseNUL(_ text: String) throws(Mismatch) {
    guard text.utf8.contains(0) else { return }
    throw Mismatch(field: location, message: "a NUL character in \(location.isEmpty ? "a key" : location)")
  }

  private func mismatch(_ found: String, _ wanted: String) -> Mismatch {
    var names: [String] = []
    for step in path { if case .name(let name) = step { names.append(name) } }
    return Mismatch(
      field: location,
      message: "json: cannot unmarshal \(found) into Go struct field \(owner).\(names.joined(separator: "."))"
        + " of type \(wanted)")
  }

  /// The path to the value at hand, as in ``FieldPath``.
  private var location: String {
    var text = ""
    for step in path {
      switch step {
      case .name(let name): text += (text.isEmpty ? "" : ".") + name
      case .key(let key): text += "[" + key + "]"
      case .index(let index): text += "[\(index)]"
      }
    }
    return text
  }
}

extension JSONValue {
  /// Whether the API takes this for nothing.
  fileprivate var isEmpty: Bool {
    switch self {
    case .null: true
    case .bool(let value): !value
    case .number(let text): text == "0"
    case .string(let text): text.isEmpty
    case .array(let elements): elements.isEmpty
    case .object(let object): object.isEmpty
    }
  }

  /// The word for this value's type in the API's errors.
  fileprivate var typeName: String {
    switch self {
    case .null: "null"
    case .bool: "bool"
    case .number: "number"
    case .string: "string"
    case .array: "array"
    case .object: "object"
    }
  }

  /// This value without members that are null, at every depth.
  fileprivate var withoutNulls: JSONValue {
    switch self {
    case .null, .bool, .number, .string: return self
    case .array(let elements): return .array(elements.map(\.withoutNulls))
    case .object(let object):
      let members = object.members.filter { !$0.value.isNull }
      return .object(JSONObject(members: members.map { .init(key: $0.key, value: $0.value.withoutNulls) }))
    }
  }
}
