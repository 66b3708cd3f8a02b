// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Presentation
import StorageAPI

struct ApiResourcesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "api-resources",
    abstract: "List the kinds of objects, and what the command line calls them.",
    discussion: """
      EXAMPLES:
        orlop api-resources
      """)

  @Flag(help: "Leave out the headings.") var noHeaders = false

  func run() {
    var table = Table(headings: ["NAME", "SHORTNAMES", "APIVERSION", "NAMESPACED", "KIND"])
    for kind in Kind.all.sorted(by: { ($0.group, $0.plural) < ($1.group, $1.plural) }) {
      table.append([
        kind.plural, kind.shortNames.joined(separator: ","), kind.apiVersion, String(kind.isNamespaced), kind.name,
      ])
    }
    Output.put(table.text(showsHeadings: !noHeaders))
  }
}
