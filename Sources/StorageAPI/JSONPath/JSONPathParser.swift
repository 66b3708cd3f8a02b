// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Reads a template of ``JSONPath``.
struct JSONPathParser {
  /// How deep ranges and filters may be nested.
  static let deepest = 50
  private let text: String
  private var rest: Substring
  private var depth = 0

  static func parse(_ text: String) throws(JSONPathError) -> [JSONPath.Node] {
    var parser = JSONPathParser(text: text, rest: text[...])
    return try parser.nodes(inRange: false)
  }

  private mutating func enter() throws(JSONPathError) {
    guard depth < Self.deepest else { throw failure("ranges and filters nested more than \(Self.deepest) deep") }
    depth += 1
  }

  // MARK: - The template

  /// The nodes up to the end of the text, or up to `{end}` in a range.
  private mutating func nodes(inRange: Bool) throws(JSONPathError) -> [JSONPath.Node] {
    try enter()
    defer { depth -= 1 }
    var nodes: [JSONPath.Node] = []
    while !rest.isEmpty {
      let literal = rest.prefix { $0 != "{" }
      rest = rest[literal.endIndex...]
      if !literal.isEmpty { nodes.append(.text(String(literal))) }
      guard take("{") else { break }
      skipBlanks()
      if takeWord("end") {
        try expect("}")
        guard inRange else { throw failure("{end} without {range …}") }
        return nodes
      }
      if takeWord("range") {
        let steps = try path()
        try expect("}")
        nodes.append(.range(steps, try self.nodes(inRange: true)))
      } else {
        repeat {
          guard !rest.isEmpty else { throw failure("expected '}'") }
          nodes.append(try expression())
        } while !take("}")
      }
    }
    guard !inRange else { throw failure("expected {end}") }
    return nodes
  }

  /// A quoted text or a path, and the blanks behind it.
  private mutating func expression() throws(JSONPathError) -> JSONPath.Node {
    defer { skipBlanks() }
    if let first = rest.first, first == "\"" || first == "'" { return .text(try quoted(unescaping: true)) }
    return .path(try path())
  }

  // MARK: - Paths

  private mutating func path() throws(JSONPathError) -> [JSONPath.Step] {
    guard let first = rest.first, ".[@$".contains(first) else {
      throw failure("expected a path that begins with '.', '[', '@' or '$'")
    }
    if first == "@" || first == "$" { rest.removeFirst() }
    var steps: [JSONPath.Step] = []
    while let next = rest.first, next == "." || next == "[" {
      if take("..") {
        steps.append(.descendants)
        if rest.first != "[" { steps.append(try member()) }
      } else if take(".") {
        if let next = rest.first, next == "*" || !Self.endsName(next) { steps.append(try member()) }
      } else {
        rest.removeFirst()
        steps.append(try bracket())
      }
    }
    return steps
  }

  private mutating func member() throws(JSONPathError) -> JSONPath.Step {
    if take("*") { return .all }
    var name = ""
    while let character = rest.first, !Self.endsName(character) {
      rest.removeFirst()
      if character == "\\", let escaped = rest.popFirst() { name.append(escaped) } else { name.append(character) }
    }
    guard !name.isEmpty else { throw failure("expected a member's name") }
    return .member(name)
  }

  private static func endsName(_ character: Character) -> Bool {
    character.isWhitespace || ".,[](){}=!<>'\"".contains(character)
  }

  private mutating func bracket() throws(JSONPathError) -> JSONPath.Step {
    skipBlanks()
    if take("?") { return try filter() }
    var steps = [try selector()]
    while take(",") {
      skipBlanks()
      steps.append(try selector())
    }
    try expect("]")
    return steps.count == 1 ? steps[0] : .union(steps)
  }

  /// One of the alternatives within brackets.
  private mutating func selector() throws(JSONPathError) -> JSONPath.Step {
    defer { skipBlanks() }
    if take("*") { return .all }
    if let first = rest.first, first == "'" || first == "\"" {
      let name = try quoted(unescaping: false)
      return .quoted(Self.unescaped(name), path: Self.split(name))
    }
    let from = try number()
    guard take(":") else {
      guard let from else { throw failure("expected an index, a slice, '*' or a quoted name") }
      return .index(from)
    }
    let to = try number()
    let by = take(":") ? try number() : nil
    guard (by ?? 1) > 0 else { throw failure("a slice's step must be above zero") }
    return .slice(from: from, to: to, by: by ?? 1)
  }

