// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI

/// How objects are shown: what follows `-o`.
enum OutputFormat {
  case table
  case wide
  case name
  case yaml
  case json
  case template(JSONPath)
  case columns(CustomColumns)

  /// The words that help texts list.
  static let words = "wide, yaml, json, name, jsonpath=TEMPLATE or custom-columns=HEADING:PATH,…"

  /// The format that `text` means; nil is the table.
  ///
  /// - Throws: ``UsageError`` that lists the formats.
  init(_ text: String?) throws {
    switch text {
    case nil: self = .table
    case "wide": self = .wide
    case "name": self = .name
    case "yaml": self = .yaml
    case "json": self = .json
    case let text?:
      if let template = Self.value(of: "jsonpath=", in: text) {
        self = .template(try Self.usable { try JSONPath(template: template) })
      } else if let columns = Self.value(of: "custom-columns=", in: text) {
        self = .columns(try Self.usable { try CustomColumns(columns) })
      } else {
        throw UsageError("unable to match a printer suitable for the output format \"\(text)\": use \(Self.words)")
      }
    }
  }

  private static func value(of prefix: String, in text: String) -> String? {
    text.hasPrefix(prefix) ? String(text.dropFirst(prefix.count)) : nil
  }

  private static func usable<Value>(_ make: () throws -> Value) throws -> Value {
    do { return try make() } catch { throw UsageError("\(error)") }
  }

  /// Whether the format is for people, who are told when there is nothing.
  var isForPeople: Bool {
    switch self {
    case .table, .wide, .name, .columns: true
    case .yaml, .json, .template: false
    }
  }

  /// `objects` as one document; nil for tables, which ``ObjectTables`` makes.
  ///
  /// - Parameter isSingle: whether one object was asked for by name, which is then shown without a list around it.
  func document(_ objects: [Resource], isSingle: Bool, showsHeadings: Bool = true) throws -> String? {
    switch self {
    case .table, .wide: nil
    case .name: ObjectOutput.names(objects)
    case .yaml: ObjectOutput.yaml(objects, isSingle: isSingle)
    case .json: ObjectOutput.json(objects, isSingle: isSingle)
    case .columns(let columns): objects.isEmpty ? "" : try columns.text(objects, showsHeadings: showsHeadings)
    case .template(let template):
      if isSingle, let object = objects.first {
        try template.render(.object(object.json))
      } else {
        try template.render(ObjectOutput.list(objects))
      }
    }
  }
}
