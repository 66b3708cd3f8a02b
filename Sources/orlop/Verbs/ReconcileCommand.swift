// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import StorageAPI

struct ReconcileCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "reconcile",
    abstract: "Attach and mount again what should be, after a reboot or a crash.",
    discussion: """
      Looks at every object and every mount, finishes what was interrupted, and mounts what is missing. Run it at boot; \
      running it again changes nothing.

      EXAMPLES:
        orlop reconcile
      """)

  @OptionGroup var host: HostOptions

  func run() async throws {
    let client = try host.client()
    let restored = try await client.restore()
    for name in restored.published { Output.print("pod/\(name) mounted") }
    for (name, reason) in restored.failures { Output.complain("pod/\(name): \(reason)") }
    let pods = try await client.list(.pod, namespace: nil).objects.compactMap(\.key)
    let claims = try await client.list(.persistentVolumeClaim, namespace: nil).objects.compactMap(\.key)
    let failed = try await Unfinished(client: client).tell(about: claims + pods)
    if restored.isQuiet && !failed { Output.print("nothing to do") }
    if failed || !restored.failures.isEmpty { throw ExitCode.failure }
  }
}
