// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Writes a ``JSONValue`` as text, keys in order.
public struct JSONWriter {
  private var text: [UInt8] = []
  private let indent: Int?

  /// `value` on one line, without blanks: how objects are stored.
  public static func compact(_ value: JSONValue) -> String { String(decoding: compactUTF8(value), as: UTF8.self) }

  /// `value` on one line, without blanks, as UTF-8.
  public static func compactUTF8(_ value: JSONValue) -> [UInt8] {
    var writer = JSONWriter(indent: nil)
    writer.write(value, depth: 0)
    return writer.text
  }

  /// `value` over several lines, `indent` blanks a level, without a final newline: as `kubectl -o json` prints it.
  public static func pretty(_ value: JSONValue, indent: Int = 4) -> String {
    var writer = JSONWriter(indent: indent)
    writer.write(value, depth: 0)
    return String(decoding: writer.text, as: UTF8.self)
  }

  private init(indent: Int?) { self.indent = indent }

  private mutating func newline(_ depth: Int) {
    guard let indent else { return }
    text.append(0x0a)
    text.append(contentsOf: repeatElement(0x20, count: depth * indent))
  }

  private mutating func write(_ value: JSONValue, depth: Int) {
    switch value {
    case .null: text.append(contentsOf: "null".utf8)
    case .bool(let value): text.append(contentsOf: (value ? "true" : "false").utf8)
    case .number(let number): text.append(contentsOf: number.utf8)
    case .string(let string): write(string)
    case .array(let elements):
      writeNested(elements, "[", "]", depth) { writer, element in writer.write(element, depth: depth + 1) }
    case .object(let object):
      writeNested(object.members, "{", "}", depth) { writer, member in
        writer.write(member.key)
        writer.text.append(UInt8(ascii: ":"))
        if writer.indent != nil { writer.text.append(0x20) }
        writer.write(member.value, depth: depth + 1)
      }
    }
  }

  private mutating func writeNested<Element>(
    _ elements: [Element], _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ depth: Int,
    _ each: (inout JSONWriter, Element) -> Void
  ) {
    text.append(UInt8(ascii: open))
    for (index, element) in elements.enumerated() {
      if index > 0 { text.append(UInt8(ascii: ",")) }
      newline(depth + 1)
      each(&self, element)
    }
    if !elements.isEmpty { newline(depth) }
    text.append(UInt8(ascii: close))
  }

  private mutating func write(_ string: String) {
    text.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text.append(contentsOf: [UInt8(ascii: "\\"), byte])
      case 0x0a: text.append(contentsOf: "\\n".utf8)
      case 0x0d: text.append(contentsOf: "\\r".utf8)
      case 0x09: text.append(contentsOf: "\\t".utf8)
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        text.append(contentsOf: ("\\u" + String(repeating: "0", count: 4 - digits.count) + digits).utf8)
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
  }
}
