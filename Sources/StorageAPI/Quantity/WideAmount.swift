// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// An amount that does not fit the short form of ``Quantity``: sign, digits and a power of ten.
struct WideAmount: Sendable, Hashable {
  /// The amount without its sign and its power of ten.
  let magnitude: DecimalDigits
  /// The power of ten: the amount is ±magnitude × 10^exponent.
  let exponent: Int
  /// Whether the amount is below zero; false for zero.
  let isNegative: Bool
  /// How many decimal places Kubernetes keeps for this amount; what is wrong in its integer value depends on it (rule Q12).
  let places: Int

  init(_ magnitude: DecimalDigits, exponent: Int, isNegative: Bool, places: Int) {
    self.magnitude = magnitude
    self.exponent = magnitude.isZero ? 0 : exponent
    self.isNegative = isNegative && !magnitude.isZero
    self.places = places
  }

  var sign: Int { magnitude.isZero ? 0 : isNegative ? -1 : 1 }

  /// The amount with at most `places` decimal places, rounded away from zero (rule Q10), and whether nothing was lost.
  func rounded(toPlaces places: Int) -> (amount: WideAmount, isExact: Bool) {
    guard exponent < -places else {
      return (WideAmount(magnitude, exponent: exponent, isNegative: isNegative, places: places), true)
    }
    let (whole, isExact) = magnitude.shiftedRight(-places - exponent)
    let up = isExact ? whole : whole + DecimalDigits(1)
    return (WideAmount(up, exponent: -places, isNegative: isNegative, places: places), isExact)
  }

  /// The amount without its sign, rounded up to a whole number; nil when 64 bits do not hold it.
  func roundedUpMagnitude() -> UInt64? {
    let amount = rounded(toPlaces: 0).amount
    guard amount.magnitude.count + amount.exponent <= 20 else { return nil }
    return amount.magnitude.shiftedLeft(amount.exponent).exactly()
  }

  /// What Kubernetes computes as the amount's 64-bit integer, right or wrong (rules B64, Q12).
  ///
  /// A positive amount wraps around. A negative one with decimal places is cut to 64 bits *before* it is divided down to
  /// whole units, and is then rounded toward plus infinity.
  var wrappingInt64: Int64 {
    guard isNegative, places > 0 else {
      let whole = rounded(toPlaces: 0).amount
      let bits = whole.magnitude.low64Bits &* Self.low64BitsOfPowerOfTen(whole.exponent)
      return Int64(bitPattern: isNegative ? 0 &- bits : bits)
    }
    let bits = magnitude.low64Bits &* Self.low64BitsOfPowerOfTen(exponent + places)
    let divisor = Int64(bitPattern: Self.low64BitsOfPowerOfTen(places))
    let (quotient, remainder) = Int64(bitPattern: 0 &- bits).quotientAndRemainder(dividingBy: divisor)
    return remainder == 0 ? quotient : quotient + 1
  }

  /// 10^`exponent` modulo 2^64.
  private static func low64BitsOfPowerOfTen(_ exponent: Int) -> UInt64 {
    exponent >= 64 ? 0 : (0..<exponent).reduce(1) { power, _ in power &* 10 }
  }

  /// Orders two amounts without their signs; exact, and cheap however large the powers of ten are.
  static func orderMagnitudes(_ left: WideAmount, _ right: WideAmount) -> Int {
    if left.magnitude.isZero || right.magnitude.isZero {
      return (left.magnitude.isZero ? 0 : 1) - (right.magnitude.isZero ? 0 : 1)
    }
    let (leftLength, rightLength) = (left.magnitude.count + left.exponent, right.magnitude.count + right.exponent)
    if leftLength != rightLength { return leftLength < rightLength ? -1 : 1 }
    let (a, b) = (left.magnitude.digits, right.magnitude.digits)
    for place in 0..<max(a.count, b.count) {
      let (x, y) = (place < a.count ? a[place] : 0, place < b.count ? b[place] : 0)
      if x != y { return x < y ? -1 : 1 }
    }
    return 0
  }

  static func order(_ left: WideAmount, _ right: WideAmount) -> Int {
    if left.sign != right.sign { return left.sign < right.sign ? -1 : 1 }
    return left.sign * orderMagnitudes(left, right)
  }

  /// The exact sum; but of amounts whose powers of ten lie more than 4096 apart only the larger one remains.
  static func + (left: WideAmount, right: WideAmount) -> WideAmount {
    if left.sign == 0 { return right }
    if right.sign == 0 { return left }
    let larger = orderMagnitudes(left, right) < 0 ? right : left
    guard abs(left.exponent - right.exponent) <= 4096 else { return larger }
    let exponent = min(left.exponent, right.exponent)
    let a = left.magnitude.shiftedLeft(left.exponent - exponent)
    let b = right.magnitude.shiftedLeft(right.exponent - exponent)
    let magnitude: DecimalDigits
    if left.isNegative == right.isNegative {
      magnitude = a + b
    } else {
      magnitude = larger == left ? a - b : b - a
    }
    return WideAmount(
      magnitude, exponent: exponent, isNegative: larger.isNegative, places: max(left.places, right.places))
  }

  static prefix func - (amount: WideAmount) -> WideAmount {
    WideAmount(amount.magnitude, exponent: amount.exponent, isNegative: !amount.isNegative, places: amount.places)
  }
}
