// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Apply, the three-way merge")
struct ApplyTests {
  /// What was applied, what others then made of it, what is applied now, and what must come out.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let applied: JSONObject
    let live: JSONObject
    let new: JSONObject
    let result: JSONObject
    var testDescription: String { name }
  }

  /// Both objects as the specification of a pod.
  static func row(
    _ name: String, _ applied: JSONObject, live: JSONObject, new: JSONObject, _ result: JSONObject
  ) -> Row {
    Row(name: name, applied: applied, live: live, new: new, result: result)
  }

  static let rows = [
    row("a changed field is set", ["a": 1], live: ["a": 1], new: ["a": 2], ["a": 2]),
    row("a field that somebody else changed is set back", ["a": 1], live: ["a": 3], new: ["a": 1], ["a": 1]),
    row("a field that somebody else added stays", ["a": 1], live: ["a": 1, "b": 2], new: ["a": 1], ["a": 1, "b": 2]),
    row("a dropped field is removed", ["a": 1, "b": 2], live: ["a": 1, "b": 2], new: ["a": 1], ["a": 1]),
    row("an explicit null removes", ["a": 1], live: ["a": 1, "b": 2], new: ["a": 1, "b": .null], ["a": 1]),
    row("a null in something new is dropped", [:], live: [:], new: ["a": ["b": .null, "c": 1]], ["a": ["c": 1]]),
    row(
      "an empty value empties", [:], live: ["a": true, "l": ["x"]], new: ["a": false, "l": []], ["a": false, "l": []]),
    row(
      "a null within an element removes", ["volumes": [["name": "v"]]],
      live: ["volumes": [["name": "v", "emptyDir": ["medium": "Memory", "sizeLimit": "1Gi"]]]],
      new: ["volumes": [["name": "v", "emptyDir": ["sizeLimit": .null]]]],
      ["volumes": [["name": "v", "emptyDir": ["medium": "Memory"]]]]),
    row(
      "objects are merged within", ["o": ["x": 1, "y": 1]], live: ["o": ["x": 1, "y": 1, "z": 1]],
      new: ["o": ["x": 2]], ["o": ["x": 2, "z": 1]]),
    row(
      "a list without a key is replaced", ["accessModes": ["A"]], live: ["accessModes": ["A", "B"]],
      new: ["accessModes": ["C"]], ["accessModes": ["C"]]),
    row(
      "tolerations are replaced as a whole", ["tolerations": [["key": "a"]]],
      live: ["tolerations": [["key": "a"], ["key": "b"]]], new: ["tolerations": [["key": "c"]]],
      ["tolerations": [["key": "c"]]]),
    row(
      "containers are merged by name, foreign ones stay", ["containers": [["name": "a", "image": "1"]]],
      live: ["containers": [["name": "sidecar"], ["name": "a", "image": "1", "added": true]]],
      new: ["containers": [["name": "a", "image": "2"], ["name": "b"]]],
      ["containers": [["name": "sidecar"], ["name": "a", "image": "2", "added": true], ["name": "b"]]]),
    row(
      "a container that the manifest dropped goes", ["containers": [["name": "a"], ["name": "b"]]],
      live: ["containers": [["name": "a"], ["name": "b"]]], new: ["containers": [["name": "b"]]],
      ["containers": [["name": "b"]]]),
    row(
      "the manifest's order counts", ["env": [["name": "a"], ["name": "b"]]],
      live: ["env": [["name": "a"], ["name": "x"], ["name": "b"]]], new: ["env": [["name": "b"], ["name": "a"]]],
      ["env": [["name": "b"], ["name": "x"], ["name": "a"]]]),
    row(
      "mounts are told apart by path", ["volumeMounts": [["name": "v", "mountPath": "/a"]]],
      live: ["volumeMounts": [["name": "v", "mountPath": "/a"]]],
      new: ["volumeMounts": [["name": "v", "mountPath": "/a", "readOnly": true], ["name": "v", "mountPath": "/b"]]],
      ["volumeMounts": [["name": "v", "mountPath": "/a", "readOnly": true], ["name": "v", "mountPath": "/b"]]]),
    row(
      "a volume keeps one source", ["volumes": [["name": "v", "emptyDir": [:]]]],
      live: ["volumes": [["name": "v", "emptyDir": ["medium": ""]]]],
      new: ["volumes": [["name": "v", "persistentVolumeClaim": ["claimName": "c"]]]],
      ["volumes": [["name": "v", "persistentVolumeClaim": ["claimName": "c"]]]]),
    row(
      "what was filled in within a volume stays", ["volumes": [["name": "v", "hostPath": ["path": "/x"]]]],
      live: ["volumes": [["name": "v", "hostPath": ["path": "/x", "type": ""]]]],
      new: ["volumes": [["name": "v", "hostPath": ["path": "/x"]]]],
      ["volumes": [["name": "v", "hostPath": ["path": "/x", "type": ""]]]]),
    row(
      "a list with one key twice is replaced", ["ports": [["containerPort": 53]]],
      live: ["ports": [["containerPort": 53, "protocol": "TCP"]]],
      new: ["ports": [["containerPort": 53, "protocol": "TCP"], ["containerPort": 53, "protocol": "UDP"]]],
      ["ports": [["containerPort": 53, "protocol": "TCP"], ["containerPort": 53, "protocol": "UDP"]]]),
    row(
      "finalizers are a set, foreign ones stay", ["finalizers": ["a", "b"]], live: ["finalizers": ["a", "b", "p"]],
      new: ["finalizers": ["b", "c"]], ["finalizers": ["b", "p", "c"]]),
    row(
      "owners are told apart by uid", ["ownerReferences": [["uid": "1", "name": "a"]]],
      live: ["ownerReferences": [["uid": "2", "name": "b"], ["uid": "1", "name": "a"]]],
      new: ["ownerReferences": [["uid": "1", "name": "a", "controller": true]]],
      ["ownerReferences": [["uid": "2", "name": "b"], ["uid": "1", "name": "a", "controller": true]]]),
    row("another type replaces", ["a": [1]], live: ["a": [1]], new: ["a": ["b": 1]], ["a": ["b": 1]]),
  ]

  @Test("Three versions become one", arguments: rows)
  func merge(_ row: Row) throws {
    func object(_ spec: JSONObject) -> JSONObject { ["metadata": ["name": "x"], "spec": .object(spec)] }
    var live = Apply.annotated(object(row.applied))
    live["spec"] = .object(row.live)
    let once = Apply.merge(object(row.new), into: live)
    #expect(once["spec"] == .object(row.result))
    #expect(Apply.merge(object(row.new), into: once) == once, "a second apply changes nothing")
  }

  @Test("The annotation is the manifest as kubectl would write it, and replaces the one before")
  func annotation() {
    let manifest: JSONObject = ["kind": "Pod", "metadata": ["name": "x", "namespace": "default"]]
    let text = "{\"kind\":\"Pod\",\"metadata\":{\"annotations\":{},\"name\":\"x\",\"namespace\":\"default\"}}\n"
    let first = Apply.annotated(manifest)
    #expect(first.optionalString("metadata", "annotations", WellKnown.lastApplied) == text)
    #expect(Apply.annotated(first) == first)
    var second = manifest
    second.set("b", "metadata", "labels", "a")
    let merged = Apply.merge(second, into: first)
    #expect(merged.string("metadata", "annotations", WellKnown.lastApplied).contains("\"labels\":{\"a\":\"b\"}"))
    #expect(merged.string("metadata", "labels", "a") == "b")
  }

  @Test("An annotation of the manifest that goes takes nothing else with it")
  func otherAnnotations() {
    let applied = Apply.annotated(["metadata": ["annotations": ["mine": "1", "also": "2"]]])
    var live = applied
    live.set("yes", "metadata", "annotations", WellKnown.bindCompleted)
    let merged = Apply.merge(["metadata": ["annotations": ["mine": "1"]]], into: live)
    #expect(
      merged.object("metadata", "annotations")?.keys == [WellKnown.lastApplied, "mine", WellKnown.bindCompleted])
  }

  @Test("Without a readable annotation nothing is removed")
  func neverApplied() {
    let live: JSONObject = ["metadata": ["name": "x"], "spec": ["a": 1, "b": 2]]
    #expect(!Apply.isApplied(live))
    #expect(Apply.merge(["metadata": ["name": "x"], "spec": ["a": 3]], into: live)["spec"] == ["a": 3, "b": 2])
    var garbled = live
    garbled.set("{garbage", "metadata", "annotations", WellKnown.lastApplied)
    #expect(Apply.merge(["spec": ["a": 3]], into: garbled)["spec"] == ["a": 3, "b": 2])
  }

  @Test("What is created is the object; the annotation says what was written, nulls included")
  func created() throws {
    let text = "{apiVersion: v1, kind: Namespace, metadata: {name: a, labels: {b: null, c: d}, generateName: null}}"
    let manifest = try #require(try ManifestReader.read(text).first)
    let created = Apply.created(manifest.object, from: manifest.written)
    #expect(created.object("metadata", "labels") == ["b": "", "c": "d"])
    let annotation = created.string("metadata", "annotations", WellKnown.lastApplied)
    #expect(annotation.contains("\"labels\":{\"b\":null,\"c\":\"d\"}"))
    #expect(annotation.contains("\"generateName\":null"))
  }

  @Test(
    "A change of a stored object is normalised: what is null or empty is not stored, what is unknown is refused (V3)")
  func normalized() throws {
    let object: JSONObject = [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim", "status": ["odd": .null],
      "metadata": ["name": "c", "labels": [:], "generateName": ""],
      "spec": ["volumeName": "", "storageClassName": "", "selector": .null, "accessModes": []],
    ]
    let normalized = try ManifestReader.normalized(object, .persistentVolumeClaim)
    #expect(normalized["spec"] == ["storageClassName": ""])
    #expect(normalized["metadata"] == ["name": "c"])
    #expect(normalized["status"] == ["odd": .null], "the status is not the user's, and stays as it is")
    var wrong = object
    wrong.set("fast", "spec", "storageClass")
    let refusal = #expect(throws: StatusError.self) { try ManifestReader.normalized(wrong, .persistentVolumeClaim) }
    #expect(refusal?.message.hasSuffix("strict decoding error: unknown field \"spec.storageClass\"") == true)
    #expect(refusal?.origin == nil)
  }
}
