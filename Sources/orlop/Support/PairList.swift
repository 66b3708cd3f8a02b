// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// What `label` and `annotate` are asked to do: `KEY=VALUE` sets, `KEY-` takes away.
struct PairList {
  /// The words before the first pair: which objects are meant.
  let objects: [String]
  /// The new values by key; nil for keys that are to go.
  let pairs: [(key: String, value: String?)]

  /// The list that the words of a command line make.
  ///
  /// - Throws: ``UsageError`` that names the word that makes no sense.
  init(_ words: [String], of what: String) throws {
    let first = words.firstIndex { $0.contains("=") || $0.hasSuffix("-") } ?? words.endIndex
    objects = Array(words[..<first])
    guard !objects.isEmpty else { throw UsageError("say which objects, such as pvc/db, before the \(what)s") }
    guard first < words.endIndex else {
      throw UsageError("say which \(what)s: KEY=VALUE to set one, KEY- to take it away")
    }
    var pairs: [(String, String?)] = []
    for word in words[first...] {
      let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      switch (parts.count, parts[0]) {
      case (2, let key) where !key.isEmpty: pairs.append((key, parts[1]))
      case (1, let key) where key.count > 1 && key.hasSuffix("-"): pairs.append((String(key.dropLast()), nil))
      default: throw UsageError("\"\(word)\" is no \(what): write KEY=VALUE to set one, KEY- to take it away")
      }
      let key = pairs[pairs.count - 1].0
      guard pairs.count(where: { $0.0 == key }) == 1 else { throw UsageError("the \(what) \(key) is named twice") }
    }
    self.pairs = pairs
  }

  /// `object` with the pairs in its `field`, `labels` or `annotations`.
  ///
  /// - Throws: ``StatusError`` when a key has another value already, unless it is one to `overwrite`.
  func applied(to object: Resource, _ field: String, overwrite: Bool) throws -> JSONObject {
    var json = object.json
    for (key, value) in pairs {
      let present = json.optionalString("metadata", field, key)
      if let value, let present, present != value, !overwrite {
        throw StatusError(.badRequest, "'\(key)' already has a value (\(present)), and --overwrite is false")
      }
      json.set(value.map(JSONValue.string), "metadata", field, key)
    }
    if json.object("metadata", field)?.isEmpty == true { json.set(nil, "metadata", field) }
    return json
  }

  /// What is said of an object that was changed: kubectl's word, by whether something was set or only taken away.
  func word(_ set: String, _ removed: String) -> String { pairs.contains { $0.value != nil } ? set : removed }
}
