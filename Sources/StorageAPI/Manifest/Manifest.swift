// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Synchronization

/// One object of a text: a document of its own, or an item of a `List`.
public struct Manifest: Sendable {
  /// The document, counted from 1; the items of a list have the document's number.
  public let document: Int
  /// The line where the object begins, counted from 1.
  public var line: Int { line(of: "") }
  /// The object; of a checked manifest as the API would store it before defaulting.
  public let object: JSONObject
  /// The object with its nulls and empty values, which the API does not store but which tell ``Apply`` that something is to go.
  public let written: JSONObject
  /// The object's kind; nil only for unchecked manifests.
  public let kind: Kind?

  private let place: Place
  /// Where the object stands in its document, such as `items[3]`.
  private let prefix: String

  init(
    document: Int, object: JSONObject, written: JSONObject? = nil, kind: Kind?, place: Place, prefix: String
  ) {
    self.document = document
    self.object = object
    self.written = written ?? object
    self.kind = kind
    self.place = place
    self.prefix = prefix
  }

  /// The object `item` that stands at `path` of this one's document.
  func part(_ item: JSONObject, _ path: String) -> Manifest {
    let prefix = prefix.isEmpty ? path : prefix + "." + path
    return Manifest(document: document, object: item, kind: nil, place: place, prefix: prefix)
  }

  /// This manifest with what the check made of it.
  func checked(_ object: JSONObject, written: JSONObject, _ kind: Kind) -> Manifest {
    Manifest(document: document, object: object, written: written, kind: kind, place: place, prefix: prefix)
  }

  /// The object without its type.
  public var resource: Resource { Resource(json: object) }

  /// The object's name as messages show it: its name, or the prefix that its name will be made from.
  public var displayName: String {
    let name = object.string("metadata", "name")
    return name.isEmpty ? object.string("metadata", "generateName") : name
  }

  /// The line of `field`, written as in causes (`spec.volumes[0].name`), or of the closest value around it that is there.
  public func line(of field: String) -> Int { place.line(of: prefix + "." + field) }

  /// `error` with the place of its first cause in the text.
  public func placed(_ error: StatusError) -> StatusError {
    guard error.origin == nil else { return error }
    var error = error
    error.origin = .init(document: document, line: line(of: error.causes.first?.field ?? ""))
    return error
  }
}

/// Where the values of a document stand in the text; found out when asked for the first time.
final class Place: Sendable {
  private let lines: Mutex<LineTree?>
  private let json: Substring
  private let firstLine: Int

  /// The places of a YAML document.
  init(_ tree: LineTree) {
    lines = Mutex(tree)
    json = ""
    firstLine = 1
  }

  /// The places of the JSON text `json`, which begins on line `firstLine`.
  init(json: Substring, firstLine: Int) {
    lines = Mutex(nil)
    self.json = json
    self.firstLine = firstLine
  }

  func line(of field: String) -> Int {
    lines.withLock { lines in
      if let lines { return lines.line(of: field[...]) }
      var finder = JSONLines(json, firstLine: firstLine)
      let tree = finder.tree()
      lines = tree
      return tree.line(of: field[...])
    }
  }
}
