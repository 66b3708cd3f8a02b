// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Quantity {
  /// The amount in the family of ``format`` with the largest suffix that leaves a whole number (rules Q6-Q8).
  public var canonical: String {
    guard format == .binarySI else { return decimalFamilyText }
    if case .narrow(let value, 0) = amount {
      return value.magnitude < 1024 ? decimalFamilyText : Self.binaryText(value.magnitude, isNegative: value < 0)
    }
    let wide = wide
    let (whole, isExact) = wide.rounded(toPlaces: 0)
    let isLarge = whole.magnitude.count + whole.exponent > 4 || (whole.roundedUpMagnitude() ?? 0) >= 1024
    guard isExact, isLarge, whole.exponent <= 4096 else { return decimalFamilyText }
    return Self.binaryText(whole.magnitude.shiftedLeft(whole.exponent), isNegative: wide.isNegative)
  }

  private static func binaryText(_ magnitude: UInt64, isNegative: Bool) -> String {
    let unit = min(magnitude.trailingZeroBitCount / 10, Unit.binarySuffixes.count)
    return text(String(magnitude >> (10 * UInt64(unit))), unit, isNegative)
  }

  private static func binaryText(_ magnitude: DecimalDigits, isNegative: Bool) -> String {
    var rest = magnitude
    var unit = 0
    while unit < Unit.binarySuffixes.count, let quotient = rest.dividedExactly(by: 1024) {
      rest = quotient
      unit += 1
    }
    return text(text(rest.digits[...]), unit, isNegative)
  }

  private static func text(_ number: String, _ binaryUnit: Int, _ isNegative: Bool) -> String {
    (isNegative ? "-" : "") + number + (binaryUnit == 0 ? "" : Unit.binarySuffixes[binaryUnit - 1].suffix.description)
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
