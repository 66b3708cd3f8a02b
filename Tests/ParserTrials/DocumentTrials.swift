// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI

/// What is printed is read as the same; printing that prints the same.
enum JSONTrial {
  static func run(_ text: String) -> ParserTrial.Outcome {
    guard let value = try? JSONReader.read(text) else { return .refused }
    let compact = JSONWriter.compact(value)
    guard (try? JSONReader.read(compact)) == value else { return "\(compact) is not what was read" }
    guard (try? JSONReader.read(JSONWriter.pretty(value))) == value else {
      return "pretty JSON of \(compact) is another value"
    }
    return .kept
  }
}

/// Every object of a manifest that is accepted is accepted again, and is the same, when it is printed as JSON or as YAML.
enum ManifestTrial {
  static func run(_ text: String) -> ParserTrial.Outcome {
    var isRead = false
    for case .success(let manifest) in ManifestReader.results(text) {
      isRead = true
      let json = JSONWriter.pretty(.object(manifest.object))
      if let complaint = differs(json, manifest) { return "as JSON: \(complaint)" }
      guard longestKey(.object(manifest.object)) < 200 else { continue }
      if let complaint = differs(YAMLWriter.write(.object(manifest.object)), manifest) {
        return "as YAML: \(complaint)"
      }
    }
    return isRead ? .kept : .refused
  }

  private static func differs(_ text: String, _ manifest: Manifest) -> String? {
    do {
      let again = try ManifestReader.read(text)
      return again.map(\.object) == [manifest.object] ? nil : "read as something else:\n\(text)"
    } catch {
      return "refused (\(error.message)):\n\(text)"
    }
  }

  /// YAML's readers take no more than 1024 characters before a colon, escapes counted.
  private static func longestKey(_ value: JSONValue) -> Int {
    switch value {
    case .array(let elements): elements.map(longestKey).max() ?? 0
    case .object(let object): object.members.map { max($0.key.utf8.count, longestKey($0.value)) }.max() ?? 0
    case .null, .bool, .number, .string: 0
    }
  }
}

/// Of a list `[document, patch]`: patches that are done twice are done once; results can be printed and read.
enum PatchTrial {
  static func run(_ text: String) -> ParserTrial.Outcome {
    guard let pair = (try? JSONReader.read(text))?.array, pair.count == 2 else { return .refused }
    let merged = MergePatch.apply(pair[1], to: pair[0])
    guard MergePatch.apply(pair[1], to: merged) == merged else { return "a merge patch changes its own result" }
    if let patch = try? JSONPatch(json: pair[1]), let result = try? patch.apply(to: pair[0]) {
      guard (try? JSONReader.read(JSONWriter.compact(result))) == result else {
        return "a patch's result can't be read"
      }
    }
    guard let live = pair[0].object, let manifest = pair[1].object else { return .kept }
    let applied = Apply.merge(manifest, into: live)
    return Apply.merge(manifest, into: applied) == applied
      ? .kept : "applying a manifest a second time changes something"
  }
}
