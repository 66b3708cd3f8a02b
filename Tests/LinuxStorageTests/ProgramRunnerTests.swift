// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage
import Testing

@Suite struct ProgramRunnerTests {
  let runner = ProgramRunner()

  @Test("Exit status, output and errors come back as they are")
  func results() async throws {
    let result = try await runner.run("sh", ["-c", "echo out; echo one >&2; echo two >&2; exit 7"])
    #expect(result.status == 7 && result.output == "out\n" && result.errors == "one\ntwo\n")
    #expect(result.complaint == "one; two")
    #expect(try await runner.run("sh", ["-c", "kill -9 $$"]).status == 137)
  }

  @Test("Arguments are never words of a shell")
  func arguments() async throws {
    let hostile = "$(touch /tmp/orlop-hostile); `id` | & ' \" \n *"
    #expect(try await runner.run("printf", ["%s", hostile]).output == hostile)
  }

  @Test("The program sees PATH and LC_ALL alone, nothing on its standard input, and no descriptor of ours")
  func environment() async throws {
    let scratch = try Scratch()
    let secret = try SparseFile.create("secret", in: scratch.root)
    #expect(fcntl(secret.descriptor.rawValue, F_SETFD, 0) == 0)
    #expect(try await runner.run("env", []).output.split(separator: "\n").count == 2)
    #expect(try await runner.run("cat", []).output.isEmpty)
    let open = try await runner.run("ls", ["-l", "/proc/self/fd"]).output
    #expect(!open.contains("secret"))
    withExtendedLifetime(secret) {}
  }

  @Test("A missing program is named, with the package that has it")
  func missing() async throws {
    let nowhere = ProgramRunner(searchPath: ["/nonexistent"])
    let error = await #expect(throws: HostError.self) { try await nowhere.run("mkfs.ext4", []) }
    #expect(error?.code == .notFound)
    #expect(error?.message == "the program mkfs.ext4 is not installed; install the package e2fsprogs")
    let unknown = await #expect(throws: HostError.self) { try await runner.run("nosuchprogram", []) }
    #expect(unknown?.message == "the program nosuchprogram is not installed")
  }

  @Test("A program that takes too long is ended, with all that it started")
  func timeout() async throws {
    let hasty = ProgramRunner(timeout: .milliseconds(100))
    let started = ContinuousClock.now
    let error = await #expect(throws: HostError.self) {
      try await hasty.run("sh", ["-c", "trap '' TERM; sleep 1000 & wait; sleep 1000"])
    }
    #expect(error?.code == .failed)
    #expect(ContinuousClock.now - started < .seconds(900))
  }

  @Test("A program that talks without end is an error, not a full memory")
  func tooMuch() async throws {
    let error = await #expect(throws: HostError.self) { try await runner.run("yes", []) }
    #expect(error?.code == .failed)
  }

  @Test("A failing program is an error with its own words where success is required")
  func requires() async throws {
    let error = await #expect(throws: HostError.self) { try await runner.require("mkfs.ext4", ["/nonexistent/image"]) }
    #expect(error?.message.contains("/nonexistent/image") == true)
    #expect(try await runner.require("sh", ["-c", "exit 3"], accepting: [0, 3]).status == 3)
  }
}
