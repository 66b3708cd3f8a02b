// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension ObjectSchema {
  /// Adds to `object` the fields that the API always stores, empty where they are absent, at every depth.
  func fill(_ object: inout JSONObject) {
    for field in fields where field.presence == .always {
      if case .none = object[field.name], let empty = field.schema.empty { object[field.name] = empty }
    }
    for member in object.members {
      guard let field = field(member.key), field.schema.holdsObjects else { continue }
      var value = member.value
      object[member.key] = .null  // lets `value` be the only owner, so that it is changed in place
      field.schema.fill(&value)
      object[member.key] = value
    }
  }
}

extension Schema {
  fileprivate var holdsObjects: Bool {
    switch self {
    case .object, .array(.object): true
    case .string, .boolean, .integer, .quantity, .integerOrString, .time, .map, .array, .anyObject, .anyArray, .any:
      false
    }
  }

  /// What is stored for an absent field of this type, or nil for nothing: the API writes null for lists, which says the same.
  fileprivate var empty: JSONValue? {
    switch self {
    case .string, .time, .quantity: ""
    case .boolean: false
    case .integer, .integerOrString: 0
    case .map, .anyObject, .object: .object(JSONObject())
    case .array, .anyArray, .any: nil
    }
  }

  fileprivate func fill(_ value: inout JSONValue) {
    switch (self, value) {
    case (.object(let schema), .object(var object)):
      value = .null
      schema.fill(&object)
      value = .object(object)
    case (.array(.object(let schema)), .array(let elements)):
      value = .array(
        elements.map { element in
          guard case .object(var object) = element else { return element }
          schema.fill(&object)
          return .object(object)
        })
    default: break
    }
  }
}
