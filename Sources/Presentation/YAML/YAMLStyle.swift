// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// How a string is written in YAML.
enum YAMLStyle: Hashable {
  case plain, single, double, literal

  /// The style of `text`: the plainest one that reads back as the same string.
  static func of(_ text: String, isKey: Bool) -> YAMLStyle {
    if isObvious(text) { return .plain }
    let traits = Traits(text)
    if text.utf8.contains(0x0a) {
      return isKey || traits.hasUnprintable || traits.hasBlankBeforeBreak || traits.endsWithBlank ? .double : .literal
    }
    guard YAMLResolver.isString(text) else { return .double }
    if traits.hasUnprintable { return .double }
    return traits.hasIndicators || traits.startsWithBlank || traits.endsWithBlank ? .single : .plain
  }

  /// Whether `text` is a word that needs no closer look, as most are: a letter, then letters, digits and `-./_`.
  ///
  /// Words that could mean something else begin with one of a few letters.
  private static func isObvious(_ text: String) -> Bool {
    guard let first = text.utf8.first, (0x61...0x7a).contains(first | 0x20) else { return false }
    switch first | 0x20 {
    case UInt8(ascii: "y"), UInt8(ascii: "n"), UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "o"): return false
    default: break
    }
    return text.utf8.allSatisfy { byte in
      (0x61...0x7a).contains(byte | 0x20) || (0x2d...0x39).contains(byte) || byte == UInt8(ascii: "_")
    }
  }

  /// Whether `scalar` can be shown as it is.
  static func isPrintable(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.value {
    case 0x0a, 0x20...0x7e, 0xa0...0xd7ff, 0xe000...0xfefe, 0xff00...0xfffd:
      scalar.value != 0x2028 && scalar.value != 0x2029
    default: false
    }
  }

  /// What about a text forbids a style.
  private struct Traits {
    var hasIndicators = false
    var hasUnprintable = false
    var hasBlankBeforeBreak = false
    var startsWithBlank = false
    var endsWithBlank = false

    init(_ text: String) {
      let scalars = Array(text.unicodeScalars)
      startsWithBlank = scalars.first == " "
      endsWithBlank = scalars.last == " "
      hasIndicators = text.hasPrefix("---") || text.hasPrefix("...")
      for (at, scalar) in scalars.enumerated() {
        let isBeforeBlank = at + 1 == scalars.count || Self.isBlank(scalars[at + 1])
        let isAfterBlank = at == 0 || Self.isBlank(scalars[at - 1])
        if !YAMLStyle.isPrintable(scalar) { hasUnprintable = true }
        if scalar == " " && at + 1 < scalars.count && scalars[at + 1] == "\n" { hasBlankBeforeBreak = true }
        switch scalar {
        case "#", ",", "[", "]", "{", "}", "&", "*", "!", "|", ">", "'", "\"", "%", "@", "`":
          if at == 0 || scalar == "#" && isAfterBlank { hasIndicators = true }
        case "?", "-": if at == 0 && isBeforeBlank { hasIndicators = true }
        case ":": if isBeforeBlank { hasIndicators = true }
        default: break
        }
      }
    }

    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
      scalar == " " || scalar == "\t" || scalar == "\n" || scalar == "\r"
    }
  }
}
