// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Dispatch

/// Runs an actor's work on a thread of its own, so that waiting for the disk never holds up Swift's few shared threads.
final class SerialQueue: SerialExecutor {
  private let queue: DispatchQueue

  /// A queue that debuggers know as `label`.
  init(label: String) { queue = DispatchQueue(label: label) }

  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    queue.async { job.runSynchronously(on: self.asUnownedSerialExecutor()) }
  }
}
