// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine

struct DoctorCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Compare the store, the disks and the kernel, and explain every difference.",
    discussion: """
      Every volume's image is compared with its record: that it is there, its size, its filesystem and UUID, and whether the
      kernel has noted errors in it. Fails when it finds something. With --fix it repairs what needs no person; data is never
      deleted.

      EXAMPLES:
        orlop doctor
        orlop doctor --fix
      """)

  @Flag(help: "Repair what needs no person.") var fix = false
  @OptionGroup var host: HostOptions

  func run() async throws {
    let client = try host.client()
    var findings = try await client.examine()
    if fix {
      for finding in findings where finding.repair != nil {
        try await client.repair(finding)
        Output.print("fixed: \(finding.subject): \(finding.message)")
      }
      findings = try await client.examine()
    }
    for finding in findings { Output.print("\(finding.subject): \(finding.message)\n  \(finding.remedy)") }
    guard findings.isEmpty else { throw ExitCode.failure }
    Output.print("store, disks and kernel agree")
  }
}
