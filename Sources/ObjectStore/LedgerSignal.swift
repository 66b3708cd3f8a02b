// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Dispatch
internal import Glibc

/// Tells when somebody writes to the ledger of a directory, without asking again and again (inotify(7)).
///
/// A signal may come a moment before what was written can be read, and it may come for nothing: look, and soon look again. It
/// is for one who waits at a time.
public final class LedgerSignal: Sendable {
  private let notices: Int32
  private let wakeUp: (read: Int32, write: Int32)
  private let queue = DispatchQueue(label: "orlop.signal")

  /// The signal of the ledger in `directory`; nil where the directory is missing or the kernel gives no more watches.
  public init?(directory: String) {
    notices = inotify_init1(Int32(IN_NONBLOCK | IN_CLOEXEC))
    var ends: [Int32] = [-1, -1]
    let hasPipe = notices >= 0 && pipe(&ends) == 0
    wakeUp = (ends[0], ends[1])
    for end in ends where hasPipe {
      _ = fcntl(end, F_SETFD, FD_CLOEXEC)
      _ = fcntl(end, F_SETFL, O_NONBLOCK)
    }
    // The log is written into, the database is made by a rename; whoever changed objects closes the lock's file.
    let events = UInt32(IN_MODIFY | IN_CREATE | IN_MOVED_TO | IN_CLOSE_WRITE)
    guard hasPipe, inotify_add_watch(notices, directory, events) >= 0 else { return nil }
  }

  deinit { for descriptor in [notices, wakeUp.read, wakeUp.write] where descriptor >= 0 { close(descriptor) } }

  /// Waits until something is written, but no longer than `limit`; a task that is cancelled waits no longer.
  ///
  /// - Returns: whether something was written.
  public func wait(upTo limit: Duration) async -> Bool {
    let (seconds, fraction) = limit.components
    let milliseconds = Int32(clamping: seconds * 1000 + fraction / 1_000_000_000_000_000)
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        queue.async { continuation.resume(returning: self.block(max(0, milliseconds))) }
      }
    } onCancel: {
      _ = write(wakeUp.write, [1], 1)
    }
  }

  private func block(_ milliseconds: Int32) -> Bool {
    var descriptors = [notices, wakeUp.read].map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
    guard poll(&descriptors, nfds_t(descriptors.count), milliseconds) > 0 else { return false }
    for descriptor in descriptors where descriptor.revents != 0 { Self.drain(descriptor.fd) }
    return descriptors[0].revents != 0
  }

  private static func drain(_ descriptor: Int32) {
    var buffer = [UInt8](repeating: 0, count: 4096)
    while read(descriptor, &buffer, buffer.count) > 0 {}
  }
}
