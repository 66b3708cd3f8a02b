// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Glibc
internal import Synchronization

/// A few threads for calls that block (mount, fsync, flock), so that the cooperative pool never waits for the kernel.
///
/// Four threads are where throughput of mounts ends on a small machine; more work waits in line, first come, first served.
/// The threads end when the pool is released. Not for work that waits for other work in the pool: that can stand still.
final class BlockingPool: TaskExecutor {
  private let line: Line

  /// A pool of `threads` threads, started at once.
  init(threads: Int = 4) {
    line = Line()
    for _ in 0..<threads { line.startThread() }
  }

  deinit { line.close() }

  /// What `work` returns or throws, done on one of the threads, and so is everything that it awaits. Work that is on one of
  /// them already goes on there.
  func run<Answer: Sendable>(
    _ work: () async throws(VolumeError) -> Answer
  ) async throws(VolumeError) -> Answer {
    try await withTaskExecutorPreference(self) { () async throws(VolumeError) in try await work() }
  }

  /// Has one of the threads run `job`.
  func enqueue(_ job: consuming ExecutorJob) {
    let job = UnownedJob(job)
    line.add { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
  }
}

/// The line of work that the threads take from.
private final class Line: Sendable {
  private struct State {
    /// Done ones are nil: what a job holds on to (a lock, perhaps) must go with it.
    var jobs: [(@Sendable () -> Void)?] = []
    var next = 0
    var isClosed = false
  }

  private let state = Mutex(State())
  // A counting semaphore, sem_overview(7): one post for each job, and one for each thread that shall end.
  private nonisolated(unsafe) let posts: UnsafeMutablePointer<sem_t>

  init() {
    posts = .allocate(capacity: 1)
    sem_init(posts, 0, 0)
  }

  deinit {
    sem_destroy(posts)
    posts.deallocate()
  }

  func add(_ job: @escaping @Sendable () -> Void) {
    state.withLock { $0.jobs.append(job) }
    sem_post(posts)
  }

  func close() {
    state.withLock { $0.isClosed = true }
    sem_post(posts)
  }

  /// The next job, waiting for one; nil when the line is closed and empty.
  private func take() -> (@Sendable () -> Void)? {
    while sem_wait(posts) != 0 {}
    return state.withLock { state in
      guard state.next < state.jobs.count else { return nil }
      let job = state.jobs[state.next]
      state.jobs[state.next] = nil
      state.next += 1
      if state.next == state.jobs.count || state.next == 1024 {
        state.jobs.removeFirst(state.next)
        state.next = 0
      }
      return job
    }
  }

  func startThread() {
    var thread = pthread_t()
    let line = Unmanaged.passRetained(self)
    let started = pthread_create(
      &thread, nil,
      { argument in
        guard let argument else { return nil }
        let line = Unmanaged<Line>.fromOpaque(argument).takeRetainedValue()
        while let job = line.take() { job() }
        line.close()  // wakes the next thread, so that all of them end
        return nil
      }, line.toOpaque())
    precondition(started == 0, "the system gives no thread")
    pthread_detach(thread)
  }
}
