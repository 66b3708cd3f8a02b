// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// A template of texts and JSONPath expressions, as in `-o jsonpath={.metadata.name}{"\n"}`, in kubectl's dialect.
///
/// Fields, `[0]`, `[-1]`, `[1:3]`, `[0,2]`, `[*]`, `['key']`, `..name`, filters `[?(@.name == "x")]`, and `{range …}{end}`.
public struct JSONPath: Sendable {
  let parts: [Part]

  /// A piece of a template.
  enum Part: Sendable {
    case text(String)
    case path(Path)
    indirect case range(Path, [Part])
  }

  /// Steps from a starting point to any number of values.
  struct Path: Sendable {
    var steps: [Step] = []
    /// Whether the steps begin at the document, not at the value in hand.
    var isFromRoot = false
  }

  /// One step from values to values.
  enum Step: Sendable {
    case field(String)
    case wildcard
    case recursive
    case slice(start: Int?, end: Int?, step: Int)
    case index(Int)
    case union([Path])
    case filter(Operand, Comparison, Operand)
  }

  /// One side of a filter.
  enum Operand: Sendable {
    case path(Path)
    case literal(JSONValue)
  }

  /// How the sides of a filter are compared.
  enum Comparison: String, Sendable, CaseIterable {
    case exists = "", notEqual = "!=", lessOrEqual = "<=", greaterOrEqual = ">=", equal = "==", less = "<", greater =
      ">"
  }

  /// The template `text`.
  ///
  /// - Throws: ``PresentationError`` that says where the template goes wrong.
  public init(_ text: String) throws(PresentationError) {
    var parser = JSONPathParser(text)
    parts = try parser.template()
  }

  /// The single expression `text`, with or without braces and leading dot, as `--sort-by` and columns take it.
  ///
  /// - Throws: ``PresentationError`` that says where the expression goes wrong.
  public init(relaxed text: String) throws(PresentationError) {
    var inner = text[...]
    if inner.hasPrefix("{") && inner.hasSuffix("}") { inner = inner.dropFirst().dropLast() }
    if let first = inner.first, !".[$@".contains(first) { inner = "." + inner }
    try self.init("{" + inner + "}")
  }
}
