// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// What `wait --for=` asks for.
enum WaitGoal {
  case creation
  case deletion
  case condition(String, value: String)
  case path(JSONPath, text: String, value: String?)

  /// The goal that `text` says.
  init(_ text: String) throws {
    let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    switch (parts[0], parts.count > 1 ? parts[1] : nil) {
    case ("create", nil): self = .creation
    case ("delete", nil): self = .deletion
    case ("condition", let rest?) where !rest.isEmpty:
      let pair = rest.split(separator: "=", maxSplits: 1).map(String.init)
      self = .condition(pair[0], value: pair.count > 1 ? pair[1] : "True")
    case ("jsonpath", let rest?) where rest.hasPrefix("{"):
      let end = rest.firstRange(of: "}=")?.lowerBound
      let template = end.map { String(rest[...$0]) } ?? rest
      let value = end.map { String(rest[rest.index($0, offsetBy: 2)...]) }
      self = .path(try JSONPath(template: template), text: rest, value: value)
    default:
      throw UsageError("--for takes create, delete, condition=NAME[=VALUE] or jsonpath='{…}'[=VALUE], not \"\(text)\"")
    }
  }

  /// The goal in words.
  var text: String {
    switch self {
    case .creation: "create"
    case .deletion: "delete"
    case .condition(let name, let value): "condition \(name)=\(value)"
    case .path(_, let text, _): "jsonpath \(text)"
    }
  }

  /// What is printed when it is reached.
  var success: String {
    switch self {
    case .creation, .condition, .path: "condition met"
    case .deletion: "deleted"
    }
  }

  /// Whether an object that is not there has reached it.
  var isReachedByAbsence: Bool { if case .deletion = self { true } else { false } }

  /// Whether an object must be there to be waited for.
  var needsObject: Bool {
    switch self {
    case .creation, .deletion: false
    case .condition, .path: true
    }
  }

  /// Whether `object` has reached it.
  func isReached(by object: Resource) throws -> Bool {
    switch self {
    case .creation: true
    case .deletion: false
    case .condition(let name, let value):
      object.json.objects("status", "conditions").contains {
        $0.string("type").lowercased() == name.lowercased() && $0.string("status").lowercased() == value.lowercased()
      }
    case .path(let path, _, let value):
      try Self.found(path, in: object).map { $0 == value ?? $0 } ?? false
    }
  }

  /// What `path` finds in `object`, or nil when that is nothing.
  private static func found(_ path: JSONPath, in object: Resource) throws -> String? {
    let text = try path.render(.object(object.json))
    return text.isEmpty ? nil : text
  }
}
