// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What a JSON text is wrong about, and where.
public struct JSONSyntaxError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong, as one clause.
  public let message: String
  /// The line, counted from 1.
  public let line: Int

  /// The line and what is wrong there.
  public var description: String { "line \(line): \(message)" }
}

/// Reads JSON text (RFC 8259) into a ``JSONValue``.
///
/// Of duplicate keys the last one counts; ``readAll(_:)`` names them for those who must refuse them (rule V3).
public struct JSONReader {
  private static let deepest = 512
  private let bytes: UnsafeBufferPointer<UInt8>
  private var at = 0
  private var depth = 0
  private var values = 0
  private var mostValues = Int.max
  /// The keys that came twice in one object, in order of appearance.
  private var duplicates: [String] = []

  /// The value that `text` holds.
  ///
  /// - Throws: ``JSONSyntaxError`` when the text is not one JSON value and nothing else.
  public static func read(_ text: String) throws(JSONSyntaxError) -> JSONValue {
    var copy = text
    let result: Result<JSONValue, JSONSyntaxError> = copy.withUTF8 { buffer in
      do throws(JSONSyntaxError) { return .success(try read(utf8: buffer)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// The value that the UTF-8 text in `bytes` holds.
  ///
  /// - Throws: ``JSONSyntaxError`` when it is not one JSON value and nothing else.
  public static func read(utf8 bytes: UnsafeBufferPointer<UInt8>) throws(JSONSyntaxError) -> JSONValue {
    var reader = JSONReader(bytes)
    return try reader.document()
  }

  /// One of several values of a text.
  public struct Piece: Sendable {
    /// The value.
    public let value: JSONValue
    /// The keys that came twice in one object of it, in order of appearance.
    public let duplicates: [String]
    /// Where the value stands among the text's bytes.
    public let range: Range<Int>
  }

  /// The values that `text` holds one after the other, as `jq` writes them; not more than `mostValues`, those within others counted.
  ///
  /// - Throws: ``JSONSyntaxError`` when there is anything else in the text.
  public static func readAll(_ text: String, mostValues: Int = .max) throws(JSONSyntaxError) -> [Piece] {
    var copy = text
    let result: Result<[Piece], JSONSyntaxError> = copy.withUTF8 { buffer in
      var reader = JSONReader(buffer)
      reader.mostValues = mostValues
      do throws(JSONSyntaxError) { return .success(try reader.pieces()) } catch { return .failure(error) }
    }
    return try result.get()
  }

  private mutating func pieces() throws(JSONSyntaxError) -> [Piece] {
    var pieces: [Piece] = []
    skipBlanks()
    while at < bytes.count {
      let start = at
      let value = try value()
      pieces.append(Piece(value: value, duplicates: duplicates, range: start..<at))
      duplicates = []
      skipBlanks()
    }
    return pieces
  }

  private init(_ bytes: UnsafeBufferPointer<UInt8>) { self.bytes = bytes }

  private mutating func document() throws(JSONSyntaxError) -> JSONValue {
    let result = try value()
    skipBlanks()
    guard at == bytes.count else { throw failure("unexpected text after the value") }
    return result
  }

  private func failure(_ message: String) -> JSONSyntaxError {
    JSONSyntaxError(message: message, line: 1 + bytes[..<min(at, bytes.count)].count { $0 == UInt8(ascii: "\n") })
  }

  private mutating func skipBlanks() {
    while at < bytes.count, bytes[at] == 0x20 || (0x09...0x0d).contains(bytes[at]) { at += 1 }
  }

  private mutating func value() throws(JSONSyntaxError) -> JSONValue {
    skipBlanks()
    guard at < bytes.count else { throw failure("unexpected end of the text") }
    values += 1
    guard values <= mostValues else {
      throw failure("more than \(mostValues) values in one text; split it into several files")
    }
    switch bytes[at] {
    case UInt8(ascii: "{"): return .object(try object())
    case UInt8(ascii: "["): return .array(try array())
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "t"): return try word("true", .bool(true))
    case UInt8(ascii: "f"): return try word("false", .bool(false))
    case UInt8(ascii: "n"): return try word("null", .null)
    default: return try number()
    }
  }

  private mutating func word(_ text: StaticString, _ value: JSONValue) throws(JSONSyntaxError) -> JSONValue {
    let end = at + text.utf8CodeUnitCount
    guard end <= bytes.count, (0..<text.utf8CodeUnitCount).allSatisfy({ bytes[at + $0] == text.utf8Start[$0] }) else {
      throw failure("unexpected character")
    }
    at = end
    return value
  }

  private mutating func nested<Value>(
    _ body: (inout JSONReader) throws(JSONSyntaxError) -> Value
  ) throws(JSONSyntaxError) -> Value {
    depth += 1
    guard depth <= Self.deepest else { throw failure("nested more than \(Self.deepest) deep") }
    at += 1
    let result = try body(&self)
    depth -= 1
    return result
  }

  private mutating func take(_ byte: UInt8) -> Bool {
    skipBlanks()
    guard at < bytes.count, bytes[at] == byte else { return false }
    at += 1
    return true
  }

  private mutating func object() throws(JSONSyntaxError) -> JSONObject {
    try nested { reader throws(JSONSyntaxError) in
      var members: [JSONObject.Member] = []
      if reader.take(UInt8(ascii: "}")) { return JSONObject() }
      repeat {
        reader.skipBlanks()
        guard reader.at < reader.bytes.count, reader.bytes[reader.at] == UInt8(ascii: "\"") else {
          throw reader.failure("expected a key in double quotes")
        }
        let key = try reader.string()
        guard reader.take(UInt8(ascii: ":")) else { throw reader.failure("expected ':' after the key") }
        members.append(.init(key: key, value: try reader.value()))
      } while reader.take(UInt8(ascii: ","))
      guard reader.take(UInt8(ascii: "}")) else { throw reader.failure("expected ',' or '}'") }
      let object = JSONObject(members: members)
      if object.count < members.count { reader.noteDuplicates(members) }
      return object
    }
  }

  private mutating func noteDuplicates(_ members: [JSONObject.Member]) {
    var seen: Set<String> = []
    for member in members where !seen.insert(member.key).inserted && duplicates.count < 100 {
      duplicates.append(member.key)
    }
  }

  private mutating func array() throws(JSONSyntaxError) -> [JSONValue] {
    try nested { reader throws(JSONSyntaxError) in
      var elements: [JSONValue] = []
      if reader.take(UInt8(ascii: "]")) { return [] }
      repeat { elements.append(try reader.value()) } while reader.take(UInt8(ascii: ","))
      guard reader.take(UInt8(ascii: "]")) else { throw reader.failure("expected ',' or ']'") }
      return elements
    }
  }

  private mutating func string() throws(JSONSyntaxError) -> String {
    at += 1
    let start = at
    while at < bytes.count, bytes[at] != UInt8(ascii: "\""), bytes[at] != UInt8(ascii: "\\") {
      guard bytes[at] >= 0x20 else { throw failure("a control character in a string") }
      at += 1
    }
    guard at < bytes.count else { throw failure("a string that does not end") }
    let plain = UnsafeBufferPointer(rebasing: bytes[start..<at])
    if bytes[at] == UInt8(ascii: "\"") {
      at += 1
      return String(decoding: plain, as: UTF8.self)
    }
    return try escapedString(after: Array(plain))
  }

  private mutating func escapedString(after plain: [UInt8]) throws(JSONSyntaxError) -> String {
    var text = plain
    while at < bytes.count {
      let byte = bytes[at]
      at += 1
      switch byte {
      case UInt8(ascii: "\""): return String(decoding: text, as: UTF8.self)
      case UInt8(ascii: "\\"): try escape(into: &text)
      case 0..<0x20: throw failure("a control character in a string")
      default: text.append(byte)
      }
    }
    throw failure("a string that does not end")
  }

  private mutating func escape(into text: inout [UInt8]) throws(JSONSyntaxError) {
    guard at < bytes.count else { throw failure("a string that does not end") }
    let byte = bytes[at]
    at += 1
    switch byte {
    case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(byte)
    case UInt8(ascii: "b"): text.append(0x08)
    case UInt8(ascii: "f"): text.append(0x0c)
    case UInt8(ascii: "n"): text.append(0x0a)
    case UInt8(ascii: "r"): text.append(0x0d)
    case UInt8(ascii: "t"): text.append(0x09)
    case UInt8(ascii: "u"): text.append(contentsOf: Array(String(Character(try unicodeEscape())).utf8))
    default: throw failure("an unknown escape in a string")
    }
  }

  private mutating func unicodeEscape() throws(JSONSyntaxError) -> Unicode.Scalar {
    let replacement = Unicode.Scalar(0xFFFD as UInt16) ?? " "
    let first = try hexUnit()
    if let scalar = Unicode.Scalar(first) { return scalar }
    guard (0xD800..<0xDC00).contains(first), at + 1 < bytes.count, bytes[at] == UInt8(ascii: "\\"),
      bytes[at + 1] == UInt8(ascii: "u")
    else { return replacement }
    at += 2
    let second = try hexUnit()
    guard (0xDC00..<0xE000).contains(second) else { return replacement }
    return Unicode.Scalar(0x10000 + (UInt32(first) - 0xD800) << 10 + (UInt32(second) - 0xDC00)) ?? replacement
  }

  private mutating func hexUnit() throws(JSONSyntaxError) -> UInt16 {
    guard at + 4 <= bytes.count,
      let unit = UInt16(String(decoding: UnsafeBufferPointer(rebasing: bytes[at..<at + 4]), as: UTF8.self), radix: 16)
    else { throw failure("a \\u escape without four hexadecimal digits") }
    at += 4
    return unit
  }

  private mutating func digits() -> Int {
    let start = at
    while at < bytes.count, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(bytes[at]) { at += 1 }
    return at - start
  }

  private mutating func number() throws(JSONSyntaxError) -> JSONValue {
    let start = at
    if bytes[at] == UInt8(ascii: "-") { at += 1 }
    guard digits() > 0 else { throw failure("unexpected character") }
    if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
      at += 1
      guard digits() > 0 else { throw failure("a number that ends in '.'") }
    }
    if at < bytes.count, bytes[at] == UInt8(ascii: "e") || bytes[at] == UInt8(ascii: "E") {
      at += 1
      if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
      guard digits() > 0 else { throw failure("a number without digits in its exponent") }
    }
    return .number(String(decoding: UnsafeBufferPointer(rebasing: bytes[start..<at]), as: UTF8.self))
  }
}
