// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension YAMLWriter {
  /// Writes a text without line ends, in single quotes or none.
  mutating func flow(_ text: String, quote: Unicode.Scalar?, indent: Int, mayWrap: Bool) {
    let scalars = Array(text.unicodeScalars)
    if let quote { put(quote) }
    var afterBlank = false
    for (at, scalar) in scalars.enumerated() {
      if scalar == " ", mayWrap, self.mayWrap(scalars, at: at, afterBlank: afterBlank), scalars[at + 1] != " " {
        newline(indent)
      } else {
        if scalar == quote { put(scalar) }
        put(scalar)
      }
      afterBlank = scalar == " "
    }
    if let quote { put(quote) }
  }

  /// Writes a text in double quotes, with escapes for what cannot be seen.
  mutating func escaped(_ text: String, indent: Int, mayWrap: Bool) {
    let scalars = Array(text.unicodeScalars)
    put("\"")
    var afterBlank = false
    for (at, scalar) in scalars.enumerated() {
      if let escape = Self.escape(scalar) {
        put(escape)
      } else if scalar == " ", mayWrap, self.mayWrap(scalars, at: at, afterBlank: afterBlank) {
        newline(indent)
        if scalars[at + 1] == " " { put("\\") }
      } else {
        put(scalar)
      }
      afterBlank = scalar == " "
    }
    put("\"")
  }

  /// Writes a text of several lines as a block.
  mutating func literal(_ text: String, indent: Int) {
    put("|")
    if text.utf8.first == 0x20 || text.utf8.first == 0x0a { put("2") }
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true {
      lines.removeLast()
      // A final newline is understood; more than one must be said, and so must one alone.
      if lines.last?.isEmpty == true { put("+") }
    } else {
      put("-")
    }
    for line in lines {
      newline(line.isEmpty ? 0 : indent)
      put(String(line))
    }
  }

  private static func escape(_ scalar: Unicode.Scalar) -> String? {
    guard !YAMLStyle.isPrintable(scalar) || scalar == "\"" || scalar == "\\" || scalar == "\n" else { return nil }
    switch scalar {
    case "\"", "\\": return "\\" + String(scalar)
    case "\0": return "\\0"
    case "\u{07}": return "\\a"
    case "\u{08}": return "\\b"
    case "\t": return "\\t"
    case "\n": return "\\n"
    case "\u{0b}": return "\\v"
    case "\u{0c}": return "\\f"
    case "\r": return "\\r"
    case "\u{1b}": return "\\e"
    case "\u{85}": return "\\N"
    default: return numeric(scalar.value)
    }
  }

  private static func numeric(_ value: UInt32) -> String {
    let digits = String(value, radix: 16, uppercase: true)
    let (letter, count) = value <= 0xFF ? ("x", 2) : value <= 0xFFFF ? ("u", 4) : ("U", 8)
    return "\\" + letter + String(repeating: "0", count: count - digits.count) + digits
  }
}
