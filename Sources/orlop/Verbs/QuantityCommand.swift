// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import StorageAPI

/// `orlop quantity`: what sizes mean.
struct QuantityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "quantity",
    abstract: "Explain sizes such as 400M and 400Mi.",
    discussion: """
      Shows how a size is stored, how many bytes it is, and how its neighbour with the other kind of suffix \
      compares. Sizes that begin with a minus sign go after '--'. The exit status is 1 when any text is no size.

      EXAMPLES:
        orlop quantity 400M 400Mi
        orlop quantity -o json -- 1.5Gi -1 1e3
      """)

  /// How the explanations are printed.
  enum Format: String, ExpressibleByArgument, CaseIterable { case json }

  @Option(name: .shortAndLong, help: ArgumentHelp("Print a JSON array with one entry per text.", valueName: "format"))
  var output: Format?

  @Argument(help: ArgumentHelp("The sizes to explain.", valueName: "text"))
  var texts: [String]

  func run() throws {
    let explanations = texts.map(QuantityExplanation.init)
    switch output {
    case .json: Output.print(JSONWriter.pretty(.array(explanations.map(\.json))))
    case nil: Output.print(explanations.map(\.text).joined(separator: "\n\n"))
    }
    if explanations.contains(where: \.isRefused) { throw ExitCode.failure }
  }
}
