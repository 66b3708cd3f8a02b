// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Label selectors")
struct LabelSelectorTests {
  /// A selector and whether it matches the labels `tier=gold`, `zone=a` and `empty=`.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let selector: JSONObject
    let matches: Bool

    init(_ name: String, _ selector: JSONObject, _ matches: Bool) {
      self.name = name
      self.selector = selector
      self.matches = matches
    }

    var testDescription: String { name }
  }

  static let labels = ["tier": "gold", "zone": "a", "empty": ""]

  static func expression(_ key: JSONValue, _ operation: JSONValue, _ values: JSONValue? = nil) -> JSONObject {
    var expression: JSONObject = ["key": key, "operator": operation]
    expression["values"] = values
    return ["matchExpressions": [.object(expression)]]
  }

  static let rows = [
    Row("the empty selector matches everything", [:], true),
    Row("a label that is equal", ["matchLabels": ["tier": "gold"]], true),
    Row("a label that differs", ["matchLabels": ["tier": "silver"]], false),
    Row("a label that is absent", ["matchLabels": ["disk": "ssd"]], false),
    Row("two labels, one of them different", ["matchLabels": ["tier": "gold", "zone": "b"]], false),
    Row("In with the value", expression("tier", "In", ["silver", "gold"]), true),
    Row("In without the value", expression("tier", "In", ["silver"]), false),
    Row("In on an absent label", expression("disk", "In", ["ssd"]), false),
    Row("NotIn with the value", expression("tier", "NotIn", ["gold"]), false),
    Row("NotIn without the value", expression("tier", "NotIn", ["silver"]), true),
    Row("NotIn on an absent label", expression("disk", "NotIn", ["ssd"]), true),
    Row("Exists on an empty label", expression("empty", "Exists"), true),
    Row("Exists on an absent label", expression("disk", "Exists"), false),
    Row("DoesNotExist on a label", expression("tier", "DoesNotExist"), false),
    Row("DoesNotExist on an absent label", expression("disk", "DoesNotExist"), true),
    Row(
      "labels and expressions are all needed",
      ["matchLabels": ["tier": "gold"], "matchExpressions": [["key": "zone", "operator": "Exists"]]], true),
    Row(
      "an expression that fails beside a label that holds",
      ["matchLabels": ["tier": "gold"], "matchExpressions": [["key": "zone", "operator": "DoesNotExist"]]], false),
  ]

  @Test("matchLabels and matchExpressions are all ANDed (B15, B59)", arguments: rows)
  func claims(_ row: Row) throws {
    let selector = try LabelSelector(json: row.selector)
    #expect(selector.matches(Self.labels) == row.matches)
    var volume = PersistentVolume(name: "pv")
    volume.metadata.labels = Self.labels
    #expect(selector.matches(volume) == row.matches)
  }

  @Test("An expression that validation would refuse is an error (V18)")
  func invalid() {
    let error = #expect(throws: LabelSelectorError.self) {
      try LabelSelector(json: Self.expression("a", "Gt", ["1"]))
    }
    #expect(error?.message == "\"Gt\" is not a valid selector operator: use In, NotIn, Exists or DoesNotExist")
    #expect(throws: LabelSelectorError.self) { try LabelSelector(json: Self.expression("a", "In")) }
    #expect(throws: LabelSelectorError.self) { try LabelSelector(json: Self.expression("a", "Exists", ["x"])) }
  }

  @Test(
    "The command line's notation is read",
    arguments: [
      ("", []), ("  ", []), ("a=b", [.init("a", .oneOf(["b"]))]), ("a == b", [.init("a", .oneOf(["b"]))]),
      ("a=", [.init("a", .oneOf([""]))]), ("c!=d", [.init("c", .noneOf(["d"]))]),
      ("e in (x, y)", [.init("e", .oneOf(["x", "y"]))]), ("f notin(z)", [.init("f", .noneOf(["z"]))]),
      ("g", [.init("g", .exists)]), ("! h", [.init("h", .absent)]), ("in in (in)", [.init("in", .oneOf(["in"]))]),
      ("a in (,b)", [.init("a", .oneOf(["", "b"]))]),
      (
        "app.kubernetes.io/name=db,e in (x,y),!h,a",
        [
          .init("app.kubernetes.io/name", .oneOf(["db"])), .init("e", .oneOf(["x", "y"])), .init("h", .absent),
          .init("a", .exists),
        ]
      ),
    ] as [(String, [LabelSelector.Requirement])])
  func commandLine(_ text: String, _ requirements: [LabelSelector.Requirement]) throws {
    #expect(try LabelSelector(commandLine: text).requirements == requirements)
  }

  @Test(
    "A selector that cannot be read says where and what was expected",
    arguments: [
      ("a=b,", "label selector \"a=b,\": expected a label's key, at the end"),
      ("a in x", "label selector \"a in x\": expected '(' and a list of values, at \"x\""),
      ("a in (x", "label selector \"a in (x\": expected ',' or ')', at the end"),
      ("a is b", "label selector \"a is b\": expected '=', '==', '!=', 'in' or 'notin' after \"a\""),
      ("=b", "label selector \"=b\": expected a label's key, at \"=b\""),
      ("a=b c", "label selector \"a=b c\": expected ',' or the end, at \"c\""),
      ("-x=b", "label selector \"-x=b\": \"-x\" is no label key"),
      ("../x/y=b", "label selector \"../x/y=b\": \"../x/y\" is no label key"),
      ("a=ü", "label selector \"a=ü\": \"ü\" is no label value"),
    ])
  func refused(_ text: String, _ message: String) {
    let error = #expect(throws: LabelSelectorError.self) { try LabelSelector(commandLine: text) }
    #expect(error?.message == message)
  }
}
