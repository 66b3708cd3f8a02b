// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

/// What the API would say to a manifest, for the tables of the validation tests.
struct Verdict {
  let object: JSONObject
  let causes: [String]
  let warnings: [String]

  /// The verdict on the new object that `yaml` holds.
  static func create(_ yaml: String) throws -> Verdict { try update(yaml, old: nil) }

  /// The verdict on making what `yaml` holds of what `old` holds.
  static func update(_ yaml: String, old: String?) throws -> Verdict {
    let manifest = try ManifestReader.read(yaml)[0]
    let kind = manifest.kind ?? .pod
    let object: JSONObject
    let result: ValidationResult
    if let old {
      let stored = Admission.presentable(try ManifestReader.read(old)[0].object, kind)
      object = Admission.preparedUpdate(manifest.object, from: stored, kind)
      result = Validation.update(object, from: stored, kind)
    } else {
      object = Admission.prepared(manifest.object, kind, nameSuffix: "abcde")
      result = Validation.create(object, kind)
    }
    return Verdict(object: object, causes: result.causes.map(\.description), warnings: result.warnings)
  }
}

/// A named row of a table: a change of a good manifest, and the beginnings of the causes that it gets.
struct Row: Sendable, CustomTestStringConvertible {
  let name: String
  let text: String
  let causes: [String]

  /// The row `name`: `text` takes its place in the manifest; without `causes` it is accepted.
  init(_ name: String, _ text: String, _ causes: String...) {
    self.name = name
    self.text = text
    self.causes = causes
  }

  var testDescription: String { name }

  /// Whether `found` are the causes expected: each begins as the row says.
  func matches(_ found: [String]) -> Bool {
    found.count == causes.count && zip(found, causes).allSatisfy { $0.hasPrefix($1) }
  }
}
