// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Finds the lines of the values of a JSON text, and keys that come twice in one object.
///
/// Only for texts that ``JSONReader`` has read: here nothing is checked. It is run when there is an error to place, so
/// that reading good JSON costs nothing more.
struct JSONLines {
  /// How many keys that came twice are named.
  static let mostDuplicates = 20
  private let bytes: [UInt8]
  private var at = 0
  private var line: Int
  /// The steps to the value that is being read, such as `.spec` and `[3]`; joined only when a message needs them.
  private var path: [String] = []
  /// The path and the line of the first keys that came twice.
  private(set) var duplicates: [(field: String, line: Int)] = []

  init(_ text: Substring, firstLine: Int = 1) {
    bytes = Array(text.utf8)
    line = firstLine
  }

  /// The lines of the whole text.
  mutating func tree() -> LineTree {
    skipBlanks()
    return value()
  }

  private mutating func skipBlanks() {
    while at < bytes.count, bytes[at] <= 0x20 || bytes[at] == UInt8(ascii: ",") || bytes[at] == UInt8(ascii: ":") {
      if bytes[at] == 0x0a { line += 1 }
      at += 1
    }
  }

  private mutating func value(from start: Int? = nil) -> LineTree {
    let start = start ?? line
    guard at < bytes.count else { return .leaf(line: start) }
    switch bytes[at] {
    case UInt8(ascii: "{"): return object(start)
    case UInt8(ascii: "["): return array(start)
    case UInt8(ascii: "\""): _ = string()
    default:
      while at < bytes.count, bytes[at] > 0x20, !",]}".utf8.contains(bytes[at]) { at += 1 }
    }
    return .leaf(line: start)
  }

  private mutating func object(_ start: Int) -> LineTree {
    var members: [(key: String, value: LineTree)] = []
    var seen: Set<String> = []
    at += 1
    skipBlanks()
    while at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
      let keyLine = line
      let key = string()
      path.append(path.isEmpty ? key : "." + key)
      if !seen.insert(key).inserted, duplicates.count < Self.mostDuplicates {
        duplicates.append((path.joined(), keyLine))
      }
      skipBlanks()
      members.append((key, value(from: keyLine)))
      path.removeLast()
      skipBlanks()
    }
    at += 1
    return .object(line: start, members)
  }

  private mutating func array(_ start: Int) -> LineTree {
    var elements: [LineTree] = []
    at += 1
    skipBlanks()
    while at < bytes.count, bytes[at] != UInt8(ascii: "]") {
      path.append("[\(elements.count)]")
      elements.append(value())
      path.removeLast()
      skipBlanks()
    }
    at += 1
    return .array(line: start, elements)
  }

  private mutating func string() -> String {
    let start = at + 1
    at += 1
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
    let end = min(at, bytes.count)
    at += 1
    return start <= end ? String(decoding: bytes[start..<end], as: UTF8.self) : ""
  }
}
