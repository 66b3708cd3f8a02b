// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import Testing

/// A command line or a file that makes no sense, and what is said about it.
struct Nonsense: Sendable, CustomTestStringConvertible {
  let arguments: [String]
  let sentence: String
  var file: [UInt8] = []

  var testDescription: String { arguments.joined(separator: " ") }
}

@Suite("What makes no sense is refused in a sentence, by any user")
struct UsageTests {
  @Test(
    "A command line",
    arguments: [
      Nonsense(arguments: ["frobnicate"], sentence: "unknown command \"frobnicate\"; see `orlop --help`"),
      Nonsense(arguments: ["descibe", "pvc"], sentence: "unknown command \"descibe\"; did you mean \"describe\"?"),
      Nonsense(arguments: ["exec", "-it", "web"], sentence: "nothing runs in a pod here"),
      Nonsense(arguments: ["apply"], sentence: "say which manifests with -f"),
      Nonsense(arguments: ["apply", "-f", "x", "--frobnicate"], sentence: "Unknown option '--frobnicate'"),
      Nonsense(arguments: ["apply", "-f", "x", "--dry-run", "maybe"], sentence: "'maybe' is invalid for '--dry-run"),
      Nonsense(arguments: ["apply", "-f"], sentence: "Missing value for '-f"),
      Nonsense(arguments: ["delete"], sentence: "say what to delete: either TYPE NAME or -f FILE"),
      Nonsense(arguments: ["get"], sentence: "Missing expected argument"),
      Nonsense(arguments: ["path"], sentence: "Missing expected argument"),
      Nonsense(arguments: ["quantity"], sentence: "rror: "),
    ]) func usage(_ nonsense: Nonsense) throws
  {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      let refused = try orlop.run(nonsense.arguments)
      #expect(refused.status == 2 && !refused.isKilled, "\(refused)")
      #expect(refused.complaints.split(separator: "\n").first?.contains(nonsense.sentence) == true, "\(refused)")
      #expect(refused.output == "")
    }
  }

  @Test(
    "A manifest",
    arguments: [
      Nonsense(arguments: ["validate", "-f", "missing"], sentence: "cannot read missing: No such file or directory"),
      Nonsense(arguments: ["apply", "-f", "missing"], sentence: "cannot read missing: No such file or directory"),
      Nonsense(arguments: ["apply", "-f", "file"], sentence: "no objects passed"),
      Nonsense(arguments: ["apply", "-f", "/proc"], sentence: "/proc holds no .yaml, .yml or .json file"),
      Nonsense(arguments: ["apply", "-f", "file"], sentence: "the text is not UTF-8", file: [0x7f, 0x45, 0xff, 0xfe]),
      Nonsense(arguments: ["apply", "-f", "file"], sentence: "[document 1, line 1]", file: Array("hello".utf8)),
      Nonsense(
        arguments: ["apply", "-f", "file"], sentence: "Frobnicator",
        file: Array("apiVersion: v1\nkind: Frobnicator\nmetadata: {name: x}\n".utf8)),
      Nonsense(arguments: ["apply", "-f", "file"], sentence: "[document 1, line", file: Array("a: [1, {".utf8)),
    ]) func manifest(_ nonsense: Nonsense) throws
  {
    try refuse(nonsense)
  }

  @Test(
    "A configuration file; whoever is not root is told that before", .enabled(if: getuid() == 0),
    arguments: [
      Nonsense(arguments: ["get", "pods", "--config", "missing"], sentence: "cannot read missing"),
      Nonsense(arguments: ["get", "pods", "--config", "file"], sentence: "file: ", file: [0xff, 0xfe]),
      Nonsense(arguments: ["get", "pods", "--config", "file"], sentence: "file: ", file: Array("state: [1".utf8)),
      Nonsense(
        arguments: ["get", "pods", "--config", "file"], sentence: "file: unknown key \"frob\"",
        file: Array("frob: 1".utf8)),
      Nonsense(
        arguments: ["get", "pods", "--config", "file"], sentence: "file: state must be a text",
        file: Array("state: 7".utf8)),
    ]) func configuration(_ nonsense: Nonsense) throws
  {
    try refuse(nonsense)
  }

  /// Runs it where `file` has its content, and expects status 1 and one sentence.
  private func refuse(_ nonsense: Nonsense) throws {
    try OrlopProgram.withStore { (orlop) throws -> Void in
      let file = orlop.state + "/file"
      try Data(nonsense.file).write(to: URL(fileURLWithPath: file))
      let refused = try orlop.run(nonsense.arguments.map { $0 == "file" ? file : $0 })
      #expect(refused.status == 1 && !refused.isKilled, "\(refused)")
      #expect(refused.complaints.contains(nonsense.sentence), "\(refused)")
      #expect(refused.complaints.split(separator: "\n").count == 1, "\(refused)")
      #expect(!refused.complaints.contains("Error(") && !refused.complaints.contains("code:"), "\(refused)")
      #expect(try FileManager.default.contentsOfDirectory(atPath: orlop.state) == ["file"])
    }
  }
}
