// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("JSONPath templates")
struct JSONPathTests {
  static let list = #"""
    {"kind": "List", "items": [
      {"metadata": {"name": "a", "labels": {"tier": "gold", "app.kubernetes.io/name": "db"},
                    "annotations": {"pv.kubernetes.io/bind-completed": "yes"}},
       "spec": {"accessModes": ["RWO", "RWX"], "replicas": 3, "paused": true},
       "status": {"phase": "Bound", "conditions": [{"type": "Ready", "status": "True"},
                                                   {"type": "Resizing", "status": "False"}]}},
      {"metadata": {"name": "b"}, "spec": {"accessModes": [], "replicas": 10}, "status": {"phase": "Pending"}}
    ]}
    """#

  static let document = Result { try JSONReader.read(list) }

  @Test(
    "A template prints what kubectl prints",
    arguments: [
      ("{.kind}", "List"), ("{@.kind}", "List"), ("{$.kind}", "List"), ("kind: {.kind}!", "kind: List!"),
      ("{.items[0].metadata.name}", "a"), ("{.items[-1].metadata.name}", "b"),
      ("{.items[*].metadata.name}", "a b"), ("{.items.*.metadata.name}", "a b"), ("{.items[0:1].metadata.name}", "a"),
      ("{.items[:].metadata.name}", "a b"), ("{.items[-1:].metadata.name}", "b"), ("{.items[::2].metadata.name}", "a"),
      ("{.items[0,1].metadata.name}", "a b"), ("{.items[5:9].metadata.name}", ""),
      (#"{range .items[*]}{.metadata.name}{"\t"}{.status.phase}{"\n"}{end}"#, "a\tBound\nb\tPending\n"),
      (#"{range .items[*]}[{range .spec.accessModes[*]}<{@}>{end}]{end}"#, "[<RWO><RWX>][]"),
      (#"{.items[?(@.metadata.name=="b")].spec.replicas}"#, "10"),
      ("{.items[?(@.metadata.name != 'b')].metadata.name}", "a"), ("{.items[?(@.spec.replicas>3)].metadata.name}", "b"),
      ("{.items[?(@.spec.replicas<=3)].metadata.name}", "a"), ("{.items[?(@.spec.paused==true)].metadata.name}", "a"),
      ("{.items[?(@.metadata.labels)].metadata.name}", "a"),
      (#"{.items[0].status.conditions[?(@.type=="Ready")].status}"#, "True"),
      (#"{.items[0].metadata.annotations.pv\.kubernetes\.io/bind-completed}"#, "yes"),
      (#"{.items[0].metadata.annotations['pv\.kubernetes\.io/bind-completed']}"#, "yes"),
      ("{.items[0].metadata.annotations['pv.kubernetes.io/bind-completed']}", "yes"),
      (#"{.items[0].metadata.labels["app.kubernetes.io/name"]}"#, "db"),
      ("{.items[*]['metadata.name', 'status.phase']}", "a Bound b Pending"),
      ("{..name}", "a b"),
      (
        "{.items[0]..status}",
        #"{"conditions":[{"status":"True","type":"Ready"},{"status":"False","type":"Resizing"}],"phase":"Bound"} True False"#
      ),
      ("{.items[0].spec.accessModes}", #"["RWO","RWX"]"#), ("{.items[0].spec.paused}", "true"),
      ("{.missing.deeper}", ""), ("{.kind.deeper}", ""), ("{.missing[0]}", ""), ("", ""), ("plain", "plain"),
      (#"{"it's"}{'\n'}{"\""}"#, "it's\n\""), ("{.kind .kind}", "ListList"), ("{ .kind }", "List"),
    ])
  func render(_ template: String, _ output: String) throws {
    #expect(try JSONPath(template: template).render(Self.document.get()) == output)
  }

  @Test("The root prints as JSON")
  func root() throws {
    #expect(try JSONPath(template: "{.}").render(["a": [1, .null]]) == #"{"a":[1,null]}"#)
    #expect(try JSONPath(template: "{@}").render("x") == "x")
  }

  @Test(
    "What can't be read is told with its place",
    arguments: [
      ("{.a", "jsonpath \"{.a\": expected '}', at the end"),
      ("{range .items[*]}{.a}", "jsonpath \"{range .items[*]}{.a}\": expected {end}, at the end"),
      ("{end}", "jsonpath \"{end}\": {end} without {range …}, at the end"),
      ("{.a[}", "jsonpath \"{.a[}\": expected an index, a slice, '*' or a quoted name, at \"}\""),
      ("{.a[1}", "jsonpath \"{.a[1}\": expected ']', at \"}\""),
      ("{.a['x]}", "jsonpath \"{.a['x]}\": expected ', at the end"),
      ("{..}", "jsonpath \"{..}\": expected a member's name, at \"}\""),
      ("{kind}", "jsonpath \"{kind}\": expected a path that begins with '.', '[', '@' or '$', at \"kind}\""),
      ("{}", "jsonpath \"{}\": expected a path that begins with '.', '[', '@' or '$', at \"}\""),
      (
        "{.a[?(@.b=~'x')]}",
        "jsonpath \"{.a[?(@.b=~'x')]}\": expected a comparison (== != < <= > >=) or ')', at \"=~'x')]}\""
      ),
      ("{.a[0:5:0]}", "jsonpath \"{.a[0:5:0]}\": a slice's step must be above zero, at \"]}\""),
    ])
  func refused(_ template: String, _ message: String) {
    let error = #expect(throws: JSONPathError.self) { try JSONPath(template: template) }
    #expect(error?.message == message)
  }

  @Test(
    "What doesn't fit the document is told",
    arguments: [
      ("{.items[2]}", "jsonpath \"{.items[2]}\": the index 2 is out of bounds of a list of 2"),
      ("{.items[-3]}", "jsonpath \"{.items[-3]}\": the index -3 is out of bounds of a list of 2"),
      ("{.kind[0]}", "jsonpath \"{.kind[0]}\": \"List\" is no list"),
      ("{.items[?(@..name=='a')]}", nil),
      (
        "{.items[?(@.status..status=='a')]}",
        "jsonpath \"{.items[?(@.status..status=='a')]}\": a filter compares one value at a time, here are 2"
      ),
    ])
  func unfit(_ template: String, _ message: String?) throws {
    let path = try JSONPath(template: template)
    guard let message else {
      #expect(try path.render(Self.document.get()).contains(#""name":"a""#))
      return
    }
    let error = #expect(throws: JSONPathError.self) { try path.render(Self.document.get()) }
    #expect(error?.message == message)
  }

  @Test(
    "A path may be written without braces and dot",
    arguments: ["{.status.phase}", ".status.phase", "status.phase", "{status.phase}", "['status.phase']"])
  func relaxed(_ text: String) throws {
    let value: JSONValue = ["status": ["phase": "Bound"]]
    #expect(try JSONPath(path: text).values(in: value) == ["Bound"])
    #expect(throws: JSONPathError.self) { try JSONPath(path: text + "}{.x") }
  }

  @Test("Objects sort by numbers, quantities and text, those without a value first")
  func sorting() throws {
    func names(_ values: [JSONValue?]) throws -> [String] {
      let objects = values.enumerated().map { index, value in
        var object: JSONObject = ["name": .string("\(index)")]
        object["key"] = value
        return object
      }
      return try JSONPath(path: ".key").sorted(objects).map { $0.string("name") }
    }
    #expect(try names([10, 9, .null, 1]) == ["2", "3", "1", "0"])
    #expect(try names(["1Gi", "400M", "400Mi", "1000Mi"]) == ["1", "2", "3", "0"])
    #expect(try names(["b", "a", "b", "a"]) == ["1", "3", "0", "2"])
    #expect(try names(["2026-11-21T13:00:00Z", "2025-11-21T13:00:00Z"]) == ["1", "0"])
  }

  @Test("Ranges and filters nested without end are refused, in a message that ends")
  func nested() {
    let ranges = String(repeating: "{range .a}", count: 20_000)
    let nested = #expect(throws: JSONPathError.self) { try JSONPath(template: ranges) }
    #expect(nested?.message.contains("ranges and filters nested more than 50 deep") == true)
    let filters = "{.a" + String(repeating: "[?(@.a", count: 20_000)
    let deep = #expect(throws: JSONPathError.self) { try JSONPath(template: filters) }
    #expect(deep?.message.contains("ranges and filters nested more than 50 deep") == true)
    #expect((deep?.message.utf8.count ?? 0) < 2000)
  }

  @Test("A path that finds everything again and again ends")
  func manyValues() throws {
    var value: JSONValue = 1
    for _ in 0..<60 { value = ["a": value] }
    let path = try JSONPath(template: "{" + String(repeating: "..*", count: 10) + "}")
    let error = #expect(throws: JSONPathError.self) { try path.render(value) }
    #expect(error?.message.contains("it leads to more than 1000000 values") == true)
  }
}
