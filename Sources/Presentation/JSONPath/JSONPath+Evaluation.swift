// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

extension JSONPath {
  /// The template filled in from `document`; several values of one expression have a blank between them.
  ///
  /// What is not there leaves nothing, but an index beyond an array's end is an error.
  ///
  /// - Throws: ``PresentationError`` when an index is out of bounds.
  public func text(of document: JSONValue) throws(PresentationError) -> String {
    try Self.text(parts, at: document, in: document)
  }

  /// The values of the template's expressions in `document`, one after the other.
  ///
  /// - Throws: ``PresentationError`` when an index is out of bounds.
  public func values(in document: JSONValue) throws(PresentationError) -> [JSONValue] {
    var values: [JSONValue] = []
    for part in parts {
      if case .path(let path) = part { values += try Self.follow(path, from: document, in: document) }
    }
    return values
  }

  private static func text(
    _ parts: [Part], at value: JSONValue, in root: JSONValue
  ) throws(PresentationError) -> String {
    var text = ""
    for part in parts {
      switch part {
      case .text(let literal): text += literal
      case .path(let path): text += try follow(path, from: value, in: root).map(\.pathText).joined(separator: " ")
      case .range(let path, let inner):
        for element in try follow(path, from: value, in: root) { text += try self.text(inner, at: element, in: root) }
      }
    }
    return text
  }

  private static func follow(
    _ path: Path, from value: JSONValue, in root: JSONValue
  ) throws(PresentationError) -> [JSONValue] {
    var values = [path.isFromRoot ? root : value]
    for step in path.steps {
      var following: [JSONValue] = []
      for value in values { following += try take(step, from: value, in: root) }
      values = following
    }
    return values
  }

  private static func take(
    _ step: Step, from value: JSONValue, in root: JSONValue
  ) throws(PresentationError) -> [JSONValue] {
    switch step {
    case .field(let name): return value.object?[name].map { [$0] } ?? []
    case .wildcard: return children(of: value)
    case .recursive: return descendants(of: value)
    case .slice(let start, let end, let step): return slice(value.array ?? [], start, end, step)
    case .index(let index):
      guard let array = value.array else { return [] }
      let position = index < 0 ? index + array.count : index
      guard array.indices.contains(position) else {
        throw PresentationError(.jsonPath, "array index out of bounds: index \(index), length \(array.count)")
      }
      return [array[position]]
    case .union(let paths):
      var values: [JSONValue] = []
      for path in paths { values += try follow(path, from: value, in: root) }
      return values
    case .filter(let left, let comparison, let right):
      var kept: [JSONValue] = []
      for element in value.array ?? [] where try holds(comparison, left, right, at: element, in: root) {
        kept.append(element)
      }
      return kept
    }
  }

  private static func children(of value: JSONValue) -> [JSONValue] {
    value.array ?? value.object?.members.map(\.value) ?? []
  }

  private static func descendants(of value: JSONValue) -> [JSONValue] {
    [value] + children(of: value).flatMap(descendants)
  }

  private static func slice(_ array: [JSONValue], _ start: Int?, _ end: Int?, _ step: Int) -> [JSONValue] {
    func position(_ index: Int) -> Int { min(max(0, index < 0 ? index + array.count : index), array.count) }
    let (from, to) = (position(start ?? 0), position(end ?? array.count))
    return stride(from: from, to: max(from, to), by: step).map { array[$0] }
  }

  private static func holds(
    _ comparison: Comparison, _ left: Operand, _ right: Operand, at value: JSONValue, in root: JSONValue
  ) throws(PresentationError) -> Bool {
    func first(_ operand: Operand) throws(PresentationError) -> JSONValue? {
      switch operand {
      case .literal(let value): value
      case .path(let path): try follow(path, from: value, in: root).first
      }
    }
    guard let a = try first(left) else { return false }
    if comparison == .exists { return true }
    guard let b = try first(right) else { return false }
    switch comparison {
    case .exists: return true
    case .equal: return a.compared(with: b) == .same
    case .notEqual: return a.compared(with: b) != .same
    case .less: return a.compared(with: b) == .before
    case .greater: return a.compared(with: b) == .after
    case .lessOrEqual: return [.before, .same].contains(a.compared(with: b))
    case .greaterOrEqual: return [.after, .same].contains(a.compared(with: b))
    }
  }
}

/// How two values stand to each other.
enum ValueOrder { case before, same, after, incomparable }

extension JSONValue {
  /// How this stands to `other`: numbers by value, texts by their bytes; others are the same or incomparable.
  func compared(with other: JSONValue) -> ValueOrder {
    switch (self, other) {
    case (.number(let a), .number(let b)):
      guard let a = Double(a), let b = Double(b) else { return .incomparable }
      return a == b ? .same : a < b ? .before : .after
    case (.string(let a), .string(let b)): return a == b ? .same : a < b ? .before : .after
    default: return self == other ? .same : .incomparable
    }
  }

  /// The value as a template shows it: texts as they are, arrays and objects as JSON.
  fileprivate var pathText: String {
    switch self {
    case .string(let text): text
    case .null: ""
    case .bool, .number, .array, .object: JSONWriter.compact(self)
    }
  }
}
