// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import ObjectStore

@Suite("Events and operations in the ledger") struct RecordTests {
  let ledger: Ledger
  let data: Resource

  init() throws {
    ledger = try Ledger.inMemory()
    data = try ledger.write(at: noon) { try $0.create(claim("data", namespace: "x")) }.result
  }

  private func record(_ message: String, after seconds: Int64 = 0, regarding object: Resource? = nil) throws {
    try ledger.write(at: Timestamp(seconds: noon.seconds + seconds)) {
      try $0.record(.normal, reason: "FailedBinding", message: message, source: "test", regarding: object ?? data)
    }
  }

  private func events() throws -> [Event] { try ledger.read { try $0.list(Event.self) } }

  @Test("The same event again is counted on the first (EV30)")
  func aggregation() throws {
    try record("no volume")
    try record("no volume", after: 15)
    try record("another", after: 20)
    let events = try events().sorted { $0.count > $1.count }
    #expect(events.map(\.count) == [2, 1])
    #expect(events[0].firstTimestamp == noon)
    #expect(events[0].lastTimestamp == Timestamp(seconds: noon.seconds + 15))
    #expect(events[0].involvedUID == data.uid)
    #expect(events[0].namespace == "x")
  }

  @Test("The event of an object without a namespace lives in default (EV31)")
  func clusterScoped() throws {
    try record("gone", regarding: Resource(PersistentVolume(name: "pv")))
    #expect(try events().map(\.namespace) == ["default"])
    #expect(try events().map(\.involvedName) == ["pv"])
  }

  @Test("An event goes an hour after it happened last (EV31)")
  func expiry() throws {
    try record("old")
    try record("young", after: 1800)
    try record("new", after: 3600)
    #expect(try Set(events().map(\.message)) == ["young", "new"])
  }

  @Test("An operation is there from its beginning to its end, and may be begun again only as the same")
  func operations() throws {
    let create = VolumeOperation(volume: "pvc-1", claim: "1", pool: "default", work: .create, started: noon)
    try ledger.write(at: noon) { try $0.begin(create) }
    try ledger.write(at: noon) { try $0.begin(create) }
    #expect(try ledger.read { try $0.operations() } == [create])
    let delete = VolumeOperation(volume: "pvc-1", claim: "1", pool: "default", work: .delete, started: noon)
    #expect(code { try ledger.write(at: noon) { try $0.begin(delete) } } == .conflict)
    try ledger.write(at: noon) { try $0.endOperation(on: "pvc-1") }
    #expect(try ledger.read { try $0.operations() }.isEmpty)
  }

  @Test("An operation goes with the transaction that it is in")
  func operationRollback() throws {
    struct Stop: Error {}
    let create = VolumeOperation(volume: "pvc-1", claim: "1", pool: "default", work: .create, started: noon)
    #expect(throws: Stop.self) {
      try ledger.write(at: noon) { transaction in
        try transaction.begin(create)
        throw Stop()
      }
    }
    #expect(try ledger.read { try $0.operations() }.isEmpty)
  }
}
