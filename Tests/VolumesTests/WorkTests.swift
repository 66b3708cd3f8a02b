// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import Synchronization
import Testing

@testable import Volumes

@Suite struct WorkTests {
  /// Counts how many do something at once.
  final class Crowd: Sendable {
    private let counts = Mutex((now: 0, most: 0))
    var most: Int { counts.withLock { $0.most } }
    func enter() { counts.withLock { $0 = ($0.now + 1, max($0.most, $0.now + 1)) } }
    func leave() { counts.withLock { $0.now -= 1 } }
  }

  @Test("One key has one turn at a time")
  func takesTurns() async throws {
    let turns = KeyedTurns()
    let crowd = Crowd()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for _ in 0..<50 {
        group.addTask {
          try await turns.run(["a"]) { () async throws(VolumeError) in
            crowd.enter()
            await Task.yield()
            crowd.leave()
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(crowd.most == 1)
  }

  @Test("A different key does not wait")
  func doesNotWait() async throws {
    let turns = KeyedTurns()
    try await turns.run(["a"]) { () async throws(VolumeError) in
      try await turns.run(["b"]) { () async throws(VolumeError) in }
    }
  }

  @Test("Who wants the same keys in another order does not stand still")
  func doesNotDeadlock() async throws {
    let turns = KeyedTurns()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<100 {
        group.addTask {
          try await turns.run(number.isMultiple(of: 2) ? ["a", "b", "c"] : ["c", "a"]) { () async throws(VolumeError) in
            await Task.yield()
          }
        }
      }
      try await group.waitForAll()
    }
  }

  @Test("A turn ends with an error, too")
  func endsWithError() async throws {
    let turns = KeyedTurns()
    await #expect(throws: VolumeError.self) {
      try await turns.run(["a"]) { () async throws(VolumeError) in throw VolumeError(.failed, "no") }
    }
    try await turns.run(["a"]) { () async throws(VolumeError) in }
  }

  @Test("The pool does all the work, at most four at a time")
  func poolWorks() async throws {
    let pool = BlockingPool()
    let crowd = Crowd()
    try await withThrowingTaskGroup(of: Int.self) { group in
      for number in 0..<2000 {
        group.addTask {
          try await pool.run { () throws(VolumeError) in
            crowd.enter()
            defer { crowd.leave() }
            return number
          }
        }
      }
      let sum = try await group.reduce(0, +)
      #expect(sum == 1999 * 1000)
    }
    #expect((1...4).contains(crowd.most))
  }

  @Test("Work within the pool's work goes on there, even when all threads are taken")
  func poolWorksWithin() async throws {
    let pool = BlockingPool(threads: 1)
    let answer = try await pool.run { () async throws(VolumeError) in
      try await pool.run { () throws(VolumeError) in 7 }
    }
    #expect(answer == 7)
    await #expect(throws: VolumeError.self) {
      try await pool.run { () throws(VolumeError) in throw VolumeError(.failed, "no") }
    }
  }

  @Test("Every named step stands at exactly one place in the sources, and no other does")
  func stepsAreNamed() throws {
    let sources = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/Volumes").standardizedFileURL
    let files =
      FileManager.default.enumerator(at: sources, includingPropertiesForKeys: nil)?
      .compactMap { $0 as? URL }.filter { $0.pathExtension == "swift" } ?? []
    let reached = try files.flatMap { file in
      try String(contentsOf: file, encoding: .utf8).matches(of: /FaultPoint\.reach\("([^"]+)"\)/).map { String($0.1) }
    }
    #expect(reached.sorted() == VolumeSteps.all.sorted())
  }
}
