// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import StorageAPI

struct AnnotateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "annotate",
    abstract: "Set annotations of objects, or take them away.",
    discussion: """
      EXAMPLES:
        orlop annotate pvc/example-db-pvc owner='the web team'
        orlop annotate pvc example-db-pvc owner=nobody --overwrite
        orlop annotate pvc --all owner-
      """)

  @Argument(help: "TYPE NAME… or TYPE/NAME…, then KEY=VALUE to set and KEY- to take away.") var words: [String]
  @Flag(help: "Change annotations that have another value already.") var overwrite = false
  @OptionGroup var chosen: ChosenObjects
  @OptionGroup var options: ChangeOptions

  func run() async throws {
    let list = try PairList(words, of: "annotation")
    let client = try options.host.client()
    let keys = try await chosen.keys(list.objects, in: options.scope.namespace, client)
    try await options.change(keys, client, word: "annotated", unchanged: "annotated") { object in
      try list.applied(to: object, "annotations", overwrite: overwrite)
    }
  }
}
