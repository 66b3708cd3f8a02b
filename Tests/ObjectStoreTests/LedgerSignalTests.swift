// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import Testing

@testable import ObjectStore

@Suite("The signal that somebody writes", .timeLimit(.minutes(1)))
struct LedgerSignalTests {
  @Test("A write wakes whoever waits; without one the wait ends at its limit")
  func write() async throws {
    let scratch = Scratch()
    let ledger = try scratch.open()
    let signal = try #require(LedgerSignal(directory: scratch.path))
    #expect(await !signal.wait(upTo: .milliseconds(1)))
    try ledger.write(at: noon) { try $0.create(claim("a")) }
    // It would wait for a day: that it returns is the proof.
    #expect(await signal.wait(upTo: .seconds(86_400)))
    async let woken = signal.wait(upTo: .seconds(86_400))
    try ledger.write(at: noon) { try $0.create(claim("b")) }
    #expect(await woken)
  }

  @Test("Reading wakes nobody")
  func read() async throws {
    let scratch = Scratch()
    let ledger = try scratch.open()
    try ledger.write(at: noon) { try $0.create(claim("a")) }
    let reader = try scratch.open(.readOnly)
    let signal = try #require(LedgerSignal(directory: scratch.path))
    #expect(try reader.read { try $0.count() } == 1)
    #expect(await !signal.wait(upTo: .milliseconds(20)))
  }

  @Test("A task that is cancelled waits no longer")
  func cancelled() async throws {
    let scratch = Scratch()
    _ = try scratch.open()
    let signal = try #require(LedgerSignal(directory: scratch.path))
    await withTaskGroup(of: Bool.self) { group in
      group.addTask { await signal.wait(upTo: .seconds(86_400)) }
      group.cancelAll()
      for await woken in group { #expect(!woken) }
    }
  }

  @Test("There is none for a directory that is not there") func missing() {
    #expect(LedgerSignal(directory: "/nonexistent/orlop") == nil)
  }

  @Test("A ledger that is kept open is current until another file has its name")
  func current() throws {
    let scratch = Scratch()
    let writer = try scratch.open()
    let reader = try scratch.open(.readOnly)
    try writer.write(at: noon) { try $0.create(claim("a")) }
    #expect(try reader.isCurrent && reader.read { try $0.count() } == 1)
    try writer.close()
    try scratch.write(try scratch.bytes(), "copy")
    #expect(rename(scratch.path + "/copy", scratch.database) == 0)
    #expect(!reader.isCurrent)
  }
}
