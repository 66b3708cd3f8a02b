// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Whether a plain text in YAML (1.1 as most tools read it) is a string, or would become a number, a truth value, a time.
enum YAMLResolver {
  private static let words: Set<String> = [
    "", "~", "null", "Null", "NULL", "y", "Y", "yes", "Yes", "YES", "n", "N", "no", "No", "NO", "true", "True", "TRUE",
    "false", "False", "FALSE", "on", "On", "ON", "off", "Off", "OFF", ".nan", ".NaN", ".NAN", ".inf", ".Inf", ".INF",
    "+.inf", "+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", "<<",
  ]

  /// Whether `text` is read as the string that it is.
  static func isString(_ text: String) -> Bool {
    if words.contains(text) { return false }
    let bytes = Array(text.utf8)
    guard let first = bytes.first, isDigit(first) || first == 0x2b || first == 0x2d || first == 0x2e else {
      return true
    }
    let plain = bytes.filter { $0 != UInt8(ascii: "_") }
    return !isInteger(plain) && !isFloat(plain) && !isTime(bytes) && !isBase60(bytes)
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }

  private static func unsigned(_ bytes: [UInt8]) -> ArraySlice<UInt8> {
    bytes.first == 0x2b || bytes.first == 0x2d ? bytes.dropFirst() : bytes[...]
  }

  /// A whole number in any base that a prefix can name; digits alone are one of any length (as a float, if need be).
  private static func isInteger(_ bytes: [UInt8]) -> Bool {
    let digits = unsigned(bytes)
    guard digits.count > 2, digits.first == UInt8(ascii: "0"), let letter = digits.dropFirst().first,
      let radix = [UInt8(ascii: "x"): 16, UInt8(ascii: "o"): 8, UInt8(ascii: "b"): 2][letter | 0x20]
    else { return false }
    return UInt64(String(decoding: digits.dropFirst(2), as: UTF8.self), radix: radix) != nil
  }

  /// `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`
  private static func isFloat(_ bytes: [UInt8]) -> Bool {
    var rest = unsigned(bytes)
    func digits() -> Int {
      let count = rest.prefix(while: isDigit).count
      rest = rest.dropFirst(count)
      return count
    }
    let whole = digits()
    var fraction = 0
    if rest.first == 0x2e {
      rest = rest.dropFirst()
      fraction = digits()
    }
    guard whole + fraction > 0 else { return false }
    guard let exponent = rest.first else { return true }
    guard exponent | 0x20 == UInt8(ascii: "e") else { return false }
    rest = rest.dropFirst()
    if rest.first == 0x2b || rest.first == 0x2d { rest = rest.dropFirst() }
    return digits() > 0 && rest.isEmpty
  }

  /// A date, or a date and a time: `2023-11-14`, `2023-11-14T22:13:20Z`.
  private static func isTime(_ bytes: [UInt8]) -> Bool {
    guard bytes.count >= 8, bytes[..<4].allSatisfy(isDigit), bytes[4] == 0x2d else { return false }
    let date = bytes.prefix { isDigit($0) || $0 == 0x2d }
    let fields = date.split(separator: 0x2d, omittingEmptySubsequences: false)
    guard fields.count == 3, fields.dropFirst().allSatisfy({ (1...2).contains($0.count) }) else { return false }
    guard let mark = bytes.dropFirst(date.count).first else { return true }
    let time = bytes.dropFirst(date.count + 1)
    return (mark | 0x20 == UInt8(ascii: "t") || mark == 0x20) && time.first.map(isDigit) == true
      && time.count { $0 == 0x3a } >= 2
      && time.allSatisfy { isDigit($0) || [0x3a, 0x2e, 0x2b, 0x2d, 0x5a, 0x7a].contains($0) }
  }

  /// A number in base 60, such as `10:30`, which old readers know.
  private static func isBase60(_ bytes: [UInt8]) -> Bool {
    let fields = unsigned(bytes).split(separator: 0x3a, omittingEmptySubsequences: false)
    guard fields.count > 1, let first = fields.first?.first, isDigit(first),
      fields[0].allSatisfy({ isDigit($0) || $0 == UInt8(ascii: "_") })
    else { return false }
    return fields.dropFirst().enumerated().allSatisfy { index, field in
      let isLast = index == fields.count - 2
      let whole = isLast ? field.prefix { $0 != 0x2e } : field
      let fraction = field.dropFirst(whole.count + 1)
      guard (1...2).contains(whole.count), whole.allSatisfy(isDigit) else { return false }
      return (whole.count == 1 || (whole.first ?? 0) <= 0x35) && fraction.allSatisfy { isDigit($0) || $0 == 0x5f }
    }
  }
}
