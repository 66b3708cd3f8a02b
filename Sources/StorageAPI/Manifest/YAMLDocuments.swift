// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Yams

/// Reads the documents of a YAML text, one by one, as Kubernetes' tools do: YAML 1.1, merge keys, no duplicate keys.
///
/// Hostile texts end in an error, never in a crash, a long wait or without memory: nesting is bounded, what aliases grow to, the
/// syntax of a document (which the parser holds as a whole), and the values of the whole text.
struct YAMLDocuments {
  /// One document: its value, and on which lines the values are.
  struct Document {
    let value: JSONValue
    let lines: LineTree
  }

  /// What is wrong with a text, and on which line.
  struct Failure: Error {
    let message: String
    let line: Int?
  }

  private static let deepest = 100
  /// How many values aliases may add to a document.
  private static let mostRepeated = 100_000

  private let parser: Parser
  private let mostValues: Int
  private var values = 0
  private var depth = 0
  private var insideAlias = 0
  private var repeated = 0

  /// The documents of `text`, which may hold `mostValues` values altogether.
  ///
  /// - Throws: ``Failure`` when the text can't be begun, or a document of it is too large.
  init(_ text: String, mostValues: Int = ManifestReader.mostValues) throws(Failure) {
    try YAMLWeight.refuseHeavyDocuments(text)
    try Self.refuseAliasKeys(text)
    self.mostValues = mostValues
    do {
      parser = try Parser(yaml: text, resolver: .basic, constructor: .default, encoding: .utf8)
    } catch {
      throw Self.failure(error)
    }
  }

  /// The next document, or nil at the end of the text; after an error there is no way on.
  mutating func next() throws(Failure) -> Document? {
    let root: Yams.Node?
    do { root = try parser.nextRoot() } catch { throw Self.failure(error) }
    guard let root else { return nil }
    repeated = 0
    var seen = Anchors()
    let (value, lines) = try convert(root, &seen)
    return Document(value: value, lines: lines)
  }

  /// The places where values stood first: a value that comes again at the same place came through an alias.
  private struct Anchors {
    var furthest = (line: 0, column: 0)

    /// Whether a value at this place has been passed already; values come in the order of the text.
    mutating func isRepeated(_ mark: Mark?) -> Bool {
      guard let mark else { return false }
      if (mark.line, mark.column) < furthest { return true }
      furthest = (mark.line, mark.column)
      return false
    }
  }

  private mutating func convert(
    _ node: Yams.Node, _ anchors: inout Anchors
  ) throws(Failure) -> (JSONValue, LineTree) {
    let line = node.mark?.line ?? 1
    if anchors.isRepeated(node.mark) {
      repeated += 1 + (node.scalar?.string.utf8.count ?? 0) / 100
      guard repeated <= Self.mostRepeated else {
        throw Failure(message: "aliases repeat more than \(Self.mostRepeated) values; write them out", line: line)
      }
    }
    values += 1
    guard values <= mostValues else {
      throw Failure(message: "more than \(mostValues) values in one text; split it into several files", line: line)
    }
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.deepest else {
      throw Failure(message: "nested more than \(Self.deepest) deep", line: line)
    }
    switch node {
    case .scalar(let scalar): return (try Self.value(of: scalar, line), .leaf(line: line))
    case .sequence(let sequence):
      var values: [JSONValue] = []
      var trees: [LineTree] = []
      for element in sequence {
        let (value, tree) = try convert(element, &anchors)
        values.append(value)
        trees.append(tree)
      }
      return (.array(values), .array(line: line, trees))
    case .mapping(let mapping): return try convert(mapping, line, &anchors)
    case .alias: throw Failure(message: "an alias without an anchor", line: line)
    }
  }

  private mutating func convert(
    _ mapping: Yams.Node.Mapping, _ line: Int, _ anchors: inout Anchors
  ) throws(Failure) -> (JSONValue, LineTree) {
    var members: [JSONObject.Member] = []
    var trees: [(key: String, value: LineTree)] = []
    var merged: [(value: JSONObject.Member, tree: LineTree)] = []
    for (keyNode, valueNode) in mapping {
      let keyLine = keyNode.mark?.line ?? line
      guard case .scalar(let scalar) = keyNode else {
        throw Failure(message: "a key that is no plain word", line: keyLine)
      }
      _ = anchors.isRepeated(keyNode.mark)
      let (value, tree) = try convert(valueNode, &anchors)
      if scalar.style == .plain, scalar.string == "<<" {
        merged += try Self.merged(value, tree, keyLine)
        continue
      }
      let key = try Self.key(scalar, keyLine)
      members.append(.init(key: key, value: value))
      trees.append((key, tree.moved(to: keyLine)))
    }
    try Self.refuseDuplicates(trees, line)
    var keys = Set(trees.map(\.key))
    for (member, tree) in merged where keys.insert(member.key).inserted {
      members.append(member)
      trees.append((member.key, tree))
    }
    return (.object(JSONObject(members: members)), .object(line: line, trees))
  }

