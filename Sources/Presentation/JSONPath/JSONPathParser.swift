// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Reads JSONPath templates.
struct JSONPathParser {
  private let whole: String
  private let characters: [Character]
  private var at = 0

  init(_ text: String) {
    whole = text
    characters = Array(text)
  }

  private func failure(_ message: String) -> PresentationError {
    PresentationError(.jsonPath, "jsonpath \(whole): \(message) at character \(at + 1)")
  }

  private var next: Character? { at < characters.count ? characters[at] : nil }

  private func follows(_ text: String) -> Bool { characters[at...].starts(with: text) }

  private mutating func take(_ text: String) -> Bool {
    guard follows(text) else { return false }
    at += text.count
    return true
  }

  private mutating func expect(_ text: String) throws(PresentationError) {
    guard take(text) else { throw failure("expected '\(text)'") }
  }

  private mutating func skipBlanks() { while next?.isWhitespace == true { at += 1 } }

  // MARK: - Template

  mutating func template() throws(PresentationError) -> [JSONPath.Part] {
    let (parts, ended) = try parts()
    guard !ended else { throw failure("'{end}' without '{range}'") }
    return parts
  }

  /// The parts up to the end of the text or an `{end}`, and which of them it was.
  private mutating func parts() throws(PresentationError) -> (parts: [JSONPath.Part], ended: Bool) {
    var parts: [JSONPath.Part] = []
    while let character = next {
      guard character == "{" else {
        parts.append(.text(text()))
        continue
      }
      at += 1
      skipBlanks()
      if try keyword("end") { return (parts, true) }
      if follows("range ") {
        at += "range ".count
        skipBlanks()
        let list = try path()
        skipBlanks()
        try expect("}")
        let inner = try self.parts()
        guard inner.ended else { throw failure("expected '{end}'") }
        parts.append(.range(list, inner.parts))
      } else {
        try expressions(into: &parts)
      }
    }
    return (parts, false)
  }

  private mutating func keyword(_ word: String) throws(PresentationError) -> Bool {
    guard follows(word), at + word.count < characters.count, !characters[at + word.count].isLetter else { return false }
    at += word.count
    skipBlanks()
    try expect("}")
    return true
  }

  private mutating func text() -> String {
    let start = at
    while let character = next, character != "{" { at += 1 }
    return String(characters[start..<at])
  }

  /// What stands between braces: paths and quoted texts with blanks between them.
  private mutating func expressions(into parts: inout [JSONPath.Part]) throws(PresentationError) {
    while true {
      skipBlanks()
      guard let character = next else { throw failure("expected '}'") }
      if take("}") { return }
      if character == "\"" || character == "'" {
        parts.append(.text(try quoted()))
      } else {
        parts.append(.path(try path()))
      }
    }
  }

  private mutating func quoted() throws(PresentationError) -> String {
    let quote = next
    at += 1
    var text = ""
    while let character = next {
      at += 1
      if character == quote { return text }
      guard character == "\\", let escaped = next else {
        text.append(character)
        continue
      }
      at += 1
      switch escaped {
      case "n": text.append("\n")
      case "t": text.append("\t")
      case "r": text.append("\r")
      default: text.append(escaped)
      }
    }
    throw failure("a quoted text that does not end")
  }

  // MARK: - Paths

  private mutating func path() throws(PresentationError) -> JSONPath.Path {
    var path = JSONPath.Path()
    let start = at
    if take("$") { path.isFromRoot = true } else { _ = take("@") }
    if let character = next, character.isLetter { path.steps.append(.field(field())) }
    while let character = next {
      if character == "[" {
        path.steps.append(try bracket())
      } else if take("..") {
        path.steps.append(.recursive)
        if next != "[" { path.steps.append(try named()) }
      } else if take(".") {
        // A lone dot is the value itself; before a bracket it says nothing.
        if let following = next, following != "[", following != "}", !following.isWhitespace, following != ")" {
          path.steps.append(try named())
        }
      } else {
        break
      }
    }
    guard at > start else { throw failure("expected a path such as .metadata.name") }
    return path
  }

  private mutating func named() throws(PresentationError) -> JSONPath.Step {
    if take("*") { return .wildcard }
    let name = field()
    guard !name.isEmpty else { throw failure("expected the name of a field") }
    return .field(name)
  }

  /// A field's name; a backslash takes the next character as it is.
  private mutating func field() -> String {
    var name = ""
    while let character = next, !character.isWhitespace, !".,[]{}()$@=!<>".contains(character) {
      at += 1
      if character == "\\", let escaped = next {
        name.append(escaped)
        at += 1
      } else {
        name.append(character)
      }
    }
    return name
  }

  private mutating func bracket() throws(PresentationError) -> JSONPath.Step {
    try expect("[")
    skipBlanks()
    if take("?(") { return try filter() }
    var choices: [JSONPath.Step] = []
    repeat {
      skipBlanks()
      choices.append(try choice())
      skipBlanks()
    } while take(",")
    try expect("]")
    return choices.count == 1 ? choices[0] : .union(choices.map { JSONPath.Path(steps: [$0]) })
  }

  private mutating func choice() throws(PresentationError) -> JSONPath.Step {
    if take("*") { return .wildcard }
    if next == "'" || next == "\"" { return .field(try quoted()) }
    let start = integer()
    guard take(":") else {
      guard let start else { throw failure("expected a number, '*', ':' or a quoted name") }
      return .index(start)
    }
    let end = integer()
    let step = take(":") ? integer() : nil
    guard step ?? 1 > 0 else { throw failure("a step must be positive") }
    return .slice(start: start, end: end, step: step ?? 1)
  }

  private mutating func integer() -> Int? {
    let start = at
    if next == "-" { at += 1 }
    while let character = next, character.isASCII, character.isNumber { at += 1 }
    guard let value = Int(String(characters[start..<at])) else {
      at = start
      return nil
    }
    return value
  }

  // MARK: - Filters

  private mutating func filter() throws(PresentationError) -> JSONPath.Step {
    skipBlanks()
    let left = try operand()
    skipBlanks()
    guard let comparison = JSONPath.Comparison.allCases.first(where: { $0 != .exists && follows($0.rawValue) }) else {
      try expect(")]")
      return .filter(left, .exists, .literal(.null))
    }
    at += comparison.rawValue.count
    skipBlanks()
    let right = try operand()
    skipBlanks()
    try expect(")]")
    return .filter(left, comparison, right)
  }

  private mutating func operand() throws(PresentationError) -> JSONPath.Operand {
    guard let character = next else { throw failure("expected a value") }
    if character == "\"" || character == "'" { return .literal(.string(try quoted())) }
    if character == "@" || character == "$" || character == "." { return .path(try path()) }
    if take("true") { return .literal(.bool(true)) }
    if take("false") { return .literal(.bool(false)) }
    let start = at
    while let character = next, character.isASCII, character.isNumber || "-+.eE".contains(character) { at += 1 }
    let digits = String(characters[start..<at])
    guard Double(digits) != nil else { throw failure("expected a path, a quoted text, a number, true or false") }
    return .literal(.number(digits))
  }
}
