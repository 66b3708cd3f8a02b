// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A JSON document as a value: what a manifest says, losslessly.
///
/// Numbers keep their text, so that no digit of a quantity is lost (rule Q15).
public enum JSONValue: Sendable, Hashable {
  case null
  case bool(Bool)
  /// A number as it was written, in JSON's grammar.
  case number(String)
  case string(String)
  case array([JSONValue])
  case object(JSONObject)
}

extension JSONValue {
  /// The string, or nil when this is no string.
  public var string: String? { if case .string(let value) = self { value } else { nil } }

  /// The truth value, or nil when this is no boolean.
  public var bool: Bool? { if case .bool(let value) = self { value } else { nil } }

  /// The number when it is a whole one that fits, else nil.
  public var integer: Int64? { if case .number(let text) = self { Int64(text) } else { nil } }

  /// The elements, or nil when this is no array.
  public var array: [JSONValue]? { if case .array(let value) = self { value } else { nil } }

  /// The members, or nil when this is no object.
  public var object: JSONObject? { if case .object(let value) = self { value } else { nil } }

  /// Whether this is JSON's `null`.
  public var isNull: Bool { self == .null }

  /// The number `value`.
  public static func integer(_ value: Int64) -> JSONValue { .number(String(value)) }

  /// An array of the strings `values`.
  public static func strings(_ values: some Sequence<String>) -> JSONValue { .array(values.map(JSONValue.string)) }
}

// There is no literal nil: `object["key"] == nil` would compare with `null` instead of asking whether the key is there.
extension JSONValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  /// A JSON string.
  public init(stringLiteral value: String) { self = .string(value) }
  /// A JSON boolean.
  public init(booleanLiteral value: Bool) { self = .bool(value) }
  /// A JSON number.
  public init(integerLiteral value: Int64) { self = .integer(value) }
  /// A JSON array.
  public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
  /// A JSON object; of equal keys the last one counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self = .object(JSONObject(elements)) }
}
