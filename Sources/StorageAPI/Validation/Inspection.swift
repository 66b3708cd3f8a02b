// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The causes found while an object is looked through; the checks of each topic are extensions.
struct Inspection {
  /// What was found, in order.
  private(set) var causes: [Cause] = []
  private var known: Set<Cause> = []
  /// What was found in a stored object before: no reason to refuse an update that leaves it.
  var toleratesLabelValues = false

  /// The message for a field that may not change.
  static let immutable = "field is immutable"

  /// Notes `cause`, once.
  mutating func add(_ cause: Cause) {
    if known.insert(cause).inserted { causes.append(cause) }
  }

  /// Notes that the string at `path` breaks the rules that `problems` state.
  mutating func add(_ path: FieldPath, _ value: String, _ problems: [String]) {
    for problem in problems { add(.invalid(path, value, problem)) }
  }

  /// Notes that the field `name` of `object` is needed, if it is empty.
  mutating func require(_ name: String, of object: JSONObject, _ path: FieldPath, _ detail: String = "") {
    if object.string(name).isEmpty { add(.required(path.child(name), detail)) }
  }

  /// Notes that the word `name` of `object` is none of `supported`, if it is there and so.
  mutating func check(_ name: String, of object: JSONObject, isOneOf supported: [String], _ path: FieldPath) {
    guard let word = object.optionalString(name), !supported.contains(word) else { return }
    add(.notSupported(path.child(name), word, supported))
  }

  /// Notes that the number `name` of `object` is out of `range`, if it is there and so.
  mutating func check(
    _ name: String, of object: JSONObject, isIn range: ClosedRange<Int64>, _ path: FieldPath, _ detail: String
  ) {
    guard let number = object.integer(name), !range.contains(number) else { return }
    add(.invalid(path.child(name), number, detail))
  }

  /// Notes that `path` has a `..` among its elements.
  mutating func refuseBacksteps(_ text: String, _ path: FieldPath) {
    if Self.hasBacksteps(text) { add(.invalid(path, text, "must not contain '..'")) }
  }

  /// Notes that `text` is no path that leads downwards from where it is applied (rule V55).
  mutating func requireDescending(_ text: String, _ path: FieldPath) {
    if text.hasPrefix("/") { add(.invalid(path, text, "must be a relative path")) }
    refuseBacksteps(text, path)
  }

  /// Notes that `text` is no path of a file in a projected volume.
  mutating func requireFilePath(_ text: String, _ path: FieldPath) {
    requireDescending(text, path)
    if text.hasPrefix(".."), !text.hasPrefix("../") { add(.invalid(path, text, "must not start with '..'")) }
  }

  /// Whether one element of the path `text` is `..`.
  static func hasBacksteps(_ text: String) -> Bool { text.split(separator: "/").contains("..") }
}
