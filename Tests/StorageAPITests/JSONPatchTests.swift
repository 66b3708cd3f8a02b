// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("JSON patches")
struct JSONPatchTests {
  static func apply(_ patch: String, to target: String) throws -> String {
    JSONWriter.compact(try JSONPatch(json: JSONReader.read(patch)).apply(to: JSONReader.read(target)))
  }

  @Test(
    "Each operation does what it says (RFC 6902)",
    arguments: [
      (#"[{"op":"add","path":"/b","value":1}]"#, #"{"a":0}"#, #"{"a":0,"b":1}"#),
      (#"[{"op":"add","path":"/a","value":null}]"#, #"{"a":0}"#, #"{"a":null}"#),
      (#"[{"op":"add","path":"/a/1","value":"x"}]"#, #"{"a":["p","q"]}"#, #"{"a":["p","x","q"]}"#),
      (#"[{"op":"add","path":"/a/-","value":"x"}]"#, #"{"a":["p"]}"#, #"{"a":["p","x"]}"#),
      (#"[{"op":"add","path":"","value":[1]}]"#, #"{"a":0}"#, "[1]"),
      (#"[{"op":"remove","path":"/a/0"}]"#, #"{"a":["p","q"]}"#, #"{"a":["q"]}"#),
      (#"[{"op":"remove","path":"/metadata/finalizers"}]"#, #"{"metadata":{"finalizers":["f"]}}"#, #"{"metadata":{}}"#),
      (#"[{"op":"replace","path":"/a/b","value":2}]"#, #"{"a":{"b":1}}"#, #"{"a":{"b":2}}"#),
      (#"[{"op":"replace","path":"/a/1/c","value":2}]"#, #"{"a":[0,{"c":1}]}"#, #"{"a":[0,{"c":2}]}"#),
      (#"[{"op":"move","from":"/a","path":"/b"}]"#, #"{"a":1}"#, #"{"b":1}"#),
      (#"[{"op":"move","from":"/a/0","path":"/a/1"}]"#, #"{"a":[1,2]}"#, #"{"a":[2,1]}"#),
      (#"[{"op":"copy","from":"/a","path":"/b"}]"#, #"{"a":[1]}"#, #"{"a":[1],"b":[1]}"#),
      (#"[{"op":"test","path":"/a","value":1.0},{"op":"remove","path":"/a"}]"#, #"{"a":1}"#, "{}"),
      (
        #"[{"op":"add","path":"/m/pv.kubernetes.io~1x~0y","value":"z"}]"#, #"{"m":{}}"#,
        #"{"m":{"pv.kubernetes.io/x~y":"z"}}"#
      ),
      ("[]", "{}", "{}"),
    ])
  func operations(_ patch: String, _ target: String, _ result: String) throws {
    #expect(try Self.apply(patch, to: target) == result)
  }

  @Test(
    "An operation that does not fit is named, with the place",
    arguments: [
      (#"[{"op":"remove","path":"/b"}]"#, #"operation 1: the path "/b": there is no "b""#),
      (#"[{"op":"replace","path":"/b","value":1}]"#, #"operation 1: the path "/b": there is no "b""#),
      (#"[{"op":"add","path":"/a/b/c","value":1}]"#, #"operation 1: the path "/a/b/c": there is no "b""#),
      (
        #"[{"op":"add","path":"/l/3","value":1}]"#,
        #"operation 1: the path "/l/3": "3" is no index into a list of 2 elements"#
      ),
      (
        #"[{"op":"remove","path":"/l/-"}]"#,
        #"operation 1: the path "/l/-": "-" is no index into a list of 2 elements"#
      ),
      (
        #"[{"op":"remove","path":"/l/01"}]"#,
        #"operation 1: the path "/l/01": "01" is no index into a list of 2 elements"#
      ),
      (
        #"[{"op":"remove","path":"/a"},{"op":"test","path":"/l/0","value":9}]"#,
        #"operation 2: the value at "/l/0" is not 9"#
      ),
      (#"{"op":"remove"}"#, "a JSON patch is an array of operations"),
      (#"[{"op":"remove"}]"#, #"operation 1: a string "path" is missing"#),
      (#"[{"op":"add","path":"/x"}]"#, #"operation 1: a "value" is missing"#),
      (
        #"[{"op":"delete","path":"/x"}]"#,
        #"operation 1: "delete" is no operation: use add, remove, replace, move, copy or test"#
      ),
      (#"[{"op":"remove","path":"x"}]"#, #"operation 1: the path "x" must begin with '/'"#),
      (#"[{"op":"remove","path":"/~2"}]"#, #"operation 1: the path "/~2" holds a '~' that is neither ~0 nor ~1"#),
      (#"[{"op":"move","from":"/a","path":"/a/b"}]"#, #"operation 1: "/a" can't be moved into itself"#),
    ])
  func refused(_ patch: String, _ message: String) {
    let error = #expect(throws: PatchError.self) { try Self.apply(patch, to: #"{"a":{},"l":[1,2]}"#) }
    #expect(error?.message == message)
  }

  @Test("A patch that doubles the document again and again is refused, before it takes the memory")
  func doubling() {
    let copies = (0..<40).map { _ in #"{"op":"copy","from":"","path":"/a"}"# }.joined(separator: ",")
    let error = #expect(throws: PatchError.self) {
      try Self.apply("[" + copies.replacing("/a\"", with: "/-\"") + "]", to: "[1,2]")
    }
    #expect(error?.message.contains("the patch copies more than 100000 values") == true)
  }

  @Test("A patch that nests the document deeper than can be read again is refused")
  func nesting() {
    let inner = String(repeating: "[", count: 300) + String(repeating: "]", count: 300)
    let twice =
      #"[{"op":"add","path":"/a","value":"# + inner + #"},{"op":"add","path":"/a"# + String(repeating: "/0", count: 299)
      + #"/-","value":"# + inner + "}]"
    let added = #expect(throws: PatchError.self) { try Self.apply(twice, to: "{}") }
    #expect(added?.message.hasPrefix("operation 2: the patch nests values more than 500 deep") == true)
  }

  @Test("A patch of more operations than anybody means is refused")
  func manyOperations() {
    let patch = "[" + repeatElement(#"{"op":"remove","path":"/a"}"#, count: 10_001).joined(separator: ",") + "]"
    let error = #expect(throws: PatchError.self) { try Self.apply(patch, to: "{}") }
    #expect(error?.message == "a JSON patch of 10001 operations; at most 10000 are done")
  }
}
