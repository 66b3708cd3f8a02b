// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import Testing

/// The binary `orlop` that was built with the tests, run on a store of its own.
struct OrlopProgram {
  /// The directory of the store and the sockets; removed by ``withStore(_:)``.
  let state: String

  /// What a run left.
  struct Outcome: CustomStringConvertible {
    let output: String
    let complaints: String
    let status: Int32

    var description: String { "status \(status)\n\(output)\n\(complaints)" }
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
    let process = Process()
    process.executableURL = try Self.binary()
    process.arguments = arguments
    process.environment = ["ORLOP_STATE": state, "ORLOP_RUN": state + "/run", "PATH": "/usr/sbin:/usr/bin:/sbin:/bin"]
    let (given, output, complaints) = (Pipe(), Pipe(), Pipe())
    process.standardInput = given
    process.standardOutput = output
    process.standardError = complaints
    try process.run()
    try given.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try given.fileHandleForWriting.close()
    let printed = output.fileHandleForReading.readDataToEndOfFile()
    let complained = complaints.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return Outcome(
      output: String(decoding: printed, as: UTF8.self), complaints: String(decoding: complained, as: UTF8.self),
      status: process.terminationStatus)
  }

  /// The binary beside the one that runs the tests.
  private static func binary() throws -> URL {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let binary = tests.deletingLastPathComponent().appendingPathComponent("orlop")
    try #require(FileManager.default.isExecutableFile(atPath: binary.path), "no binary at \(binary.path)")
    return binary
  }
}
