// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension LabelSelector {
  /// The selector that `text` says on the command line: `a=b,c!=d,e in (x,y),f notin (z),g,!h`.
  ///
  /// - Throws: ``LabelSelectorError`` with the selector, the place and what was expected there.
  public init(commandLine text: String) throws(LabelSelectorError) {
    var parser = SelectorParser(text)
    self.init(try parser.requirements())
  }
}

/// Reads the command line's notation of label selectors.
private struct SelectorParser {
  private let text: String
  private var rest: Substring

  init(_ text: String) {
    self.text = text
    rest = text[...]
  }

  mutating func requirements() throws(LabelSelectorError) -> [LabelSelector.Requirement] {
    skipBlanks()
    guard !rest.isEmpty else { return [] }
    var requirements = [try requirement()]
    while take(",") { requirements.append(try requirement()) }
    guard rest.isEmpty else { throw failure("expected ',' or the end") }
    return requirements
  }

  private mutating func requirement() throws(LabelSelectorError) -> LabelSelector.Requirement {
    if take("!") { return .init(try key(), .absent) }
    let key = try key()
    if take("!=") { return .init(key, .noneOf([try value()])) }
    if take("==") || take("=") { return .init(key, .oneOf([try value()])) }
    if rest.isEmpty || rest.first == "," { return .init(key, .exists) }
    switch word() {
    case "in": return .init(key, .oneOf(try values()))
    case "notin": return .init(key, .noneOf(try values()))
    case let other:
      throw failure("expected '=', '==', '!=', 'in' or 'notin' after \"\(key)\"", before: other)
    }
  }

  private mutating func values() throws(LabelSelectorError) -> [String] {
    guard take("(") else { throw failure("expected '(' and a list of values") }
    var values = [try value()]
    while take(",") { values.append(try value()) }
    guard take(")") else { throw failure("expected ',' or ')'") }
    return values
  }

  private mutating func key() throws(LabelSelectorError) -> String {
    skipBlanks()
    let key = word()
    guard LabelSyntax.isKey(key) else {
      throw failure(key.isEmpty ? "expected a label's key" : "\"\(key)\" is no label key", before: key)
    }
    return key
  }

  private mutating func value() throws(LabelSelectorError) -> String {
    skipBlanks()
    let value = word()
    guard LabelSyntax.isValue(value) else { throw failure("\"\(value)\" is no label value", before: value) }
    return value
  }

  // MARK: - Words

  private mutating func word() -> String {
    let word = rest.prefix { !$0.isWhitespace && !",()=!".contains($0) }
    rest = rest.dropFirst(word.count)
    skipBlanks()
    return String(word)
  }

  private mutating func take(_ token: String) -> Bool {
    guard rest.hasPrefix(token) else { return false }
    rest = rest.dropFirst(token.count)
    skipBlanks()
    return true
  }

  private mutating func skipBlanks() { rest = rest.drop(while: \.isWhitespace) }

  private func failure(_ expectation: String, before word: String = "") -> LabelSelectorError {
    let place = word.isEmpty ? (rest.isEmpty ? "at the end" : "at \"\(rest)\"") : ""
    return LabelSelectorError(
      message: "label selector \"\(text)\": \(expectation)" + (place.isEmpty ? "" : ", " + place))
  }
}

/// What may stand in a label.
private enum LabelSyntax {
  /// Whether `key` is a name of at most 63 characters, with or without a DNS prefix and a slash before it.
  static func isKey(_ key: String) -> Bool {
    let parts = key.split(separator: "/", maxSplits: 1, omittingEmptySubsequences: false)
    guard let name = parts.last, isName(name) else { return false }
    guard parts.count == 2 else { return true }
    let prefix = parts[0]
    return prefix.utf8.count <= 253
      && prefix.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
        isName(part) && part.utf8.allSatisfy { $0 != UInt8(ascii: "_") && !(65...90).contains($0) }
      }
  }

  /// Whether `value` is empty or a name of at most 63 characters.
  static func isValue(_ value: String) -> Bool { value.isEmpty || isName(value[...]) }

  private static func isName(_ name: Substring) -> Bool {
    guard let first = name.utf8.first, let last = name.utf8.last, name.utf8.count <= 63 else { return false }
    return isAlphanumeric(first) && isAlphanumeric(last)
      && name.utf8.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }
}
