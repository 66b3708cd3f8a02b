// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Writes a JSON document as YAML, laid out as kubectl does: keys sorted, lists not indented under their keys, strings quoted
/// only where they would be read as something else, texts of several lines as blocks, long ones wrapped after column 80.
public struct YAMLWriter {
  private static let wrapColumn = 80
  var output: [UInt8] = []
  /// Characters since the last newline.
  var column = 0

  /// `value` as a YAML document, ended by a newline.
  public static func write(_ value: JSONValue) -> String {
    var writer = YAMLWriter()
    writer.top(value)
    return String(decoding: writer.output, as: UTF8.self)
  }

  private init() {}

  private mutating func top(_ value: JSONValue) {
    switch value {
    case .object(let object) where !object.isEmpty: members(object, indent: 0, isInline: true)
    case .array(let elements) where !elements.isEmpty: self.elements(elements, indent: 0, isInline: true)
    default: scalar(value, indent: 0)
    }
    newline()
  }

  /// Writes the members of `object`; the first stays on the present line when `isInline`.
  private mutating func members(_ object: JSONObject, indent: Int, isInline: Bool) {
    for (index, member) in YAMLOrder.sorted(object.members).enumerated() {
      if index > 0 || !isInline { newline(indent) }
      text(member.key, indent: indent, isKey: true)
      put(":")
      switch member.value {
      case .object(let inner) where !inner.isEmpty: members(inner, indent: indent + 2, isInline: false)
      case .array(let inner) where !inner.isEmpty: elements(inner, indent: indent, isInline: false)
      default:
        put(" ")
        scalar(member.value, indent: indent)
      }
    }
  }

  private mutating func elements(_ elements: [JSONValue], indent: Int, isInline: Bool) {
    for (index, element) in elements.enumerated() {
      if index > 0 || !isInline { newline(indent) }
      put("- ")
      switch element {
      case .object(let inner) where !inner.isEmpty: members(inner, indent: indent + 2, isInline: true)
      case .array(let inner) where !inner.isEmpty: self.elements(inner, indent: indent + 2, isInline: true)
      default: scalar(element, indent: indent)
      }
    }
  }

  private mutating func scalar(_ value: JSONValue, indent: Int) {
    switch value {
    case .null: put("null")
    case .bool(let value): put(value ? "true" : "false")
    case .number(let digits): put(digits)
    case .string(let string): text(string, indent: indent, isKey: false)
    case .array: put("[]")
    case .object: put("{}")
    }
  }

  private mutating func text(_ text: String, indent: Int, isKey: Bool) {
    switch YAMLStyle.of(text, isKey: isKey) {
    case .plain where column + text.utf8.count <= Self.wrapColumn: put(text)
    case .plain: flow(text, quote: nil, indent: indent + 2, mayWrap: !isKey)
    case .single: flow(text, quote: "'", indent: indent + 2, mayWrap: !isKey)
    case .double: escaped(text, indent: indent + 2, mayWrap: !isKey)
    case .literal: literal(text, indent: indent + 2)
    }
  }

  // MARK: - Parts of a line

  mutating func put(_ text: String) {
    output.append(contentsOf: text.utf8)
    column += text.unicodeScalars.count
  }

  mutating func put(_ scalar: Unicode.Scalar) {
    output.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
    column += 1
  }

  mutating func newline(_ indent: Int = 0) {
    output.append(0x0a)
    output.append(contentsOf: repeatElement(0x20, count: indent))
    column = indent
  }

  /// Whether a line may end at the blank at `at`: one beyond the wrapping column, with text on both sides.
  func mayWrap(_ scalars: [Unicode.Scalar], at: Int, afterBlank: Bool) -> Bool {
    !afterBlank && column > Self.wrapColumn && at > 0 && at + 1 < scalars.count
  }
}
