// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A place in a JSON document (RFC 6901), such as `/spec/volumes/0`.
struct JSONPointer: Sendable, Hashable {
  /// The steps from the root, unescaped.
  let steps: [String]
  private let text: String

  /// The pointer that `text` says.
  ///
  /// - Throws: ``PatchError`` when it does not begin with a slash or holds a `~` that is neither `~0` nor `~1`.
  init(_ text: String) throws(PatchError) {
    self.text = text
    guard !text.isEmpty else {
      steps = []
      return
    }
    guard text.hasPrefix("/") else {
      throw PatchError(code: .malformed, message: "the path \"\(text)\" must begin with '/'")
    }
    var steps: [String] = []
    for part in text.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      guard let step = Self.unescaped(part) else {
        throw PatchError(code: .malformed, message: "the path \"\(text)\" holds a '~' that is neither ~0 nor ~1")
      }
      steps.append(step)
    }
    self.steps = steps
  }

  private static func unescaped(_ part: Substring) -> String? {
    guard part.contains("~") else { return String(part) }
    var result = ""
    var rest = part
    while let character = rest.popFirst() {
      guard character == "~" else {
        result.append(character)
        continue
      }
      switch rest.popFirst() {
      case "0": result.append("~")
      case "1": result.append("/")
      default: return nil
      }
    }
    return result
  }

  /// Whether `other` lies below this place.
  func contains(_ other: JSONPointer) -> Bool {
    other.steps.count > steps.count && other.steps.starts(with: steps)
  }

  /// What `document` holds at this place.
  ///
  /// - Throws: ``PatchError`` when there is nothing.
  func value(in document: JSONValue) throws(PatchError) -> JSONValue {
    var value = document
    for step in steps {
      switch value {
      case .object(let object):
        guard let member = object[step] else { throw missing(step) }
        value = member
      case .array(let elements): value = elements[try index(step, in: elements, upTo: elements.count - 1)]
      case .null, .bool, .number, .string: throw missing(step)
      }
    }
    return value
  }

  /// What is done at the end of a pointer.
  enum Change: Sendable {
    /// Puts a value into an object or before an element of a list; `-` stands for the end of the list.
    case add(JSONValue)
    /// Puts a value in the place of another.
    case replace(JSONValue)
    /// Takes a value away.
    case remove
  }

  /// `document` after `change` at this place.
  ///
  /// - Throws: ``PatchError`` when the place does not exist.
  func changing(_ document: JSONValue, _ change: Change) throws(PatchError) -> JSONValue {
    try changed(document, steps[...], change)
  }

  private func changed(
    _ value: JSONValue, _ steps: ArraySlice<String>, _ change: Change
  ) throws(PatchError) -> JSONValue {
    guard let step = steps.first else {
      switch change {
      case .add(let new), .replace(let new): return new
      case .remove: return .null
      }
    }
    let isLast = steps.count == 1
    switch value {
    case .object(var object):
      switch (isLast, change) {
      case (true, .add(let new)): object[step] = new
      case (true, .remove):
        guard object[step] != nil else { throw missing(step) }
        object[step] = nil
      case (true, .replace), (false, _):
        guard let member = object[step] else { throw missing(step) }
        object[step] = try changed(member, steps.dropFirst(), change)
      }
      return .object(object)
    case .array(var elements):
      if isLast, case .add(let new) = change {
        let index = step == "-" ? elements.count : try index(step, in: elements, upTo: elements.count)
        elements.insert(new, at: index)
      } else {
        let index = try index(step, in: elements, upTo: elements.count - 1)
        if isLast, case .remove = change {
          elements.remove(at: index)
        } else {
          elements[index] = try changed(elements[index], steps.dropFirst(), change)
        }
      }
      return .array(elements)
    case .null, .bool, .number, .string: throw missing(step)
    }
  }

  private func index(_ step: String, in elements: [JSONValue], upTo last: Int) throws(PatchError) -> Int {
    let isPlain = step == "0" || (step.first != "0" && step.utf8.allSatisfy { (48...57).contains($0) })
    guard isPlain, let index = Int(step), index <= last else {
      let count = elements.count
      throw PatchError(
        code: .missingPlace,
        message: "the path \"\(text)\": \"\(step)\" is no index into a list of \(count) element\(count == 1 ? "" : "s")"
      )
    }
    return index
  }

  private func missing(_ step: String) -> PatchError {
    PatchError(code: .missingPlace, message: "the path \"\(text)\": there is no \"\(step)\"")
  }
}
