// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What a text means as a quantity, or why it means nothing: for those who wonder what 400M and 400Mi are.
public struct QuantityExplanation: Sendable {
  /// The text that is explained.
  public let input: String

  /// What it means, or why it is refused.
  public let result: Result<Quantity, QuantityError>

  /// The explanation of `input`.
  public init(_ input: String) {
    self.input = input
    do throws(QuantityError) {
      result = .success(try Quantity(input))
    } catch {
      result = .failure(error)
    }
  }

  /// Whether the text is no quantity.
  public var isRefused: Bool { if case .failure = result { true } else { false } }

  /// The explanation for programs: `input` with `string` (as the API echoes it), `canonical`, `decimal` (exact), `bytes`
  /// and `format`, or with `error`.
  ///
  /// `bytes` is the integer that Kubernetes computes from the quantity, odd as it may be below zero (rule Q12); null when
  /// 64 bits do not hold the amount.
  public var json: JSONValue {
    switch result {
    case .success(let quantity):
      [
        "input": .string(input), "string": .string(quantity.text), "canonical": .string(quantity.canonical),
        "decimal": .string(quantity.decimal), "format": .string(quantity.format.rawValue),
        "bytes": quantity.roundedUpBytes == nil ? .null : .integer(quantity.wrappingInt64),
      ]
    case .failure(let error): ["input": .string(input), "error": .string(error.message)]
    }
  }

  /// The explanation for people: several lines without a final newline, or one line when the text is refused.
  public var text: String {
    switch result {
    case .success(let quantity):
      let facts = facts(of: quantity)
      let width = (facts.map(\.name.count).max() ?? 0) + 2
      let lines = facts.map { fact in
        "  " + fact.name + String(repeating: " ", count: width - fact.name.count) + fact.value
      }
      return ([input] + lines).joined(separator: "\n")
    case .failure(let error): return "\(input.debugDescription): \(error.message)" + (hint.map { "\n  " + $0 } ?? "")
    }
  }

  private func facts(of quantity: Quantity) -> [(name: String, value: String)] {
    var facts = [("stored as", quantity.text)]
    if quantity.canonical != quantity.text { facts.append(("canonical", quantity.canonical)) }
    if let bytes = quantity.roundedUpBytes {
      let isWhole = quantity == Quantity(bytes: bytes, format: .decimalSI)
      facts.append(("bytes", Self.grouped(bytes) + (isWhole ? "" : " (rounded up from \(quantity.decimal))")))
    } else {
      facts.append(
        ("bytes", "\(quantity.decimal): too large for 64 bits, where Kubernetes takes it for \(quantity.wrappingInt64)")
      )
    }
    facts.append(("suffix", Self.words(for: quantity.format)))
    if let twin = twin { facts.append(("compare", twin)) }
    if quantity.sign <= 0 {
      facts.append(("as a request", "refused: a claim must ask for more than zero"))
    } else if let bytes = quantity.roundedUpBytes {
      facts.append(("as a volume", Quantity(bytes: bytes, format: .binarySI).text))
    }
    return facts
  }

  private static func words(for format: Quantity.Format) -> String {
    switch format {
    case .binarySI: "binary: Ki Mi Gi Ti Pi Ei are powers of 1024"
    case .decimalSI: "decimal: k M G T P E are powers of 1000; m u n are thousandths, millionths, billionths"
    case .decimalExponent: "exponent: e3 is 10 to the power of 3"
    }
  }

  /// The same number with the suffix of the other family, and how much it differs: `400Mi` for `400M`.
  private var twin: String? {
    let letters = Set("kKMGTPE")
    let number: Substring
    let other: String
    if input.hasSuffix("i"), let letter = input.dropLast().last, letters.contains(letter) {
      number = input.dropLast(2)
      other = letter == "K" ? "k" : String(letter)
    } else if let letter = input.last, letters.contains(letter) {
      number = input.dropLast()
      other = letter == "k" ? "Ki" : String(letter) + "i"
    } else {
      return nil
    }
    guard case .success(let own) = result, let quantity = try? Quantity(number + other), own.sign > 0,
      let mine = own.roundedUpBytes, let its = quantity.roundedUpBytes
    else { return nil }
    let difference = UInt128(its > mine ? its - mine : mine - its)
    let permille = (difference * 1000 + UInt128(mine) / 2) / UInt128(mine)
    let percent = "\(permille / 10).\(permille % 10) %"
    return "\(number)\(other) would be \(Self.grouped(its)) bytes, \(percent) \(its > mine ? "more" : "less")"
  }

  /// What the writer of a refused text most probably meant.
  private var hint: String? {
    let repairs: [(String, String)] = [
      ("KB", "k"), ("kB", "k"), ("K", "k"), ("MB", "M"), ("GB", "G"), ("TB", "T"), ("PB", "P"), ("EB", "E"),
      ("KiB", "Ki"),
      ("MiB", "Mi"), ("GiB", "Gi"), ("TiB", "Ti"), ("PiB", "Pi"), ("EiB", "Ei"), ("ki", "Ki"), ("kb", "k"), ("mb", "M"),
      ("gb", "G"), ("tb", "T"), ("mi", "Mi"), ("gi", "Gi"), ("ti", "Ti"), ("g", "G"), ("t", "T"), ("B", ""), ("b", ""),
    ]
    let compact = input.filter { !$0.isWhitespace }
    if compact != input, (try? Quantity(compact)) != nil { return "did you mean \(compact)?" }
    for (wrong, right) in repairs where compact.hasSuffix(wrong) {
      let repaired = compact.dropLast(wrong.count) + right
      if compact.first?.isNumber == true, (try? Quantity(String(repaired))) != nil {
        return "did you mean \(repaired)?"
      }
    }
    return nil
  }

  /// `value` with a comma after every three digits.
  private static func grouped(_ value: Int64) -> String {
    let digits = String(value.magnitude)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index) % 3 == 0 { text.append(",") }
      text.append(digit)
    }
    return (value < 0 ? "-" : "") + text
  }
}