  /// The members that the value of a merge key `<<` adds: an object's, or those of a list of objects, the first ones
  /// counting.
  private static func merged(
    _ value: JSONValue, _ tree: LineTree, _ line: Int
  ) throws(Failure) -> [(value: JSONObject.Member, tree: LineTree)] {
    switch value {
    case .object(let object): return object.members.map { ($0, .leaf(line: tree.line)) }
    case .array(let elements):
      var members: [(value: JSONObject.Member, tree: LineTree)] = []
      for element in elements { members += try merged(element, tree, line) }
      return members
    default: throw Failure(message: "map merge requires map or sequence of maps as the value", line: line)
    }
  }

  private static func refuseDuplicates(
    _ trees: [(key: String, value: LineTree)], _ line: Int
  ) throws(Failure) {
    var seen: Set<String> = []
    for (key, tree) in trees where !seen.insert(key).inserted {
      throw Failure(message: "key \"\(key)\" already set in map", line: tree.line)
    }
  }

  private static func key(_ scalar: Yams.Node.Scalar, _ line: Int) throws(Failure) -> String {
    guard scalar.style == .plain else { return scalar.string }
    switch YAMLScalar.value(scalar.string) {
    case .string(let text), .number(let text): return text
    case .bool(let value): return value ? "true" : "false"
    case .null, .array, .object: throw Failure(message: "a key that is null", line: line)
    }
  }

  private static func value(of scalar: Yams.Node.Scalar, _ line: Int) throws(Failure) -> JSONValue {
    let tag = scalar.tag.rawValue
    let prefix = "tag:yaml.org,2002:"
    guard scalar.style == .plain || tag.hasPrefix(prefix) else { return .string(scalar.string) }
    switch tag.hasPrefix(prefix) ? tag.dropFirst(prefix.count) : "" {
    case "str", "timestamp": return .string(scalar.string)
    case "int", "float", "bool", "null":
      let value = YAMLScalar.value(scalar.string)
      if case .string = value { throw Failure(message: "\"\(scalar.string)\" is no \(tag)", line: line) }
      return value
    case "binary": throw Failure(message: "binary values (!!binary) are not supported", line: line)
    default:
      guard tag.isEmpty else { return .string(scalar.string) }
      let value = YAMLScalar.value(scalar.string)
      if case .string(let text) = value, [".inf", ".nan"].contains(where: { text.lowercased().hasSuffix($0) }),
        text.utf8.count <= 5
      {
        throw Failure(message: "\"\(text)\" is no number that JSON knows; quote it if it is a text", line: line)
      }
      return value
    }
  }
}

// MARK: - Guards and errors

extension YAMLDocuments {
  /// Refuses texts where aliases may be parts of keys: the parser compares keys by walking them, which a text with
  /// nested aliases can stretch without end. A few aliases can't.
  private static func refuseAliasKeys(_ text: String) throws(Failure) {
    guard text.utf8.contains(UInt8(ascii: "&")) else { return }
    let bytes = Array(text.utf8)
    var aliases = 0
    var oddKey: Int?
    for (index, byte) in bytes.enumerated() where "*?:".utf8.contains(byte) {
      let before = index > 0 ? bytes[index - 1] : 0x0a
      let after = index + 1 < bytes.count ? bytes[index + 1] : 0x0a
      let isFirst = before <= 0x20 || "[{,:-?".utf8.contains(before)
      switch byte {
      case UInt8(ascii: "*") where isFirst && after > 0x20:
        aliases += 1
        // Only the letters of a name: names that ran on to the next alias would be read again and again.
        let name = bytes[(index + 1)...].prefix(while: isNameByte)
        if bytes[name.endIndex...].first(where: { $0 != 0x20 }) == UInt8(ascii: ":") { oddKey = oddKey ?? index }
      case UInt8(ascii: "?") where isFirst && after <= 0x20: oddKey = oddKey ?? index
      case UInt8(ascii: ":"):
        let last = bytes[..<index].last { $0 != 0x20 } ?? 0
        if "]}".utf8.contains(last) { oddKey = oddKey ?? index }
      default: break
      }
    }
    guard aliases > 8, let oddKey else { return }
    throw Failure(
      message: "a key that is an alias or more than a plain word",
      line: 1 + bytes[..<oddKey].count { $0 == 0x0a })
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte) || byte == UInt8(ascii: "_")
      || byte == UInt8(ascii: "-")
  }

  private static func failure(_ error: any Error) -> Failure {
    guard let error = error as? YamlError else { return Failure(message: "\(error)", line: nil) }
    switch error {
    case .scanner(let context, let problem, let mark, _), .parser(let context, let problem, let mark, _):
      let during = context.map { " " + $0.text } ?? ""
      return Failure(message: problem + during, line: mark.line)
    case .composer(_, let problem, let mark, _): return Failure(message: problem, line: mark.line)
    case .duplicatedKeysInMapping(let keys, let context):
      return Failure(message: "key \"\(keys.first ?? "")\" already set in map", line: context.mark.line)
    case .memory: return Failure(message: "nested too deep", line: nil)
    case .reader(let problem, _, _, _): return Failure(message: problem, line: nil)
    case .no, .writer, .emitter, .representer, .dataCouldNotBeDecoded:
      return Failure(message: "unreadable YAML", line: nil)
    }
  }
}

extension LineTree {
  /// The same values with the outermost one on `line`.
  fileprivate func moved(to line: Int) -> LineTree {
    switch self {
    case .leaf: .leaf(line: line)
    case .object(_, let members): .object(line: line, members)
    case .array(_, let elements): .array(line: line, elements)
    }
  }
}
