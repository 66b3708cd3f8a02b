// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import StorageAPI

struct LabelCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "label",
    abstract: "Set labels of objects, or take them away.",
    discussion: """
      EXAMPLES:
        orlop label pvc/example-db-pvc tier=db
        orlop label pvc example-db-pvc tier=cache --overwrite
        orlop label pvc --all tier-
      """)

  @Argument(help: "TYPE NAME… or TYPE/NAME…, then KEY=VALUE to set and KEY- to take away.") var words: [String]
  @Flag(help: "Change labels that have another value already.") var overwrite = false
  @OptionGroup var chosen: ChosenObjects
  @OptionGroup var options: ChangeOptions

  func run() async throws {
    let list = try PairList(words, of: "label")
    let client = try options.host.client()
    let keys = try await chosen.keys(list.objects, in: options.scope.namespace, client)
    try await options.change(
      keys, client, word: list.word("labeled", "unlabeled"), unchanged: "not labeled"
    ) { object in
      try list.applied(to: object, "labels", overwrite: overwrite)
    }
  }
}
