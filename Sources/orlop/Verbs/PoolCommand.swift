// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine

struct PoolCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pool",
    abstract: "Prepare storage roots.",
    subcommands: [Prepare.self])

  struct Prepare: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
      commandName: "prepare",
      abstract: "Make a directory of the pools a pool, by giving it its marker.",
      discussion: """
        Mount the disk first: the marker lies on it, and where the marker is missing nothing is ever created, so that an \
        unmounted disk is noticed. The pool \"default\" needs this only when its disk is mounted by hand.

        EXAMPLES:
          orlop pool prepare default
          orlop pool prepare fast --quota
        """)

    @Argument(help: "The pool's name: the directory below pools/.") var name: String
    @Flag(help: "Turn on simple quotas for the whole btrfs filesystem, so that directory volumes have limits.")
    var quota = false
    @OptionGroup var host: HostOptions

    func run() async throws {
      try await host.client().preparePool(name, quotas: quota)
      Output.print("pool/\(name) prepared")
    }
  }
}
