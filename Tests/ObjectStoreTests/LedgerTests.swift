// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import ObjectStore

@Suite("Objects in the ledger") struct LedgerTests {
  let ledger: Ledger

  init() throws { ledger = try Ledger.inMemory() }

  @discardableResult
  private func write<Value>(
    at now: Timestamp = noon, _ body: (LedgerTransaction) throws -> Value
  ) throws -> (result: Value, changes: [Change]) {
    try ledger.write(at: now, body)
  }

  private func get(_ name: String) throws -> Resource? { try ledger.read { try $0.get(claimKey(name)) } }

  @Test("A new object gets a uid, a creation time and a version, and is read back as stored")
  func create() throws {
    let (stored, changes) = try write { try $0.create(claim("data")) }
    #expect(stored.uid.count == 36)
    #expect(stored.metadata.creationTimestamp == noon)
    #expect(stored.metadata.resourceVersion == 1)
    #expect(try get("data") == stored)
    #expect(changes == [Change(.added, key: claimKey("data"), object: stored)])
  }

  @Test("An object that is there cannot be created again")
  func createTwice() throws {
    try write { try $0.create(claim("data")) }
    let said = message { try write { try $0.create(claim("data")) } }
    #expect(said == #"persistentvolumeclaims "data" already exists"#)
    #expect(code { try write { try $0.create(claim("data")) } } == .alreadyExists)
  }

  @Test("Every change has a greater version, over all kinds")
  func versions() throws {
    let (_, changes) = try write { transaction in
      try transaction.create(claim("a"))
      try transaction.create(Resource(PersistentVolume(name: "a")))
      var changed = claim("a", request: "2Gi")
      changed.setAnnotation("x", "y")
      try transaction.update(changed)
    }
    #expect(changes.map(\.version) == [1, 2, 3])
    #expect(changes.map(\.action) == [.added, .added, .modified])
    #expect(try ledger.read { try $0.currentVersion() } == 3)
  }

