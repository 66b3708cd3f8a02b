// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A list of operations on a document (RFC 6902), all or none of which happen.
public struct JSONPatch: Sendable {
  private enum Operation: Sendable {
    case change(JSONPointer, JSONPointer.Change)
    case move(from: JSONPointer, to: JSONPointer)
    case copy(from: JSONPointer, to: JSONPointer)
    case test(JSONPointer, JSONValue, path: String)
  }

  /// How many operations a patch may have, and how many values its copies may add to a document; a patch that copies the
  /// document into itself would double it each time.
  static let (mostOperations, mostCopied) = (10_000, 100_000)
  /// How deep a patch may nest a document, which must be possible to read again.
  static let deepest = 500

  private let operations: [Operation]

  /// The patch that `json` says: an array of objects with `op`, `path` and what the operation needs.
  ///
  /// - Throws: ``PatchError`` with the operation that is malformed, counted from 1.
  public init(json: JSONValue) throws(PatchError) {
    guard case .array(let elements) = json else {
      throw PatchError(code: .malformed, message: "a JSON patch is an array of operations")
    }
    guard elements.count <= Self.mostOperations else {
      throw PatchError(
        code: .malformed,
        message: "a JSON patch of \(elements.count) operations; at most \(Self.mostOperations) are done")
    }
    var operations: [Operation] = []
    for (index, element) in elements.enumerated() {
      do throws(PatchError) {
        operations.append(try Self.operation(element.object ?? JSONObject()))
      } catch {
        throw PatchError(code: error.code, message: "operation \(index + 1): \(error.message)")
      }
    }
    self.operations = operations
  }

  private static func operation(_ json: JSONObject) throws(PatchError) -> Operation {
    let path = try JSONPointer(try string("path", of: json))
    switch try string("op", of: json) {
    case "add": return .change(path, .add(try value(of: json)))
    case "replace": return .change(path, .replace(try value(of: json)))
    case "remove": return .change(path, .remove)
    case "test": return .test(path, try value(of: json), path: json.string("path"))
    case "copy": return .copy(from: try JSONPointer(try string("from", of: json)), to: path)
    case "move":
      let source = try JSONPointer(try string("from", of: json))
      guard !source.contains(path) else {
        throw PatchError(code: .malformed, message: "\"\(json.string("from"))\" can't be moved into itself")
      }
      return .move(from: source, to: path)
    case let other:
      throw PatchError(
        code: .malformed, message: "\"\(other)\" is no operation: use add, remove, replace, move, copy or test")
    }
  }

  private static func string(_ key: String, of json: JSONObject) throws(PatchError) -> String {
    guard let value = json[key]?.string else {
      throw PatchError(code: .malformed, message: "a string \"\(key)\" is missing")
    }
    return value
  }

  private static func value(of json: JSONObject) throws(PatchError) -> JSONValue {
    guard let value = json["value"] else { throw PatchError(code: .malformed, message: "a \"value\" is missing") }
    return value
  }

  /// `document` after all operations.
  ///
  /// - Throws: ``PatchError`` with the first operation that does not fit, counted from 1; nothing has changed then.
  public func apply(to document: JSONValue) throws(PatchError) -> JSONValue {
    var result = document
    var copied = 0
    for (index, operation) in operations.enumerated() {
      do throws(PatchError) {
        result = try Self.apply(operation, to: result, copied: &copied)
      } catch {
        throw PatchError(code: error.code, message: "operation \(index + 1): \(error.message)")
      }
    }
    return result
  }

  private static func apply(
    _ operation: Operation, to document: JSONValue, copied: inout Int
  ) throws(PatchError) -> JSONValue {
    switch operation {
    case .change(let place, let change):
      switch change {
      case .add(let value), .replace(let value): try refuseDepth(value, at: place)
      case .remove: break
      }
      return try place.changing(document, change)
    case .copy(let source, let target):
      let value = try source.value(in: document)
      copied += value.count(upTo: Self.mostCopied)
      guard copied <= Self.mostCopied else {
        throw PatchError(code: .malformed, message: "the patch copies more than \(Self.mostCopied) values")
      }
      try refuseDepth(value, at: target)
      return try target.changing(document, .add(value))
    case .move(let source, let target):
      let value = try source.value(in: document)
      try refuseDepth(value, at: target)
      return try target.changing(try source.changing(document, .remove), .add(value))
    case .test(let place, let expected, let path):
      guard isSame(try place.value(in: document), expected) else {
        throw PatchError(
          code: .failedTest, message: "the value at \"\(path)\" is not \(JSONWriter.compact(expected))")
      }
      return document
    }
  }

  private static func refuseDepth(_ value: JSONValue, at place: JSONPointer) throws(PatchError) {
    guard place.steps.count + value.depth > deepest else { return }
    throw PatchError(code: .malformed, message: "the patch nests values more than \(deepest) deep")
  }

  /// Whether both values are equal; numbers by their value, not by their text.
  private static func isSame(_ left: JSONValue, _ right: JSONValue) -> Bool {
    switch (left, right) {
    case (.number(let a), .number(let b)): a == b || Double(a) == Double(b)
    case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy(isSame)
    case (.object(let a), .object(let b)):
      a.keys == b.keys && zip(a.members, b.members).allSatisfy { isSame($0.value, $1.value) }
    default: left == right
    }
  }
}

extension JSONValue {
  /// How many values it holds, itself counted; stops counting soon after `limit`.
  fileprivate func count(upTo limit: Int) -> Int {
    var count = 1
    for child in children {
      guard count <= limit else { break }
      count += child.count(upTo: limit - count)
    }
    return count
  }

  /// How many levels it has: 1 when it holds no others.
  fileprivate var depth: Int { 1 + (children.map(\.depth).max() ?? 0) }

  private var children: [JSONValue] {
    switch self {
    case .array(let elements): elements
    case .object(let object): object.members.map(\.value)
    case .null, .bool, .number, .string: []
    }
  }
}
