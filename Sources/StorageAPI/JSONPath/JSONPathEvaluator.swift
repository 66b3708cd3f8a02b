// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Follows the steps of a path through a document.
enum JSONPathEvaluator {
  /// How many values a step may lead to: `..` finds what is nested again and again, and twice of it its square.
  static let mostValues = 1_000_000

  /// The values that `steps` lead to, from each of `values` in turn.
  static func values(at steps: [JSONPath.Step], from values: [JSONValue]) throws(JSONPathError) -> [JSONValue] {
    var current = values
    for step in steps {
      var next: [JSONValue] = []
      for value in current {
        next += try follow(step, from: value)
        guard next.count <= mostValues else {
          throw JSONPathError(message: "it leads to more than \(mostValues) values; say less often \"..\" and \"*\"")
        }
      }
      current = next
    }
    return current
  }

  private static func follow(_ step: JSONPath.Step, from value: JSONValue) throws(JSONPathError) -> [JSONValue] {
    switch step {
    case .member(let name): return value.object?[name].map { [$0] } ?? []
    case .quoted(let name, let path):
      guard let object = value.object else { return [] }
      return (object[name] ?? object.value(at: path[...])).map { [$0] } ?? []
    case .all: return children(of: value)
    case .descendants: return [value] + descendants(of: value)
    case .index(let index):
      guard let elements = try list(value) else { return [] }
      let position = index < 0 ? index + elements.count : index
      guard elements.indices.contains(position) else {
        throw JSONPathError(message: "the index \(index) is out of bounds of a list of \(elements.count)")
      }
      return [elements[position]]
    case .slice(let from, let to, let by):
      guard let elements = try list(value) else { return [] }
      return slice(of: elements, from: from, to: to, by: by)
    case .union(let steps):
      var found: [JSONValue] = []
      for step in steps { found += try follow(step, from: value) }
      return found
    case .filter(let left, let comparison):
      guard let elements = try list(value) else { return [] }
      var kept: [JSONValue] = []
      for element in elements where try passes(element, left, comparison) { kept.append(element) }
      return kept
    }
  }

  private static func children(of value: JSONValue) -> [JSONValue] {
    switch value {
    case .array(let elements): elements
    case .object(let object): object.members.map(\.value)
    case .null, .bool, .number, .string: []
    }
  }

  private static func descendants(of value: JSONValue) -> [JSONValue] {
    children(of: value).flatMap { [$0] + descendants(of: $0) }
  }

  /// The elements of a list; nil for null, which has none.
  private static func list(_ value: JSONValue) throws(JSONPathError) -> [JSONValue]? {
    switch value {
    case .array(let elements): return elements
    case .null: return nil
    case .bool, .number, .string, .object:
      let text = JSONWriter.compact(value)
      let shown = text.count > 40 ? text.prefix(40) + "…" : text[...]
      throw JSONPathError(message: "\(shown) is no list")
    }
  }

  private static func slice(of elements: [JSONValue], from: Int?, to: Int?, by: Int) -> [JSONValue] {
    func position(_ index: Int) -> Int { min(max(index < 0 ? index + elements.count : index, 0), elements.count) }
    let start = position(from ?? 0)
    let end = max(start, position(to ?? elements.count))
    return stride(from: start, to: end, by: by).map { elements[$0] }
  }

  // MARK: - Filters

  private static func passes(
    _ element: JSONValue, _ left: JSONPath.Operand, _ comparison: JSONPath.Comparison?
  ) throws(JSONPathError) -> Bool {
    let found = try values(of: left, in: element)
    guard let comparison else { return !found.isEmpty }
    let others = try values(of: comparison.right, in: element)
    guard found.count <= 1, others.count <= 1 else {
      throw JSONPathError(message: "a filter compares one value at a time, here are \(max(found.count, others.count))")
    }
    guard let a = found.first, let b = others.first else { return false }
    let order = order(a, b)
    switch comparison.operator {
    case .equal: return order == 0
    case .notEqual: return order != 0
    case .less: return order < 0
    case .atMost: return order <= 0
    case .greater: return order > 0
    case .atLeast: return order >= 0
    }
  }

  private static func values(of operand: JSONPath.Operand, in element: JSONValue) throws(JSONPathError) -> [JSONValue] {
    switch operand {
    case .value(let value): [value]
    case .path(let steps): try values(at: steps, from: [element])
    }
  }

  /// -1, 0 or 1; numbers by their value, everything else by its text.
  private static func order(_ left: JSONValue, _ right: JSONValue) -> Int {
    if case .number(let a) = left, case .number(let b) = right, let a = Double(a), let b = Double(b) {
      return a < b ? -1 : a > b ? 1 : 0
    }
    let (a, b) = (JSONPath.text(of: left), JSONPath.text(of: right))
    return a < b ? -1 : a > b ? 1 : 0
  }
}
