// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// What the command line calls an object: `pod/web`, or `pod web`.
struct ObjectName {
  let kind: Kind
  /// The name; nil when a word named the kind alone.
  let name: String?

  /// The objects that the words of a command line name: `TYPE[,TYPE] [NAME…]` or `TYPE/NAME…`.
  ///
  /// - Throws: ``UsageError`` that names the word.
  static func parse(_ words: [String]) throws -> [ObjectName] {
    guard let first = words.first else { throw UsageError("name a kind, such as pvc, or an object, such as pvc/db") }
    if first.contains("/") { return try words.map(slashed) }
    let kinds = try first.split(separator: ",").map { try kind(String($0)) }
    let names = words.dropFirst()
    if let stray = names.first(where: { $0.contains("/") }) {
      throw UsageError("\"\(stray)\": write either TYPE NAME or TYPE/NAME, not both")
    }
    guard !names.isEmpty else { return kinds.map { ObjectName(kind: $0, name: nil) } }
    return kinds.flatMap { kind in names.map { ObjectName(kind: kind, name: $0) } }
  }

  /// The keys of the objects in `namespace` that `words` name, all of them by name.
  ///
  /// - Parameter deed: what is to be done with them, such as `patch`.
  /// - Throws: ``UsageError`` for a kind without a name.
  static func keys(_ words: [String], in namespace: String, to deed: String) throws -> [ObjectKey] {
    try parse(words).map { name in
      guard let key = name.key(in: namespace) else { throw UsageError("name the \(name.kind.plural) to \(deed)") }
      return key
    }
  }

  /// The object that `word`, of the form `TYPE/NAME`, names.
  static func slashed(_ word: String) throws -> ObjectName {
    let parts = word.split(separator: "/", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 2, !parts[1].isEmpty else { throw UsageError("\"\(word)\" is not of the form TYPE/NAME") }
    return ObjectName(kind: try kind(parts[0]), name: parts[1])
  }

  /// The kind that `word` means.
  static func kind(_ word: String) throws -> Kind {
    if let kind = Kind.meant(by: word) { return kind }
    let words = Kind.all.flatMap { [$0.plural, $0.singular] + $0.shortNames }
    let hint = NearestName.of(word.lowercased(), among: words).map { "; did you mean \"\($0)\"?" } ?? ""
    throw UsageError("the server doesn't have a resource type \"\(word)\"\(hint)")
  }

  /// The object's key in `namespace`, or nil when only a kind was named.
  func key(in namespace: String) -> ObjectKey? { name.map { ObjectKey(kind, namespace: namespace, name: $0) } }
}

/// A command line that makes no sense: exit status 2.
struct UsageError: Error, CustomStringConvertible {
  let description: String

  /// The mistake, as one sentence.
  init(_ description: String) { self.description = description }
}
