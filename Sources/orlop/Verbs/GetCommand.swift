// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import Presentation
import StorageAPI

struct GetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get",
    abstract: "Show objects as a table, as YAML or as JSON.",
    discussion: """
      TYPE is sc, vac, pv, pvc, vs, vsc, vsclass, pods, deploy, sts, ns, nodes or events, several with commas between \
      them, or all. \
      'orlop get volumes' shows the volumes and snapshots on this host's disks, whatever the objects say.

      EXAMPLES:
        orlop get sc,pv,pvc,pods
        orlop get pvc -A -o wide
        orlop get pv pv0001 -o yaml
        orlop get pvc -l app=db --sort-by=.spec.resources.requests.storage
        orlop get pvc example-db-pvc -o jsonpath='{.status.capacity.storage}'
        orlop get events --field-selector involvedObject.name=example-db-pvc
        orlop get pods -w
      """)

  @Argument(help: "TYPE[,TYPE] [NAME…] or TYPE/NAME….") var objects: [String]
  @Option(name: .shortAndLong, help: ArgumentHelp("\(OutputFormat.words).", valueName: "format")) var output: String?
  @Option(name: [.customShort("l"), .long], help: "Only objects with these labels, such as app=db,tier!=test.")
  var selector: String?
  @Option(help: "Only objects with these values, such as status.phase=Pending,metadata.name!=db.")
  var fieldSelector: String?
  @Option(help: "Sort by a field, such as .metadata.creationTimestamp.") var sortBy: String?
  @Flag(name: [.customShort("A"), .long], help: "The objects of all namespaces.") var allNamespaces = false
  @Flag(name: .shortAndLong, help: "Go on showing changes as they come.") var watch = false
  @Flag(help: "Leave out the headings.") var noHeaders = false
  @Flag(help: "Show all labels in a last column.") var showLabels = false
  @Flag(help: "Show the kind before each name.") var showKind = false
  @Flag(help: "Do not mind objects that are not there.") var ignoreNotFound = false
  @OptionGroup var scope: NamespaceOption
  @OptionGroup var host: HostOptions

  func run() async throws {
    let format = try OutputFormat(output)
    if try HostVolumes.isMeant(by: objects) {
      return try await HostVolumes.show(host.client(), format, showsHeadings: !noHeaders)
    }
    let query = try ObjectQuery(
      objects, namespace: allNamespaces ? nil : scope.namespace, selector: selector, fields: fieldSelector)
    let client = try host.client()
    if watch { return try await ObjectWatch(query: query, format: format, options: options(query)).run(client) }

    var answer = try await query.answer(of: client)
    for index in answer.groups.indices {
      let objects = answer.groups[index].objects
      if let sortBy {
        answer.groups[index].objects = try Sorting.sorted(objects, by: sortBy)
      } else if answer.groups[index].kind == .event {
        answer.groups[index].objects = EventOrder.sorted(objects)
      }
    }
    try show(answer, query, format)
    guard !ignoreNotFound else { return }
    for refusal in answer.refusals { Output.complain(StatusText.text(refusal)) }
    guard answer.refusals.isEmpty else { throw ExitCode.failure }
    if answer.objects.isEmpty && format.isForPeople { Output.complain(StatusText.nothing(in: query.place)) }
  }

  private func options(_ query: ObjectQuery) -> TablePrinter.Options {
    var options = TablePrinter.Options()
    options.isWide = output == "wide"
    options.showsHeadings = !noHeaders
    options.showsNamespace = allNamespaces
    options.showsKind = showKind || query.kinds.count > 1
    options.showsLabels = showLabels
    return options
  }

  private func show(_ answer: ObjectQuery.Answer, _ query: ObjectQuery, _ format: OutputFormat) throws {
    let objects = answer.objects
    // One object that is not there is told by its refusal, not by an empty list.
    if query.isSingle && objects.isEmpty { return }
    if let document = try format.document(objects, isSingle: query.isSingle, showsHeadings: !noHeaders) {
      return Output.put(document)
    }
    let now = Clock.now()
    let tables = answer.groups.filter { !$0.objects.isEmpty }.map { group in
      var printer = TablePrinter(group.kind, options: options(query))
      return printer.print(group.objects, now: now)
    }
    Output.put(tables.joined(separator: noHeaders ? "" : "\n"))
  }
}
