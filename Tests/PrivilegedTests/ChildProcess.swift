// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import Glibc
import Synchronization
import Testing

/// A program that was started, by posix_spawn(3) and waitpid(2) alone: Foundation's Process waits for ever on the guest's kernel.
final class ChildProcess: Sendable {
  private let pid: pid_t
  private let output: FileHandle
  private let complaints: FileHandle
  private let isEnded = Mutex(false)

  /// How it ended, and what it said.
  struct End {
    let output: String
    let complaints: String
    /// The exit status, or the signal that ended it.
    let status: Int32
    let isKilled: Bool
  }

  /// Starts `command`, a path and its arguments, with this environment alone and `input` to read. After `limit` it is killed.
  init(_ command: [String], environment: [String: String], input: String = "", limit: Duration) throws {
    (output, complaints) = (try Self.file(), try Self.file())
    let given = try Self.file()
    try given.write(contentsOf: Data(input.utf8))
    lseek(given.fileDescriptor, 0, SEEK_SET)

    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    for (number, file) in [given, output, complaints].enumerated() {
      posix_spawn_file_actions_adddup2(&actions, file.fileDescriptor, Int32(number))
    }
    // What other tests have open without O_CLOEXEC is none of its business: it would keep their volumes busy.
    // Closing a number that is not open is no error here, posix_spawn(3) of glibc; closefrom is not in Swift's Glibc.
    for number in 3..<Int32(1024) { posix_spawn_file_actions_addclose(&actions, number) }

    let arguments = command.map { strdup($0) } + [nil]
    let variables = environment.map { strdup("\($0)=\($1)") } + [nil]
    defer { for text in arguments + variables { free(text) } }
    var child: pid_t = 0
    let result = posix_spawn(&child, command[0], &actions, nil, arguments, variables)
    try #require(result == 0, "cannot run \(command[0]): \(String(cString: strerror(result)))")
    pid = child
    let seconds = Double(limit.components.seconds) + Double(limit.components.attoseconds) / 1e18
    DispatchQueue.global().asyncAfter(deadline: .now() + seconds) { [weak self] in self?.kill() }
  }

  private func kill() { isEnded.withLock { if !$0 { _ = Glibc.kill(pid, SIGKILL) } } }

  /// Waits for its end; once.
  func wait() -> End {
    var information = siginfo_t()
    // Its number stays its own until it is reaped below.
    while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
    var status: Int32 = 0
    isEnded.withLock { isEnded in
      isEnded = true
      waitpid(pid, &status, 0)
    }
    let signal = status & 0x7f
    return End(
      output: Self.text(output), complaints: Self.text(complaints),
      status: signal == 0 ? (status >> 8) & 0xff : signal, isKilled: signal != 0)
  }

  /// A file without a name. A file and not a pipe: nobody waits for whoever else has inherited it.
  private static func file() throws -> FileHandle {
    var name = Array((NSTemporaryDirectory() + "orlop-said-XXXXXX").utf8CString)
    let descriptor = mkstemp(&name)
    try #require(descriptor >= 0)
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    unlink(name)
    return FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
  }

  private static func text(_ file: FileHandle) -> String {
    lseek(file.fileDescriptor, 0, SEEK_SET)
    return String(decoding: file.readDataToEndOfFile(), as: UTF8.self)
  }
}
