// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import Presentation
import Synchronization

#if canImport(Glibc)
  import Glibc
#endif

/// Tells on standard error how far long work has come, in one line that goes away with the work; nothing where no person looks.
final class ProgressReport: Sendable {
  private struct State {
    var line: ProgressLine
    var told = 0.0
  }

  private static let pause = 0.1
  private let state = Mutex(State(line: ProgressLine(on: .complaints)))

  /// Shows `progress`, at most ten times a second.
  func tell(_ progress: WorkProgress) {
    var moment = timespec()
    clock_gettime(CLOCK_MONOTONIC, &moment)
    let now = Double(moment.tv_sec) + Double(moment.tv_nsec) / 1e9
    let isDone = progress.done >= progress.total
    let text = state.withLock { state -> String in
      guard isDone || now - state.told >= Self.pause else { return "" }
      state.told = now
      guard !isDone else { return state.line.clear() }
      let megabyte: Int64 = 1 << 20
      let (done, total) = (Int(progress.done / megabyte), Int(progress.total / megabyte))
      return state.line.update("\(done)/\(total) MiB of \(progress.subject)", done: done, of: total)
    }
    if !text.isEmpty { Output.put(text, on: .complaints) }
  }
}
