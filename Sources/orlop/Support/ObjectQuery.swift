// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import StorageAPI

/// The objects that a command line asks for, by name or by kind.
struct ObjectQuery {
  /// What `all` stands for: what people make, in the order in which it depends on each other.
  private static let everything: [Kind] = [
    .storageClass, .persistentVolume, .persistentVolumeClaim, .pod, .deployment, .statefulSet,
  ]

  /// Objects of one kind.
  struct Group {
    let kind: Kind
    var objects: [Resource] = []
    /// The version to watch from.
    var version: Int64 = 0
  }

  /// What was found, and what was named in vain.
  struct Answer {
    var groups: [Group] = []
    var refusals: [StatusError] = []

    var objects: [Resource] { groups.flatMap(\.objects) }
  }

  let names: [ObjectName]
  /// The namespace; nil for all.
  let namespace: String?
  let selector: LabelSelector?
  let fields: FieldSelector?

  /// The query of the words `TYPE[,TYPE] [NAME…]` or `TYPE/NAME…`; the type `all` stands for several.
  ///
  /// - Throws: ``UsageError`` for words that make no sense together.
  init(_ words: [String], namespace: String?, selector: String?, fields: String? = nil) throws {
    var words = words
    if let first = words.first, !first.contains("/") {
      words[0] = first.split(separator: ",").flatMap { word in
        word == "all" ? Self.everything.map(\.qualifiedPlural) : [String(word)]
      }.joined(separator: ",")
    }
    names = try ObjectName.parse(words)
    self.namespace = namespace
    do {
      self.selector = try selector.map { try LabelSelector(commandLine: $0) }
      self.fields = try fields.map { try FieldSelector($0) }
    } catch let error as StatusError {
      throw UsageError(error.message)
    } catch {
      throw UsageError("\(error)")
    }
    let isByName = names.contains { $0.name != nil }
    if isByName && namespace == nil && names.contains(where: \.kind.isNamespaced) {
      throw UsageError("a resource cannot be retrieved by name across all namespaces")
    }
    if isByName && (selector != nil || fields != nil) {
      throw UsageError("name cannot be provided when a selector is specified")
    }
  }

  /// The part of `query` that asks for `name`.
  init(_ name: ObjectName, in query: ObjectQuery) {
    names = [name]
    namespace = query.namespace
    selector = query.selector
    fields = query.fields
  }

  /// The kinds asked for, each once, in the order in which they were named.
  var kinds: [Kind] {
    var kinds: [Kind] = []
    for name in names where !kinds.contains(name.kind) { kinds.append(name.kind) }
    return kinds
  }

  /// Whether exactly one object was asked for by its name.
  var isSingle: Bool { names.count == 1 && names[0].name != nil }

  /// Where a person would look who finds nothing: a namespace, or nil for the whole store.
  var place: String? { kinds.allSatisfy(\.isNamespaced) ? namespace : nil }

  /// Whether `object` is among those asked for.
  func matches(_ object: Resource) -> Bool {
    guard let kind = object.kind else { return false }
    let isNamed = names.contains { $0.kind == kind && ($0.name == nil || $0.name == object.name) }
    return isNamed && selector?.matches(object.metadata.labels) ?? true && fields?.matches(object.json) ?? true
  }

  /// What `client` has of the objects asked for.
  func answer(of client: some Client) async throws -> Answer {
    var answer = Answer()
    for kind in kinds {
      var group = Group(kind: kind)
      for name in names where name.kind == kind {
        guard let key = name.key(in: namespace ?? "") else {
          let listing = try await client.list(kind, namespace: kind.isNamespaced ? namespace : nil)
          group.objects += listing.objects.filter(matches)
          group.version = listing.version
          continue
        }
        do {
          group.objects.append(try await client.get(key))
        } catch let error as StatusError where error.reason == .notFound {
          answer.refusals.append(error)
        }
      }
      answer.groups.append(group)
    }
    return answer
  }
}
