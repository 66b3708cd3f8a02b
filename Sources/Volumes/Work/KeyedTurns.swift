// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Synchronization

/// One turn at a time for each key, in the order of asking; different keys never wait for each other.
///
/// Turns of several keys are taken in the order of the keys, so that two that want the same keys cannot wait for each other.
/// Turns order the work of one process; the locks beside the data order that of several.
final class KeyedTurns: Sendable {
  /// For each key in use those who wait for it.
  private let waiting = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])

  /// What `work` returns or throws, done while no other work has a turn of one of `keys`.
  func run<Answer>(
    _ keys: Set<String>, _ work: () async throws(VolumeError) -> Answer
  ) async throws(VolumeError) -> Answer {
    let ordered = keys.sorted()
    for key in ordered { await take(key) }
    defer { for key in ordered.reversed() { give(key) } }
    return try await work()
  }

  private func take(_ key: String) async {
    await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
      let isFree = waiting.withLock { waiting in
        guard waiting[key] != nil else {
          waiting[key] = []
          return true
        }
        waiting[key]?.append(waiter)
        return false
      }
      if isFree { waiter.resume() }
    }
  }

  private func give(_ key: String) {
    let next = waiting.withLock { waiting -> CheckedContinuation<Void, Never>? in
      guard var line = waiting[key], !line.isEmpty else {
        waiting[key] = nil
        return nil
      }
      let next = line.removeFirst()
      waiting[key] = line
      return next
    }
    next?.resume()
  }
}
