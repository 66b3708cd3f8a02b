// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import ObjectStore

/// Waits for others to change the store: wakes when they write to it, and costs next to nothing while they do not.
public struct Vigil: Sendable {
  /// How long after a signal the store is looked at: what was written can be read by then, as a rule, and a writer in a hurry is
  /// not followed step by step.
  private static let grace = Duration.milliseconds(5)
  /// How soon it is looked at again, in case it was looked at too early; each time that nothing comes doubles it.
  private static let shortest = Duration.milliseconds(10)
  /// How often it is looked at when nothing is written, in case a signal was lost.
  private static let longest = Duration.seconds(5)
  /// How often it is looked for while there is no directory to watch.
  private static let search = Duration.milliseconds(200)

  private let state: String
  private var signal: LedgerSignal?
  private var pause = Self.shortest

  /// A vigil over the store in the directory `state`, which need not be there yet.
  init(state: String) {
    self.state = state
    signal = LedgerSignal(directory: state)
  }

  /// Waits until it is time to look at the store, but no longer than `limit`.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  public mutating func wait(upTo limit: Duration = .seconds(3600)) async throws {
    if signal == nil { signal = LedgerSignal(directory: state) }
    guard let signal else { return try await Task.sleep(for: max(.zero, min(Self.search, limit))) }
    if await signal.wait(upTo: max(.zero, min(pause, limit))) {
      try await Task.sleep(for: Self.grace)
      pause = Self.shortest
    } else {
      try Task.checkCancellation()
      pause = min(pause * 2, Self.longest)
    }
  }
}
