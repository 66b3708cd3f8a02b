// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Glibc
internal import Synchronization

/// The exclusive right to write objects: a `flock` on a file beside the database (flock(2)).
///
/// It lasts until ``release()``, and ends with the process however that ends.
final class WriterLock: Sendable {
  private let descriptor: Mutex<Int32>

  /// Waits for the lock `path` up to `timeout`, then holds it.
  ///
  /// - Throws: ``LedgerError`` `locked`, naming the process that holds it; `readOnly` when the file cannot be opened.
  init(path: String, timeout: Duration) throws {
    let descriptor = Glibc.open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      let code = errno
      throw LedgerError(.readOnly, "cannot open the lock \(path): \(String(cString: strerror(code)))")
    }
    self.descriptor = Mutex(descriptor)
    let deadline = ContinuousClock.now + timeout
    var pause: UInt32 = 1_000
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let code = errno
      guard code == EWOULDBLOCK || code == EINTR else {
        throw LedgerError(.failed, "cannot lock \(path): \(String(cString: strerror(code)))")
      }
      guard ContinuousClock.now < deadline else { throw Self.held(descriptor, path) }
      usleep(pause)
      pause = min(pause * 2, 50_000)
    }
    Self.writeOwner(descriptor)
  }

  deinit { release() }

  /// Lets others have the lock; once is enough.
  func release() {
    descriptor.withLock { descriptor in
      guard descriptor >= 0 else { return }
      close(descriptor)
      descriptor = -1
    }
  }

  /// Leaves the process id in the file for those who wait; nobody relies on it.
  private static func writeOwner(_ descriptor: Int32) {
    let text = Array("\(getpid())\n".utf8)
    _ = ftruncate(descriptor, 0)
    _ = pwrite(descriptor, text, text.count, 0)
  }

  private static func held(_ descriptor: Int32, _ path: String) -> LedgerError {
    var bytes = [UInt8](repeating: 0, count: 32)
    let count = max(0, pread(descriptor, &bytes, bytes.count, 0))
    let pid = String(decoding: bytes[..<count], as: UTF8.self).prefix { $0.isNumber }
    let who = pid.isEmpty ? "another process" : "process \(pid)"
    return LedgerError(.locked, "\(who) is changing objects and holds \(path); try again when it is done")
  }
}
