// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Patches of objects")
struct ObjectPatchTests {
  private static let pod: JSONObject = [
    "apiVersion": "v1", "kind": "Pod", "metadata": ["name": "p", "namespace": "default", "labels": ["a": "b"]],
    "spec": [
      "containers": [["name": "c", "image": "one"], ["name": "d", "image": "two"]], "nodeName": "n",
      "tolerations": [["key": "x"]],
    ], "status": ["phase": "Running"],
  ]

  /// A patch, its form, and what it makes of the pod's `path`.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let form: ObjectPatch.Form
    let text: String
    let path: [String]
    let result: JSONValue?
    var testDescription: String { name }
  }

  static let rows = [
    Row(
      name: "strategic finds an element by its name", form: .strategic,
      text: #"{"spec": {"containers": [{"name": "d", "image": "new"}]}}"#, path: ["spec", "containers"],
      result: [["name": "c", "image": "one"], ["name": "d", "image": "new"]]),
    Row(
      name: "merge replaces a list as a whole", form: .merge,
      text: #"{"spec": {"containers": [{"name": "d", "image": "new"}]}}"#, path: ["spec", "containers"],
      result: [["name": "d", "image": "new"]]),
    Row(
      name: "null removes", form: .strategic, text: #"{"metadata": {"labels": {"a": null}}}"#,
      path: ["metadata", "labels"], result: Optional.none),
    Row(
      name: "YAML will do", form: .merge, text: "spec: {nodeName: other}\n", path: ["spec", "nodeName"], result: "other"
    ),
    Row(
      name: "operations are carried out", form: .json,
      text:
        #"[{"op": "remove", "path": "/spec/tolerations/0"}, {"op": "add", "path": "/metadata/labels/c", "value": "d"}]"#,
      path: ["metadata", "labels"], result: ["a": "b", "c": "d"]),
    Row(
      name: "what is empty afterwards is not stored", form: .json,
      text: #"[{"op": "remove", "path": "/spec/tolerations/0"}]"#, path: ["spec", "tolerations"], result: Optional.none),
  ]

  @Test("A patch changes what it speaks of, and no more", arguments: rows)
  func apply(_ row: Row) throws {
    let patched = try ObjectPatch(row.text, row.form).applied(to: Self.pod, .pod)
    #expect(patched.value(at: row.path[...]) == row.result)
    #expect(patched["status"] == Self.pod["status"])
  }

  @Test(
    "A patch that does not fit is refused in one sentence (V3)",
    arguments: [
      (#"{"metadata": {"name": "q"}}"#, ObjectPatch.Form.merge, "the patch would change the name from \"p\" to \"q\""),
      (#"{"kind": null}"#, .merge, "the patch would change the kind from \"Pod\" to \"\""),
      (#"{"spec": {"nodeNames": "x"}}"#, .strategic, "unknown field \"spec.nodeNames\""),
      (#"{"spec": {"containers": [{"$patch": "delete", "name": "c"}]}}"#, .strategic, "unknown field"),
      (#"{"spec": []}"#, .merge, "cannot unmarshal array"),
      (#"[{"op": "remove", "path": "/spec/nothing"}]"#, .json, "there is no \"nothing\""),
      (#"[{"op": "test", "path": "/spec/nodeName", "value": "x"}]"#, .json, "is not \"x\""),
    ])
  func refused(_ text: String, _ form: ObjectPatch.Form, _ sentence: String) throws {
    let patch = try ObjectPatch(text, form)
    let error = #expect(throws: StatusError.self) { try patch.applied(to: Self.pod, .pod) }
    #expect(error?.message.contains(sentence) == true, "\(String(describing: error))")
  }

  @Test(
    "A text that is no patch is refused",
    arguments: [
      ("[1", ObjectPatch.Form.merge), ("[]", .strategic), ("{}", .json), ("a: 1\n---\nb: 2", .merge), ("", .merge),
    ])
  func malformed(_ text: String, _ form: ObjectPatch.Form) {
    #expect(throws: PatchError.self) { try ObjectPatch(text, form) }
  }

  @Test("The patch from one object to another makes the other, and touches nothing else")
  func difference() throws {
    var edited = Self.pod
    edited.set(nil, "metadata", "labels")
    edited.set("other", "spec", "nodeName")
    let patch = ObjectPatch(from: Self.pod, to: edited)
    #expect(try patch.applied(to: Self.pod, .pod) == edited)
    var meanwhile = Self.pod
    meanwhile.set("5", "metadata", "annotations", "theirs")
    let both = try patch.applied(to: meanwhile, .pod)
    #expect(both.string("metadata", "annotations", "theirs") == "5" && both.string("spec", "nodeName") == "other")
    #expect(MergePatch.difference(from: Self.pod, to: Self.pod).isEmpty)
  }
}