  @Test("A change based on an older version is refused in kubectl's words")
  func conflict() throws {
    let (first, _) = try write { try $0.create(claim("data")) }
    var second = first
    second.setAnnotation("a", "1")
    try write { try $0.update(second) }
    var late = first
    late.setAnnotation("b", "2")
    let said = message { try write { try $0.update(late) } }
    #expect(
      said == #"Operation cannot be fulfilled on persistentvolumeclaims "data": the object has been modified; "#
        + "please apply your changes to the latest version and try again")
    #expect(code { try write { try $0.update(late) } } == .conflict)
    #expect(try get("data")?.annotation("b") == nil)
  }

  @Test("A change of an object that was created again meanwhile is refused")
  func otherUID() throws {
    let (first, _) = try write { try $0.create(claim("data")) }
    try write { try $0.delete(claimKey("data")) }
    try write { try $0.create(claim("data")) }
    var late = first
    late.metadata.resourceVersion = nil
    #expect(code { try write { try $0.update(late) } } == .conflict)
    #expect(code { try write { try $0.delete(claimKey("data"), uid: first.uid) } } == .conflict)
  }

  @Test("A change that changes nothing is not written and keeps the version")
  func noChange() throws {
    let (stored, _) = try write { try $0.create(claim("data")) }
    let (again, changes) = try write { try $0.update(stored) }
    #expect(again == stored)
    #expect(changes.isEmpty)
  }

  @Test("The generation of a workload grows with its spec alone")
  func generation() throws {
    var set = StatefulSet(name: "db", namespace: "default")
    set.json.set(1, "spec", "replicas")
    var (stored, _) = try write { try $0.create(Resource(set)) }
    #expect(stored.metadata.generation == 1)
    stored.json.set(1, "status", "replicas")
    (stored, _) = try write { try $0.update(stored) }
    #expect(stored.metadata.generation == 1)
    stored.json.set(2, "spec", "replicas")
    (stored, _) = try write { try $0.update(stored) }
    #expect(stored.metadata.generation == 2)
  }

  @Test("Changing or deleting what is not there says so")
  func missing() throws {
    let said = message { try write { try $0.update(claim("data")) } }
    #expect(said == #"persistentvolumeclaims "data" not found"#)
    let key = ObjectKey(.storageClass, name: "fast")
    #expect(message { try write { try $0.delete(key) } } == #"storageclasses.storage.k8s.io "fast" not found"#)
  }

  @Test("An object of unknown kind or without name is refused")
  func unstorable() throws {
    let alien = Resource(json: ["apiVersion": "v1", "kind": "Secret", "metadata": ["name": "x"]])
    #expect(code { try write { try $0.create(alien) } } == .invalid)
    #expect(code { try write { try $0.create(claim("")) } } == .invalid)
  }

  @Test("A deleted object with finalizers stays, marked, until the last one is gone (T2)")
  func finalizers() throws {
    var object = claim("data")
    object.addFinalizer("a")
    object.addFinalizer("b")
    try write { try $0.create(object) }
    let (marked, changes) = try write { try $0.delete(claimKey("data")) }
    #expect(marked.metadata.deletionTimestamp == noon)
    #expect(changes.map(\.action) == [.modified])
    let again = try write(at: Timestamp(seconds: noon.seconds + 5)) { try $0.delete(claimKey("data")) }
    #expect(again.changes.isEmpty)

    object = marked
    object.removeFinalizer("a")
    (object, _) = try write { try $0.update(object) }
    #expect(try get("data")?.isTerminating == true)
    object.removeFinalizer("b")
    let last = try write { try $0.update(object) }
    #expect(last.changes.map(\.action) == [.deleted])
    #expect(try get("data") == nil)
  }

  @Test("An update cannot take back a deletion")
  func undelete() throws {
    var object = claim("data")
    object.addFinalizer("a")
    try write { try $0.create(object) }
    var (marked, _) = try write { try $0.delete(claimKey("data")) }
    marked.metadata.deletionTimestamp = nil
    try write { try $0.update(marked) }
    #expect(try get("data")?.isTerminating == true)
  }

  @Test("A pod with a node is marked first, and goes when its node forces it; one without node goes at once")
  func pods() throws {
    var pod = Pod(name: "web", namespace: "default")
    pod.nodeName = "here"
    try write { try $0.create(Resource(pod)) }
    try write { try $0.create(Resource(Pod(name: "new", namespace: "default"))) }
    let soft = try write { try $0.delete(pod.key) }
    #expect(soft.changes.map(\.action) == [.modified])
    #expect(soft.result.json.integer("metadata", "deletionGracePeriodSeconds") == 30)
    #expect(try write { try $0.delete(pod.key) }.changes.isEmpty)
    let gone = try write { try $0.delete(ObjectKey(.pod, namespace: "default", name: "new")) }
    #expect(gone.changes.map(\.action) == [.deleted])
    let hard = try write { try $0.delete(pod.key, force: true) }
    #expect(hard.changes.map(\.action) == [.deleted])
  }

  @Test("Lists are sorted, by namespace or over all, and counted")
  func lists() throws {
    try write { transaction in
      for (name, space) in [("b", "x"), ("a", "y"), ("a", "x")] {
        try transaction.create(claim(name, namespace: space))
      }
      try transaction.create(Resource(StorageClass(name: "fast")))
    }
    try ledger.read { reader throws in
      #expect(try reader.list(.persistentVolumeClaim).map { $0.key?.qualifiedName } == ["x/a", "x/b", "y/a"])
      #expect(try reader.list(PersistentVolumeClaim.self, namespace: "x").map(\.name) == ["a", "b"])
      #expect(try reader.all().count == 4)
      #expect(try reader.count() == 4)
      #expect(try reader.count(.storageClass) == 1)
      #expect(try reader.get(StorageClass.self, name: "fast")?.name == "fast")
    }
  }

  @Test("A long list comes in order though two threads parse it")
  func longList() throws {
    try write { transaction in for index in 0..<2001 { try transaction.create(claim("c\(10000 + index)")) } }
    let names = try ledger.read { try $0.list(.persistentVolumeClaim).map(\.name) }
    #expect(names == (0..<2001).map { "c\(10000 + $0)" })
  }

  @Test("A transaction that throws leaves nothing behind")
  func rollback() throws {
    try write { try $0.create(claim("a")) }
    struct Stop: Error {}
    #expect(throws: Stop.self) {
      try write { transaction in
        try transaction.create(claim("b"))
        try transaction.delete(claimKey("a"))
        throw Stop()
      }
    }
    #expect(try ledger.read { try $0.all().map(\.name) } == ["a"])
    #expect(try ledger.changes(after: 0).count == 1)
  }
}
