// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A whole number of any size that is not negative, as decimal digits.
///
/// Digits rather than machine words: quantities are read and written in decimal, rounded at decimal places and scaled by
/// powers of ten, all of which is plain here. Only amounts beyond 64 bits come this way, so speed matters little.
struct DecimalDigits: Sendable, Hashable {
  /// The digits 0...9, the most significant one first, without leading zeros; none at all for zero.
  private(set) var digits: [UInt8]

  init(_ digits: some Sequence<UInt8>) { self.digits = Array(digits.drop { $0 == 0 }) }

  init(_ value: UInt64) {
    digits = []
    guard value > 0 else { return }
    digits = String(value).utf8.map { $0 - UInt8(ascii: "0") }
  }

  var isZero: Bool { digits.isEmpty }
  var count: Int { digits.count }

  /// The number modulo 2^64.
  var low64Bits: UInt64 { digits.reduce(0) { $0 &* 10 &+ UInt64($1) } }

  /// The number, or nil when it does not fit.
  func exactly() -> UInt64? {
    var result: UInt64 = 0
    for digit in digits {
      let (product, tooLarge) = result.multipliedReportingOverflow(by: 10)
      let (sum, tooLargeAgain) = product.addingReportingOverflow(UInt64(digit))
      guard !tooLarge, !tooLargeAgain else { return nil }
      result = sum
    }
    return result
  }

  /// The number times 10^`places`.
  func shiftedLeft(_ places: Int) -> DecimalDigits {
    isZero ? self : DecimalDigits(digits + repeatElement(0, count: places))
  }

  /// The number divided by 10^`places`, rounded down, and whether something was cut off.
  func shiftedRight(_ places: Int) -> (whole: DecimalDigits, isExact: Bool) {
    let kept = max(0, count - places)
    return (DecimalDigits(digits[..<kept]), digits[kept...].allSatisfy { $0 == 0 })
  }

  /// The number times 2^`exponent`, which is at most 60.
  func timesTwo(toThe exponent: Int) -> DecimalDigits {
    var result: [UInt8] = []
    var carry: UInt64 = 0
    for digit in digits.reversed() {
      carry += UInt64(digit) << UInt64(exponent)  // at most 9 * 2^60 + 2^60 < 2^64
      result.append(UInt8(carry % 10))
      carry /= 10
    }
    while carry > 0 {
      result.append(UInt8(carry % 10))
      carry /= 10
    }
    return DecimalDigits(result.reversed())
  }

  /// The number divided by `divisor`, or nil when something would remain.
  func dividedExactly(by divisor: Int) -> DecimalDigits? {
    var remainder = 0
    let quotient = digits.map { digit -> UInt8 in
      let part = remainder * 10 + Int(digit)
      remainder = part % divisor
      return UInt8(part / divisor)
    }
    return remainder == 0 ? DecimalDigits(quotient) : nil
  }

  /// The sum of both numbers.
  static func + (left: DecimalDigits, right: DecimalDigits) -> DecimalDigits {
    combine(left, right) { Int($0) + Int($1) }
  }

  /// The difference; `left` is at least `right`.
  static func - (left: DecimalDigits, right: DecimalDigits) -> DecimalDigits {
    combine(left, right) { Int($0) - Int($1) }
  }

  private static func combine(
    _ left: DecimalDigits, _ right: DecimalDigits, _ column: (UInt8, UInt8) -> Int
  ) -> DecimalDigits {
    var result: [UInt8] = []
    var carry = 0
    for place in 0...max(left.count, right.count) {
      let sum = column(left.digit(at: place), right.digit(at: place)) + carry
      carry = sum < 0 ? -1 : sum / 10
      result.append(UInt8(sum - carry * 10))
    }
    return DecimalDigits(result.reversed())
  }

  /// The digit that stands for 10^`place`.
  private func digit(at place: Int) -> UInt8 { place < count ? digits[count - 1 - place] : 0 }
}
