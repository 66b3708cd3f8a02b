// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// The canonical form is the same amount and a fixed point; arithmetic agrees with itself.
enum QuantityTrial {
  static func run(_ text: String) -> ParserTrial.Outcome {
    _ = QuantityExplanation(text).text
    guard let quantity = try? Quantity(text) else { return .refused }
    let canonical = quantity.canonical
    guard let again = try? Quantity(canonical) else { return "the canonical form \(canonical) is no quantity" }
    guard again == quantity else { return "the canonical form \(canonical) is another amount" }
    guard again.canonical == canonical else { return "\(canonical) becomes \(again.canonical)" }
    guard (try? Quantity(quantity.text)) == quantity else { return "the text \(quantity.text) is another amount" }
    guard -(-quantity) == quantity, quantity + .zero == quantity else { return "arithmetic changes \(canonical)" }
    guard (quantity < .zero) == (quantity.sign < 0) else { return "\(canonical) has a wrong sign" }
    // As in Kubernetes: away from zero.
    if let bytes = quantity.roundedUpBytes {
      let whole = Quantity(bytes: bytes, format: .decimalSI)
      guard quantity.sign < 0 ? whole <= quantity : whole >= quantity else {
        return "\(canonical) is rounded to \(bytes)"
      }
    }
    return .kept
  }
}

/// What a template prints depends on nothing else; text without braces is printed as it is.
enum JSONPathTrial {
  private static let document: JSONValue = [
    "kind": "List", "a.b": 1, "n": .null,
    "items": [
      ["metadata": ["name": "one", "labels": ["a/b": "c"]], "size": 1, "list": [1, 2, 3, [4, 5]], "ok": true],
      ["metadata": ["name": "two"], "size": "1Gi", "list": [], "ok": false],
    ],
  ]

  static func run(_ text: String) -> ParserTrial.Outcome {
    if let path = try? JSONPath(path: text) { _ = try? path.values(in: document) }
    guard let template = try? JSONPath(template: text) else {
      return text.contains("{") ? .refused : "a text without braces is refused"
    }
    let printed = try? template.render(document)
    guard text.contains("{") || printed == text else { return "a text without braces is printed otherwise" }
    return printed == (try? template.render(document)) ? .kept : "a template prints this and that"
  }
}

/// A selector that is written down again is the same.
enum SelectorTrial {
  static func run(_ text: String) -> ParserTrial.Outcome {
    guard let selector = try? LabelSelector(commandLine: text) else { return .refused }
    _ = selector.matches(["a": "b", "app": "web"])
    let written = selector.requirements.map(write).joined(separator: ",")
    guard let again = try? LabelSelector(commandLine: written) else { return "\(written) is refused" }
    return again == selector ? .kept : "\(written) is another selector"
  }

  private static func write(_ requirement: LabelSelector.Requirement) -> String {
    switch requirement.condition {
    case .oneOf(let values): "\(requirement.key) in (\(values.joined(separator: ",")))"
    case .noneOf(let values): "\(requirement.key) notin (\(values.joined(separator: ",")))"
    case .exists: requirement.key
    case .absent: "!" + requirement.key
    }
  }
}
