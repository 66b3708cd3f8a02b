// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What a plain (unquoted) YAML scalar means in YAML 1.1, as Kubernetes' tools read it (rule V6).
///
/// `y`, `no` and `on` are booleans, `0644` is octal, `1_000` is a thousand, dates stay strings.
enum YAMLScalar {
  /// The value of `text`.
  static func value(_ text: String) -> JSONValue {
    guard let first = text.utf8.first else { return .null }
    switch text {
    case "~", "null", "Null", "NULL": return .null
    case "y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON": return true
    case "n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF": return false
    default: break
    }
    guard isNumeric(first), text.utf8.count <= 400 else { return .string(text) }
    return number(text).map(JSONValue.number) ?? .string(text)
  }

  private static func isNumeric(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "-")
      || byte == UInt8(ascii: ".")
  }

  /// The number that `text` is, in JSON's grammar, or nil when it is none.
  static func number(_ text: String) -> String? {
    let plain = text.utf8.first == UInt8(ascii: ".") ? text : text.filter { $0 != "_" }
    if let integer = integer(plain) { return integer }
    guard isFloat(plain), let value = Double(plain), value.isFinite else { return nil }
    return written(value)
  }

  private static func integer(_ text: String) -> String? {
    let isNegative = text.hasPrefix("-")
    let digits = isNegative || text.hasPrefix("+") ? text.dropFirst() : text[...]
    guard let first = digits.utf8.first, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else { return nil }
    let magnitude: UInt64?
    switch digits.prefix(2).lowercased() {
    case "0x": magnitude = unsigned(digits.dropFirst(2), radix: 16)
    case "0b": magnitude = unsigned(digits.dropFirst(2), radix: 2)
    case "0o": magnitude = unsigned(digits.dropFirst(2), radix: 8)
    case let start where start.hasPrefix("0") && digits.utf8.count > 1:
      magnitude = unsigned(digits.dropFirst(), radix: 8)
    default: magnitude = unsigned(digits, radix: 10)
    }
    guard let magnitude else { return nil }
    guard isNegative else { return text.hasPrefix("+") && magnitude > Int64.max ? nil : String(magnitude) }
    guard magnitude <= UInt64(Int64.max) + 1 else { return nil }
    return magnitude == 0 ? "0" : "-" + String(magnitude)
  }

  private static func unsigned(_ digits: Substring, radix: Int) -> UInt64? {
    guard let first = digits.utf8.first, first != UInt8(ascii: "+"), first != UInt8(ascii: "-") else { return nil }
    return UInt64(digits, radix: radix)
  }

  /// Whether `text` is `[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?`.
  private static func isFloat(_ text: String) -> Bool {
    var rest = Substring(text)
    func takeDigits() -> Int {
      let digits = rest.prefix { $0.isASCII && $0.isNumber }
      rest = rest.dropFirst(digits.count)
      return digits.count
    }
    if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
    let whole = takeDigits()
    if rest.first == "." {
      rest.removeFirst()
      guard takeDigits() + whole > 0 else { return false }
    } else if whole == 0 {
      return false
    }
    if rest.first == "e" || rest.first == "E" {
      rest.removeFirst()
      if rest.first == "-" || rest.first == "+" { rest.removeFirst() }
      guard takeDigits() > 0 else { return false }
    }
    return rest.isEmpty
  }

  /// `value` in JSON's grammar, shortest, without an exponent between 1e-6 and 1e21.
  static func written(_ value: Double) -> String {
    guard value != 0 else { return value.sign == .minus ? "-0" : "0" }
    let sign = value < 0 ? "-" : ""
    let parts = "\(value.magnitude)".split(separator: "e")
    let mantissa = parts[0].split(separator: ".", omittingEmptySubsequences: false)
    let fraction = mantissa.count > 1 && mantissa[1] != "0" ? mantissa[1] : ""
    let all = mantissa[0] + fraction
    var digits = String(all.drop { $0 == "0" })
    let leading = all.count - digits.count
    let exponent = mantissa[0].count - leading + (parts.count > 1 ? Int(parts[1]) ?? 0 : 0)
    while digits.hasSuffix("0") { digits.removeLast() }
    // The value is 0.DIGITS × 10^exponent.
    switch exponent {
    case -5...0: return sign + "0." + String(repeating: "0", count: -exponent) + digits
    case 1...21 where digits.count <= exponent:
      return sign + digits + String(repeating: "0", count: exponent - digits.count)
    case 1...21: return sign + digits.prefix(exponent) + "." + digits.dropFirst(exponent)
    default:
      let tail = digits.dropFirst()
      return sign + digits.prefix(1) + (tail.isEmpty ? "" : "." + tail) + (exponent > 0 ? "e+" : "e")
        + String(exponent - 1)
    }
  }
}