  private mutating func number() throws(JSONPathError) -> Int? {
    let digits = rest.prefix { $0 == "-" || $0.isASCII && $0.isNumber }
    guard !digits.isEmpty else { return nil }
    guard let number = Int(digits) else { throw failure("expected a number") }
    rest = rest[digits.endIndex...]
    return number
  }

  // MARK: - Filters

  private mutating func filter() throws(JSONPathError) -> JSONPath.Step {
    try enter()
    defer { depth -= 1 }
    try expect("(")
    skipBlanks()
    let left = try operand()
    var comparison: JSONPath.Comparison?
    if let found = JSONPath.Comparison.Operator.allCases.first(where: { rest.hasPrefix($0.rawValue) }) {
      rest = rest.dropFirst(found.rawValue.count)
      skipBlanks()
      comparison = .init(operator: found, right: try operand())
    }
    guard take(")") else { throw failure("expected a comparison (== != < <= > >=) or ')'") }
    try expect("]")
    return .filter(left, comparison)
  }

  private mutating func operand() throws(JSONPathError) -> JSONPath.Operand {
    defer { skipBlanks() }
    guard let first = rest.first else { throw failure("expected a path or a value") }
    if first == "\"" || first == "'" { return .value(.string(try quoted(unescaping: true))) }
    if ".[@$".contains(first) { return .path(try path()) }
    let word = rest.prefix { !$0.isWhitespace && !"()=!<>]}".contains($0) }
    rest = rest[word.endIndex...]
    switch word {
    case "true": return .value(true)
    case "false": return .value(false)
    default:
      guard Double(word) != nil else { throw failure("expected a path, a number or a quoted text") }
      return .value(.number(String(word)))
    }
  }

  // MARK: - Words

  /// A text in single or double quotes.
  private mutating func quoted(unescaping: Bool) throws(JSONPathError) -> String {
    guard let quote = rest.popFirst() else { throw failure("expected a quoted text") }
    var result = ""
    while let character = rest.popFirst() {
      if character == quote { return unescaping ? Self.unescaped(result) : result }
      result.append(character)
      if character == "\\", let next = rest.popFirst() { result.append(next) }
    }
    throw failure("expected \(quote)")
  }

  private static func unescaped(_ text: String) -> String {
    var result = ""
    var rest = text[...]
    while let character = rest.popFirst() {
      guard character == "\\", let next = rest.popFirst() else {
        result.append(character)
        continue
      }
      switch next {
      case "n": result.append("\n")
      case "t": result.append("\t")
      case "r": result.append("\r")
      default: result.append(next)
      }
    }
    return result
  }

  /// The names between the dots that are not escaped.
  private static func split(_ name: String) -> [String] {
    var names = [""]
    var rest = name[...]
    while let character = rest.popFirst() {
      if character == "." {
        names.append("")
      } else if character == "\\", let next = rest.popFirst() {
        names[names.count - 1].append(next)
      } else {
        names[names.count - 1].append(character)
      }
    }
    return names
  }

  private mutating func take(_ token: String) -> Bool {
    guard rest.hasPrefix(token) else { return false }
    rest = rest.dropFirst(token.count)
    return true
  }

  private mutating func takeWord(_ word: String) -> Bool {
    guard rest.hasPrefix(word) else { return false }
    let after = rest.dropFirst(word.count)
    guard let next = after.first, next.isWhitespace || next == "}" else { return false }
    rest = after
    skipBlanks()
    return true
  }

  private mutating func expect(_ token: String) throws(JSONPathError) {
    skipBlanks()
    guard take(token) else { throw failure("expected '\(token)'") }
  }

  private mutating func skipBlanks() { rest = rest.drop(while: \.isWhitespace) }

  private func failure(_ expectation: String) -> JSONPathError {
    let place = rest.isEmpty ? "the end" : "\"\(rest.prefix(200))\""
    return JSONPathError(message: "jsonpath \"\(text.prefix(1000))\": \(expectation), at \(place)")
  }
}
