// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Quantity {
  /// The amount in the family of ``format`` with the largest suffix that leaves a whole number (rules Q6-Q8).
  public var canonical: String {
    switch amount {
    case .narrow(let value, let exponent):
      if format == .binarySI, exponent == 0, value.magnitude >= 1024 {
        return (value < 0 ? "-" : "") + Self.binaryText(value.magnitude)
      }
    case .wide(let wide):
      if format == .binarySI, let whole = wholeMagnitude(wide), whole >= 1024 {
        return (wide.isNegative ? "-" : "") + Self.binaryText(whole)
      }
    }
    return decimalFamilyText
  }

  private func wholeMagnitude(_ wide: WideAmount) -> UInt128? {
    wide.rounded(toPlaces: 0).isExact ? wide.roundedUpMagnitude() : nil
  }

  private static func binaryText<Integer: FixedWidthInteger & UnsignedInteger>(_ magnitude: Integer) -> String {
    var rest = magnitude
    var unit = 0
    while unit < Unit.binarySuffixes.count, rest % 1024 == 0 {
      rest /= 1024
      unit += 1
    }
    return String(rest) + (unit == 0 ? "" : Unit.binarySuffixes[unit - 1].suffix.description)
  }

  /// The amount in the decimal family, or in exponent notation if that is its own or no suffix is large enough.
  private var decimalFamilyText: String {
    var (digits, exponent, isNegative) = parts
    guard !digits.isEmpty else { return "0" }
    while exponent % 3 != 0 {
      digits.append(0)
      exponent -= 1
    }
    let suffix: String
    if format != .decimalExponent, let unit = Unit.decimalSuffixes.first(where: { $0.exponent == exponent }) {
      suffix = unit.suffix.description
    } else {
      suffix = exponent == 0 ? "" : "e\(exponent)"
    }
    return (isNegative ? "-" : "") + Self.text(digits[...]) + suffix
  }

  /// The exact amount in plain decimal notation, such as `27487790694.4`; beyond a thousand zeros `1e2000`.
  public var decimal: String {
    let (digits, exponent, isNegative) = parts
    guard !digits.isEmpty else { return "0" }
    let sign = isNegative ? "-" : ""
    if exponent > 1000 { return sign + Self.text(digits[...]) + "e\(exponent)" }
    if exponent >= 0 { return sign + Self.text(digits[...]) + String(repeating: "0", count: exponent) }
    let point = digits.count + exponent
    if point <= 0 { return sign + "0." + String(repeating: "0", count: -point) + Self.text(digits[...]) }
    return sign + Self.text(digits[..<point]) + "." + Self.text(digits[point...])
  }

  /// The digits without trailing zeros, the power of ten that goes with them, and the sign; no digits for zero.
  private var parts: (digits: [UInt8], exponent: Int, isNegative: Bool) {
    let wide = wide
    var digits = wide.magnitude.digits
    var exponent = wide.exponent
    while digits.last == 0 {
      digits.removeLast()
      exponent += 1
    }
    return (digits, exponent, wide.isNegative)
  }

  private static func text(_ digits: ArraySlice<UInt8>) -> String {
    String(decoding: digits.map { $0 + UInt8(ascii: "0") }, as: UTF8.self)
  }
}
