// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// An exact amount of storage and the way it was written, as Kubernetes understands both (rules Q1-Q16).
///
/// Equal amounts are equal whatever their notation: `1Gi == 1024Mi` (rule Q13). Ordinary amounts are one machine word and
/// a power of ten; only what does not fit takes the slow road of ``WideAmount``.
public struct Quantity: Sendable {
  /// The family of suffixes that an amount is printed with.
  public enum Format: String, Sendable, Hashable {
    /// Powers of 1024: `12Mi`.
    case binarySI = "BinarySI"
    /// Powers of 1000: `12M`.
    case decimalSI = "DecimalSI"
    /// Powers of ten: `12e6`.
    case decimalExponent = "DecimalExponent"
  }

  enum Amount: Sendable {
    /// value × 10^exponent.
    case narrow(value: Int64, exponent: Int)
    case wide(WideAmount)
  }

  let amount: Amount

  /// The family of suffixes that the amount is printed with; arithmetic keeps it (rule Q14).
  public let format: Format

  /// The text as it was written, when the API echoes it unchanged (rule Q9).
  private let echo: String?

  init(_ amount: Amount, format: Format, echo: String? = nil) {
    self.amount = amount
    self.format = format
    self.echo = echo
  }

  /// The quantity that `text` says.
  ///
  /// As in Kubernetes a missing number reads as 0 (`.`, `-`, `Ki`), and what is finer than 1n is rounded away from zero.
  ///
  /// - Throws: ``QuantityError`` when `text` is no quantity (rules Q1-Q3).
  public init(_ text: String) throws(QuantityError) {
    self = try QuantityParser.parse(text)
  }

  /// The quantity that a field of a manifest holds: a string (blanks around it are ignored), a number, or null for 0
  /// (rule Q15).
  ///
  /// - Throws: ``QuantityError`` when it is another type, or no quantity.
  public init(json: JSONValue) throws(QuantityError) {
    switch json {
    case .null: self = .zero
    case .string(let text):
      let isPadded = text.first?.isWhitespace == true || text.last?.isWhitespace == true
      try self.init(isPadded ? Self.trimmed(text) : text)
    case .number(let text): try self.init(text)
    case .bool, .array, .object: throw QuantityError(code: .wrongShape)
    }
  }

  private static func trimmed(_ text: String) -> String {
    let start = text.drop(while: \.isWhitespace)
    return String(start[..<(start.lastIndex { !$0.isWhitespace }.map(start.index(after:)) ?? start.startIndex)])
  }

  /// `bytes` bytes, printed with suffixes of the family `format`.
  ///
  /// A provisioned volume has `.binarySI`: a claim of 400M gets a volume of `390625Ki` (rule P30).
  public init(bytes: Int64, format: Format) {
    self.init(.narrow(value: bytes, exponent: 0), format: format)
  }

  /// Nothing.
  public static let zero = Quantity(bytes: 0, format: .decimalSI)

  /// The quantity as the API echoes it: the text it was read from if that was canonical enough (rule Q9), else ``canonical``.
  public var text: String { echo ?? canonical }

  /// The amount in the wide form, whatever form it is kept in.
  var wide: WideAmount {
    switch amount {
    case .wide(let amount): amount
    case .narrow(let value, let exponent):
      WideAmount(
        DecimalDigits(value.magnitude), exponent: exponent, isNegative: value < 0, places: -exponent)
    }
  }

  /// -1, 0 or 1: whether the amount is below zero, zero, or above.
  public var sign: Int {
    switch amount {
    case .narrow(let value, _): Int(value.signum())
    case .wide(let amount): amount.sign
    }
  }
}

extension Quantity: CustomStringConvertible {
  /// The quantity as the API echoes it.
  public var description: String { text }
}
