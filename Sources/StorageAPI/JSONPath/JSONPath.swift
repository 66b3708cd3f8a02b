// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Why a template can't be read, or doesn't fit what it is used on.
public struct JSONPathError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong and where, as one sentence.
  public let message: String

  /// The message.
  public var description: String { message }
}

/// A template in kubectl's dialect of JSONPath, such as `{range .items[*]}{.metadata.name}{"\n"}{end}`.
///
/// Text outside of braces is printed as it is. Within braces stand paths, `range` and `end`, and quoted text. A member that
/// is missing prints nothing, as with `kubectl get`; an index that is out of bounds is an error.
public struct JSONPath: Sendable {
  indirect enum Node: Sendable {
    case text(String)
    case path([Step])
    case range([Step], [Node])
  }

  indirect enum Step: Sendable {
    /// `.name`
    case member(String)
    /// `['a.b']`: the member of this name, or else the path that its dots make of it.
    case quoted(String, path: [String])
    /// `.*` and `[*]`
    case all
    /// `..`: the value and everything within it.
    case descendants
    /// `[1]`, `[-1]`
    case index(Int)
    /// `[from:to:by]`
    case slice(from: Int?, to: Int?, by: Int)
    /// `[a,b]`
    case union([Step])
    /// `[?(left op right)]`, `[?(left)]`
    case filter(Operand, Comparison?)
  }

  /// What is compared in a filter.
  enum Operand: Sendable {
    case path([Step])
    case value(JSONValue)
  }

  struct Comparison: Sendable {
    enum Operator: String, CaseIterable, Sendable {
      // Longer ones first: the parser takes the first that fits.
      case notEqual = "!="
      case equal = "=="
      case atMost = "<="
      case atLeast = ">="
      case less = "<"
      case greater = ">"
    }

    let `operator`: Operator
    let right: Operand
  }

  private let source: String
  private let nodes: [Node]

  /// The template `text`, as after `-o jsonpath=`.
  ///
  /// - Throws: ``JSONPathError`` with the template and the place that can't be read.
  public init(template text: String) throws(JSONPathError) {
    source = text
    nodes = try JSONPathParser.parse(text)
  }

  /// One path, written as people do for `--sort-by` and `--for=jsonpath=`: `{.a.b}`, `.a.b` or `a.b`.
  ///
  /// - Throws: ``JSONPathError`` when it is no path, or more than one.
  public init(path text: String) throws(JSONPathError) {
    var path = text
    if path.hasPrefix("{"), path.hasSuffix("}") { path = String(path.dropFirst().dropLast()) }
    if let first = path.first, !".[@$".contains(first) { path = "." + path }
    source = text
    nodes = try JSONPathParser.parse("{" + path + "}")
    guard nodes.count == 1, case .path = nodes[0] else {
      throw JSONPathError(message: "jsonpath \"\(text)\": expected one path, such as {.metadata.name}")
    }
  }

  /// What the template prints for `value`.
  ///
  /// - Throws: ``JSONPathError`` for an index out of bounds or a step that the value's type does not have.
  public func render(_ value: JSONValue) throws(JSONPathError) -> String {
    try render(nodes, value)
  }

  /// The values at the end of the template's paths, in order.
  ///
  /// - Throws: ``JSONPathError`` for an index out of bounds or a step that the value's type does not have.
  public func values(in value: JSONValue) throws(JSONPathError) -> [JSONValue] {
    var found: [JSONValue] = []
    for case .path(let steps) in nodes { found += try evaluated(steps, [value]) }
    return found
  }

  private func render(_ nodes: [Node], _ value: JSONValue) throws(JSONPathError) -> String {
    var output = ""
    for node in nodes {
      switch node {
      case .text(let text): output += text
      case .path(let steps): output += try evaluated(steps, [value]).map(Self.text(of:)).joined(separator: " ")
      case .range(let steps, let body):
        for element in try evaluated(steps, [value]) { output += try render(body, element) }
      }
    }
    return output
  }

  private func evaluated(_ steps: [Step], _ values: [JSONValue]) throws(JSONPathError) -> [JSONValue] {
    do throws(JSONPathError) {
      return try JSONPathEvaluator.values(at: steps, from: values)
    } catch {
      throw JSONPathError(message: "jsonpath \"\(source)\": \(error.message)")
    }
  }

  /// How a value is printed: strings without quotes, objects and lists as JSON.
  static func text(of value: JSONValue) -> String { value.string ?? JSONWriter.compact(value) }
}

extension JSONPath {
  /// `objects` in the order of the values that the path has in them: numbers and quantities by size, other text by its
  /// letters; objects without the value come first. Equal ones keep their order.
  ///
  /// - Throws: ``JSONPathError`` as ``values(in:)`` does.
  public func sorted(_ objects: [JSONObject]) throws(JSONPathError) -> [JSONObject] {
    var keyed: [(key: JSONValue?, object: JSONObject)] = []
    for object in objects { keyed.append((try values(in: .object(object)).first, object)) }
    return keyed.sorted { Self.precedes($0.key, $1.key) }.map(\.object)
  }

  private static func precedes(_ left: JSONValue?, _ right: JSONValue?) -> Bool {
    guard let left, let right else { return left == nil && right != nil }
    if let a = try? Quantity(json: left), let b = try? Quantity(json: right) { return a < b }
    return text(of: left) < text(of: right)
  }
}
