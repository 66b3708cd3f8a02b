// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// One thing that is wrong with one field, in Kubernetes' words.
public struct Cause: Sendable, Hashable, CustomStringConvertible {
  /// What is wrong with the field, as a word for programs.
  public struct Mistake: Sendable, Hashable {
    /// The word, such as `FieldValueRequired`.
    public let name: String
    private init(_ name: String) { self.name = name }

    /// It is missing.
    public static let required = Mistake("FieldValueRequired")
    /// It breaks a rule.
    public static let invalid = Mistake("FieldValueInvalid")
    /// It is none of the values that there are.
    public static let notSupported = Mistake("FieldValueNotSupported")
    /// It may not be there, or not change.
    public static let forbidden = Mistake("FieldValueForbidden")
    /// Another one has the same value.
    public static let duplicate = Mistake("FieldValueDuplicate")
    /// It names something that is not there.
    public static let notFound = Mistake("FieldValueNotFound")
    /// It has too many characters.
    public static let tooLong = Mistake("FieldValueTooLong")
    /// It has too many elements.
    public static let tooMany = Mistake("FieldValueTooMany")
  }

  /// The field, such as `spec.volumes[0].name`.
  public let field: String
  /// What is wrong with it.
  public let type: Mistake
  /// The same as a clause, such as `Required value`.
  public let message: String

  /// The field and what is wrong with it.
  public var description: String { field + ": " + message }

  /// The field is needed; `detail` says why or what for.
  public static func required(_ field: FieldPath, _ detail: String = "") -> Cause {
    Cause(field: field.text, type: .required, message: "Required value" + (detail.isEmpty ? "" : ": " + detail))
  }

  /// The field's `value`, already in Kubernetes' notation, breaks a rule that `detail` states.
  public static func invalid(_ field: FieldPath, shown value: String, _ detail: String) -> Cause {
    Cause(field: field.text, type: .invalid, message: "Invalid value: " + value + ": " + detail)
  }

  /// The field's string breaks a rule that `detail` states.
  public static func invalid(_ field: FieldPath, _ value: String, _ detail: String) -> Cause {
    invalid(field, shown: quoted(value), detail)
  }

  /// The field's number breaks a rule that `detail` states.
  public static func invalid(_ field: FieldPath, _ value: Int64, _ detail: String) -> Cause {
    invalid(field, shown: String(value), detail)
  }

  /// The field's `value`, already in Kubernetes' notation, is none of `supported`.
  public static func notSupported(_ field: FieldPath, shown value: String, _ supported: [String]) -> Cause {
    let list = supported.map(quoted).joined(separator: ", ")
    return Cause(
      field: field.text, type: .notSupported, message: "Unsupported value: " + value + ": supported values: " + list)
  }

  /// The field's string is none of `supported`.
  public static func notSupported(_ field: FieldPath, _ value: String, _ supported: [String]) -> Cause {
    notSupported(field, shown: quoted(value), supported)
  }

  /// The field may not be there, or not so, for the reason `detail`.
  public static func forbidden(_ field: FieldPath, _ detail: String) -> Cause {
    Cause(field: field.text, type: .forbidden, message: "Forbidden: " + detail)
  }

  /// Another field has the same value.
  public static func duplicate(_ field: FieldPath, _ value: String) -> Cause {
    duplicate(field, shown: quoted(value))
  }

  /// Another field has the same `value`, already in Kubernetes' notation.
  public static func duplicate(_ field: FieldPath, shown value: String) -> Cause {
    Cause(field: field.text, type: .duplicate, message: "Duplicate value: " + value)
  }

  /// The field names something that isn't there.
  public static func notFound(_ field: FieldPath, _ value: String) -> Cause {
    Cause(field: field.text, type: .notFound, message: "Not found: " + quoted(value))
  }

  /// The field is longer than `limit` bytes.
  public static func tooLong(_ field: FieldPath, limit: Int) -> Cause {
    let unit = limit == 1 ? "byte" : "bytes"
    return Cause(field: field.text, type: .tooLong, message: "Too long: may not be more than \(limit) \(unit)")
  }

  /// `text` in double quotes, with what is no plain character escaped, as Go writes it.
  static func quoted(_ text: String) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case "\u{0}"..<" ", "\u{7f}":
        let digits = String(scalar.value, radix: 16)
        result += "\\x" + String(repeating: "0", count: 2 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}

/// The path of a field, as messages write it: `spec.volumes[0].name`, `spec.capacity[storage]`.
public struct FieldPath: Sendable, Hashable {
  /// The path as text; "" for the object itself.
  public let text: String

  /// The path that `text` is.
  public init(_ text: String) { self.text = text }

  /// The path of the field `names` below this.
  public func child(_ names: String...) -> FieldPath {
    FieldPath(([text] + names).filter { !$0.isEmpty }.joined(separator: "."))
  }

  /// The path of element `index` of this list.
  public func index(_ index: Int) -> FieldPath { FieldPath(text + "[\(index)]") }

  /// The path of the value of `key` in this map.
  public func key(_ key: String) -> FieldPath { FieldPath(text + "[" + key + "]") }
}
