// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import ObjectStore

@Suite("The history of changes") struct WatchTests {
  @Test("Changes after a version come in order, with deleted objects as they were last")
  func order() throws {
    let ledger = try Ledger.inMemory()
    let start = try ledger.read { try $0.currentVersion() }
    try ledger.write(at: noon) { try $0.create(claim("a")) }
    try ledger.write(at: noon) { try $0.update(claim("a", request: "2Gi")) }
    try ledger.write(at: noon) { try $0.delete(claimKey("a")) }
    let changes = try ledger.changes(after: start)
    #expect(changes.map(\.action) == [.added, .modified, .deleted])
    #expect(changes.map(\.version) == [1, 2, 3])
    #expect(changes[2].object.json.string("spec", "resources", "requests", "storage") == "2Gi")
    #expect(try ledger.changes(after: 2).map(\.version) == [3])
    #expect(try ledger.changes(after: 3).isEmpty)
  }

  @Test("Changes can be asked for by kind and namespace")
  func filters() throws {
    let ledger = try Ledger.inMemory()
    try ledger.write(at: noon) { transaction in
      try transaction.create(claim("a", namespace: "x"))
      try transaction.create(claim("b", namespace: "y"))
      try transaction.create(Resource(StorageClass(name: "fast")))
    }
    #expect(try ledger.changes(after: 0, of: .persistentVolumeClaim).map(\.object.name) == ["a", "b"])
    #expect(try ledger.changes(after: 0, of: .persistentVolumeClaim, namespace: "y").map(\.object.name) == ["b"])
    #expect(try ledger.changes(after: 0, of: .storageClass).map(\.key.name) == ["fast"])
  }

  @Test("Changes older than the kept history are said to be expired, never left out in silence")
  func expired() throws {
    let ledger = try Ledger.inMemory(history: 16)
    for index in 0..<100 { try ledger.write(at: noon) { try $0.create(claim("c\(index)")) } }
    #expect(code { _ = try ledger.changes(after: 10) } == .expired)
    #expect(try ledger.changes(after: 90).count == 10)
    #expect(try ledger.changes(after: 84).count == 16)
    #expect(code { _ = try ledger.changes(after: 101) } == .expired)
  }
}
