// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser

/// The release that this binary is.
enum Version {
  /// The number, by semantic versioning.
  static let text = "0.1.0"
}

struct VersionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "version",
    abstract: "Print the version.",
    discussion: """
      EXAMPLES:
        orlop version
      """)

  func run() { Output.print("orlop " + Version.text) }
}
