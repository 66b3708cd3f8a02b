// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import Testing

/// The binary `orlop` that was built with the tests, run on a store of its own.
struct OrlopProgram: Sendable {
  /// The directory of the store and the sockets; removed by ``withStore(_:)``.
  let state: String
  /// The program's path; the one that was built with the tests if there is none.
  var program: String?
  /// What is put before the program's own path: another program that runs it under other circumstances.
  var prefix: [String] = []
  /// More variables of its environment.
  var environment: [String: String] = [:]
  /// How long it may take; then it is killed.
  var limit = Duration.seconds(120)

  /// What a run left.
  struct Outcome: CustomStringConvertible {
    let output: String
    let complaints: String
    /// The exit status, or the signal that ended it.
    let status: Int32
    let isKilled: Bool

    var description: String { "\(isKilled ? "signal" : "status") \(status)\n\(output)\n\(complaints)" }
  }

  /// Gives `body` a program whose store is empty and goes with it.
  static func withStore(_ body: (OrlopProgram) throws -> Void) throws {
    let directory = FileManager.default.temporaryDirectory.appendingPathComponent("orlop-" + UUID().uuidString)
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    try body(OrlopProgram(state: directory.path))
  }

  /// Runs `orlop` with `arguments`, `input` on its standard input, and waits for its end.
  func run(_ arguments: String..., input: String = "") throws -> Outcome { try run(arguments, input: input) }

  /// Runs `orlop` with `arguments`, `input` on its standard input, and waits for its end.
  func run(_ arguments: [String], input: String = "") throws -> Outcome {
    try start(arguments, input: input).outcome()
  }

  /// Starts `orlop` with `arguments`, `input`, which is shorter than a pipe is long, on its standard input.
  func start(_ arguments: [String], input: String = "") throws -> Running {
    let command = try prefix + [program ?? Self.binary().path] + arguments
    let variables = ["ORLOP_STATE": state, "ORLOP_RUN": state + "/run", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    return Running(
      child: try ChildProcess(
        command, environment: variables.merging(environment) { $1 }, input: input, limit: limit))
  }

  /// One that was started.
  struct Running {
    let child: ChildProcess

    /// Waits for its end.
    func outcome() -> Outcome {
      let end = child.wait()
      return Outcome(output: end.output, complaints: end.complaints, status: end.status, isKilled: end.isKilled)
    }
  }

  /// The binary beside the one that runs the tests.
  static func binary() throws -> URL {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let binary = tests.deletingLastPathComponent().appendingPathComponent("orlop")
    try #require(FileManager.default.isExecutableFile(atPath: binary.path), "no binary at \(binary.path)")
    return binary
  }
}
