// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Reads the text of a quantity (rules Q1-Q4, Q9-Q11).
struct QuantityParser {
  /// The largest amount in the binary family, in bytes (rule Q11).
  private static let binaryCap = UInt64(Int64.max)

  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0
  private var isNegative = false
  /// The digits before the point without leading zeros, those behind it, and the rest, as positions in the text.
  private var whole = 0..<0
  private var fraction = 0..<0
  private var suffix = 0..<0
  /// Whether there is any digit at all, leading zeros included.
  private var hasDigits = false

  static func parse(_ text: String) throws(QuantityError) -> Quantity {
    var copy = text
    let result: Result<Quantity, QuantityError> = copy.withUTF8 { buffer in
      var parser = QuantityParser(bytes: buffer)
      do throws(QuantityError) { return .success(try parser.quantity(text)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  private init(bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private mutating func quantity(_ text: String) throws(QuantityError) -> Quantity {
    guard !bytes.isEmpty else { throw QuantityError(code: .wrongShape) }
    try scan()
    guard let unit = Unit(bytes[suffix]) else { throw QuantityError(code: .unknownSuffix) }
    if let narrow = narrow(unit, text) { return narrow }
    return try wide(unit)
  }

  // MARK: - The shape

  private mutating func scan() throws(QuantityError) {
    if bytes[0] == UInt8(ascii: "-") || bytes[0] == UInt8(ascii: "+") {
      isNegative = bytes[0] == UInt8(ascii: "-")
      at = 1
    }
    let first = at
    _ = skip { $0 == UInt8(ascii: "0") }
    whole = skip(Self.isDigit)
    hasDigits = at > first
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      at += 1
      fraction = skip(Self.isDigit)
      hasDigits = hasDigits || !fraction.isEmpty
    }
    let start = at
    let letters = skip(Self.isSuffixLetter)
    if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") { at += 1 }
    _ = skip(Self.isDigit)
    suffix = start..<at
    guard at == bytes.count, !letters.isEmpty || suffix.isEmpty else { throw QuantityError(code: .wrongShape) }
  }

  private mutating func skip(_ belongs: (UInt8) -> Bool) -> Range<Int> {
    let start = at
    while at < bytes.count, belongs(bytes[at]) { at += 1 }
    return start..<at
  }

  private static func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") < 10 }

  private static func isSuffixLetter(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "e"), UInt8(ascii: "E"), UInt8(ascii: "i"), UInt8(ascii: "n"), UInt8(ascii: "u"),
      UInt8(ascii: "m"), UInt8(ascii: "k"), UInt8(ascii: "K"), UInt8(ascii: "M"), UInt8(ascii: "G"),
      UInt8(ascii: "T"), UInt8(ascii: "P"):
      true
    default: false
    }
  }

  // MARK: - The amount

  /// The quantity in the narrow form, or nil when Kubernetes would not keep it in 64 bits: then its integer value follows
  /// other rules (rule Q12) and its text is not echoed (rule Q9).
  private func narrow(_ unit: Unit, _ text: String) -> Quantity? {
    let digits = max(1, whole.count) + fraction.count
    let exponent: Int
    switch unit.format {
    case .binarySI:
      guard fraction.isEmpty, digits + unit.exponent * 3 / 10 <= 14 else { return nil }
      exponent = 0
    case .decimalSI, .decimalExponent:
      exponent = unit.exponent - fraction.count
      guard digits <= 18, exponent >= -9 else { return nil }
    }
    var value: Int64 = 0
    for position in whole { value = value * 10 + Int64(bytes[position] & 15) }
    for position in fraction { value = value * 10 + Int64(bytes[position] & 15) }
    let isEchoed: Bool
    switch unit.format {
    case .binarySI:
      isEchoed = value % 8 != 0
      value <<= Int64(unit.exponent)
    case .decimalSI, .decimalExponent:
      isEchoed = exponent % 3 == 0 && !whole.isEmpty && !(digits >= 3 && value % 1000 == 0)
    }
    return Quantity(
      .narrow(value: isNegative ? -value : value, exponent: exponent), format: unit.format,
      echo: isEchoed ? text : nil)
  }

  private func wide(_ unit: Unit) throws(QuantityError) -> Quantity {
    guard hasDigits else { throw QuantityError(code: .noNumber) }
    var magnitude = DecimalDigits((Array(bytes[whole]) + bytes[fraction]).map { $0 & 15 })
    let isBinary = unit.format == .binarySI
    if isBinary { magnitude = magnitude.timesTwo(toThe: unit.exponent) }
    let exponent = (isBinary ? 0 : unit.exponent) - fraction.count
    let amount = WideAmount(magnitude, exponent: exponent, isNegative: isNegative, places: 9).rounded(toPlaces: 9)
      .amount
    guard isBinary else { return Quantity(.wide(amount), format: unit.format) }
    let cap = WideAmount(DecimalDigits(Self.binaryCap), exponent: 0, isNegative: isNegative, places: 0)
    if WideAmount.orderMagnitudes(amount, cap) > 0 { return Quantity(.wide(cap), format: .binarySI) }
    let isBelowOne = amount.sign != 0 && amount.magnitude.count + amount.exponent <= 0
    return Quantity(.wide(amount), format: isBelowOne ? .decimalSI : .binarySI)
  }
}

/// What a suffix stands for (rules Q2, Q4).
struct Unit: Sendable, Hashable {
  let format: Quantity.Format
  /// The power of ten, or of two in the binary family.
  let exponent: Int

  static let decimalSuffixes: [(suffix: StaticString, exponent: Int)] = [
    ("", 0), ("k", 3), ("M", 6), ("G", 9), ("T", 12), ("P", 15), ("E", 18), ("m", -3), ("u", -6), ("n", -9),
  ]
  static let binarySuffixes: [(suffix: StaticString, exponent: Int)] = [
    ("Ki", 10), ("Mi", 20), ("Gi", 30), ("Ti", 40), ("Pi", 50), ("Ei", 60),
  ]

  /// The unit behind `suffix`, or nil when there is none. An exponent that does not fit 32 bits is refused; Kubernetes
  /// wraps it around.
  init?(_ suffix: Slice<UnsafeBufferPointer<UInt8>>) {
    if let found = Self.decimalSuffixes.first(where: { Self.matches($0.suffix, suffix) }) {
      self.init(format: .decimalSI, exponent: found.exponent)
    } else if let found = Self.binarySuffixes.first(where: { Self.matches($0.suffix, suffix) }) {
      self.init(format: .binarySI, exponent: found.exponent)
    } else if let first = suffix.first, first | 0x20 == UInt8(ascii: "e"),
      let exponent = Int32(String(decoding: suffix.dropFirst(), as: UTF8.self))
    {
      self.init(format: .decimalExponent, exponent: Int(exponent))
    } else {
      return nil
    }
  }

  private init(format: Quantity.Format, exponent: Int) {
    self.format = format
    self.exponent = exponent
  }

  private static func matches(_ text: StaticString, _ suffix: Slice<UnsafeBufferPointer<UInt8>>) -> Bool {
    guard text.utf8CodeUnitCount == suffix.count else { return false }
    return text.withUTF8Buffer { $0.elementsEqual(suffix) }
  }
}
