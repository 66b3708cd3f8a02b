// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import StorageAPI

/// A length of time on the command line: `30s`, `5m`, `1h30m`, or a number of seconds.
struct TimeSpan: ExpressibleByArgument, CustomStringConvertible {
  let seconds: Int64

  /// Without an end.
  static let forever = TimeSpan(seconds: 0)

  init(seconds: Int64) { self.seconds = seconds }

  init?(argument: String) {
    var total: Int64 = 0
    var digits = ""
    for letter in argument {
      if letter.isASCII, letter.isNumber {
        digits.append(letter)
        continue
      }
      guard let unit = ["s": Int64(1), "m": 60, "h": 3600, "d": 86400][letter], let count = Int64(digits),
        count < 1 << 40
      else { return nil }
      total += count * unit
      digits = ""
    }
    if !digits.isEmpty {
      guard total == 0, let count = Int64(digits) else { return nil }
      total = count
    }
    guard !argument.isEmpty else { return nil }
    seconds = total
  }

  var description: String { "\(seconds)s" }
  var defaultValueDescription: String { description }
}

/// Waits for what this process cannot bring about now: others have to change objects, or to let go of a volume.
struct Waiter {
  /// When what failed is tried again for the first time, and how long this may take at most: each time takes twice as long.
  static let retry = (first: Duration.seconds(2), longest: Duration.seconds(30))

  /// How many of many objects are named.
  private static let mostNames = 10

  let client: LocalClient
  let timeout: TimeSpan

  /// Waits until each of `objects` is gone, or another one has its name.
  func untilGone(_ objects: [Resource]) async throws {
    var rest = objects
    try await until(telling: { Self.stillThere(rest) }) {
      var remaining: [Resource] = []
      for object in rest where try await isThere(object) { remaining.append(object) }
      rest = remaining
      return rest.isEmpty
    }
  }

  /// Waits until `isDone` says so; what it waits for is told once, from `reason`.
  func until(telling reason: () -> String, _ isDone: () async throws -> Bool) async throws {
    guard try await !isDone() else { return }
    Output.complain(reason())
    await client.release()
    let clock = ContinuousClock()
    let end = timeout.seconds == 0 ? nil : clock.now + .seconds(timeout.seconds)
    var pause = Self.retry.first
    var next = clock.now + pause
    var vigil = client.vigil()
    while try await !isDone() {
      let now = clock.now
      if let end, now >= end { throw EngineError(.failed, "timed out: " + reason()) }
      try await vigil.wait(upTo: min(next, end ?? next) - now)
      guard clock.now >= next else { continue }
      // There need not be anybody else: what was in use a moment ago may be free now. Who holds the lock does it, too.
      if (try? await client.settle()) != nil { await client.release() }
      pause = min(pause * 2, Self.retry.longest)
      next = clock.now + pause
    }
  }

  private func isThere(_ object: Resource) async throws -> Bool {
    guard let key = object.key else { return false }
    do {
      return try await client.get(key).uid == object.uid
    } catch let error as StatusError where error.reason == .notFound {
      return false
    }
  }

  private static func stillThere(_ objects: [Resource]) -> String {
    let names = objects.compactMap { object in object.key.map { "\($0.kind.singular)/\($0.name)" } }
    let rest = names.count > Self.mostNames ? " and \(names.count - Self.mostNames) more" : ""
    return "waiting for \(names.prefix(Self.mostNames).joined(separator: ", "))\(rest) to go; "
      + "`orlop describe` says who still uses \(names.count == 1 ? "it" : "them")"
  }
}
