// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Quantity {
  private static let powersOfTen: [Int64] = (0...18).map { (0..<$0).reduce(1) { power, _ in power * 10 } }

  /// value × 10^places, or nil when that does not fit.
  private static func scaled(_ value: Int64, _ places: Int) -> Int64? {
    guard value != 0 else { return 0 }
    guard places < powersOfTen.count else { return nil }
    let (product, overflow) = value.multipliedReportingOverflow(by: powersOfTen[places])
    return overflow ? nil : product
  }

  /// value ÷ 10^places, rounded away from zero.
  private static func divided(_ value: Int64, _ places: Int) -> Int64 {
    guard places < powersOfTen.count else { return Int64(value.signum()) }
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: powersOfTen[places])
    return quotient + Int64(remainder.signum())
  }

  /// The amount in whole bytes, rounded up away from zero; nil when 64 bits do not hold it.
  public var roundedUpBytes: Int64? {
    switch amount {
    case .narrow(let value, let exponent):
      return exponent < 0 ? Self.divided(value, -exponent) : Self.scaled(value, exponent)
    case .wide(let amount):
      guard let magnitude = amount.roundedUpMagnitude() else { return nil }
      return amount.isNegative ? Int64(exactly: -Int128(magnitude)) : Int64(exactly: magnitude)
    }
  }

  /// What Kubernetes takes for the amount in whole bytes: ``roundedUpBytes`` where that exists and the amount is positive,
  /// and otherwise garbage, of which some decisions depend (rules B64, Q12).
  public var wrappingInt64: Int64 {
    switch amount {
    case .narrow(let value, let exponent):
      if let bytes = roundedUpBytes { return bytes }
      // Kubernetes has a short cut for some powers of ten, and only there forgets to drop what has overflown.
      return [1, 2, 3, 6, 9].contains(exponent) ? value &* Self.powersOfTen[exponent] : 0
    case .wide(let amount): return amount.wrappingInt64
    }
  }

  /// The amount rounded away from zero to a multiple of 10^`exponent`; a text that says as much already is kept.
  public func roundedUp(toPowerOfTen exponent: Int) -> (quantity: Quantity, isExact: Bool) {
    switch amount {
    case .narrow(_, let own) where own >= exponent: return (self, true)
    case .narrow(let value, let own):
      let divided = Self.divided(value, exponent - own)
      let isExact = Self.scaled(divided, exponent - own) == value
      return (Quantity(.narrow(value: divided, exponent: exponent), format: format), isExact)
    case .wide(let amount):
      let (rounded, isExact) = amount.rounded(toPlaces: -exponent)
      return (Quantity(.wide(rounded), format: format), isExact)
    }
  }
}

extension Quantity: Comparable {
  /// -1, 0 or 1: whether `left` is smaller than, equal to or larger than `right`.
  private static func order(_ left: Quantity, _ right: Quantity) -> Int {
    if case .narrow(let a, let aExponent) = left.amount, case .narrow(let b, let bExponent) = right.amount,
      abs(aExponent - bExponent) < powersOfTen.count
    {
      let common = min(aExponent, bExponent)
      let wideA = Int128(a) * Int128(powersOfTen[aExponent - common])
      let wideB = Int128(b) * Int128(powersOfTen[bExponent - common])
      return wideA < wideB ? -1 : wideA > wideB ? 1 : 0
    }
    return WideAmount.order(left.wide, right.wide)
  }

  /// Whether both are the same amount, in whatever notation (rule Q13).
  public static func == (left: Quantity, right: Quantity) -> Bool { order(left, right) == 0 }

  /// Whether `left` is the smaller amount (rule Q13).
  public static func < (left: Quantity, right: Quantity) -> Bool { order(left, right) < 0 }
}

extension Quantity {
  /// The exact sum, in the notation of `left`, or of `right` when `left` is zero (rule Q14).
  public static func + (left: Quantity, right: Quantity) -> Quantity {
    let format = left.sign == 0 ? right.format : left.format
    if case .narrow(let a, let aExponent) = left.amount, case .narrow(let b, let bExponent) = right.amount {
      if a == 0 { return Quantity(right.amount, format: format) }
      if b == 0 { return Quantity(left.amount, format: format) }
      let common = min(aExponent, bExponent)
      if let a = scaled(a, aExponent - common), let b = scaled(b, bExponent - common) {
        let (sum, overflow) = a.addingReportingOverflow(b)
        if !overflow { return Quantity(.narrow(value: sum, exponent: common), format: format) }
      }
    }
    return Quantity(.wide(left.wide + right.wide), format: format)
  }

  /// The exact difference, in the notation of `left`, or of `right` when `left` is zero (rule Q14).
  public static func - (left: Quantity, right: Quantity) -> Quantity { left + -right }

  /// The same amount on the other side of zero.
  public static prefix func - (quantity: Quantity) -> Quantity {
    if case .narrow(let value, let exponent) = quantity.amount, value != .min {
      return Quantity(.narrow(value: -value, exponent: exponent), format: quantity.format)
    }
    return Quantity(.wide(-quantity.wide), format: quantity.format)
  }
}
