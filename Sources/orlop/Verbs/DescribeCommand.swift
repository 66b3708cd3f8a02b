// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import Presentation
import StorageAPI

struct DescribeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "describe",
    abstract: "Tell all about objects, what happened to them, and why they wait.",
    discussion: """
      A name that no object has stands for all objects whose names begin with it. For a claim that waits, the section \
      Why tells which rule each volume failed; for a volume that can't go, who uses it.

      EXAMPLES:
        orlop describe pvc example-db-pvc
        orlop describe pv
        orlop describe pod/example-db sc/vsphere
      """)

  @Argument(help: "TYPE[,TYPE] [NAME…] or TYPE/NAME….") var objects: [String]
  @Option(name: [.customShort("l"), .long], help: "Only objects with these labels, such as app=db,tier!=test.")
  var selector: String?
  @Option(help: "Whether events are told: true or false.") var showEvents = true
  @Flag(name: [.customShort("A"), .long], help: "The objects of all namespaces.") var allNamespaces = false
  @OptionGroup var scope: NamespaceOption
  @OptionGroup var host: HostOptions

  func run() async throws {
    let query = try ObjectQuery(objects, namespace: allNamespaces ? nil : scope.namespace, selector: selector)
    let client = try host.client()
    let (found, refusals) = try await objects(query, client)
    if !found.isEmpty {
      let all = try await context(of: found, client)
      var texts: [String] = []
      for object in found {
        var context = all
        if let key = object.key { context.why = try await client.explanation(of: key) }
        texts.append(Description.text(of: object, context))
      }
      Output.put(texts.joined(separator: "\n\n"))
    }
    for refusal in refusals { Output.complain(StatusText.text(refusal)) }
    guard refusals.isEmpty else { throw ExitCode.failure }
    if found.isEmpty { Output.complain(StatusText.nothing(in: query.place)) }
  }

  /// What the query names; for a name in vain the objects whose names begin with it.
  private func objects(
    _ query: ObjectQuery, _ client: some Client
  ) async throws -> (found: [Resource], refusals: [StatusError]) {
    var found: [Resource] = []
    var refusals: [StatusError] = []
    for name in query.names {
      let single = ObjectQuery(name, in: query)
      let answer = try await single.answer(of: client)
      found += answer.objects
      guard let refusal = answer.refusals.first, let prefix = name.name else { continue }
      let listed = try await client.list(name.kind, namespace: name.kind.isNamespaced ? query.namespace : nil).objects
      let alike = listed.filter { $0.name.hasPrefix(prefix) }
      found += alike
      if alike.isEmpty { refusals.append(refusal) }
    }
    return (found, refusals)
  }

  /// Events and pods of the namespaces of `objects`; those of all namespaces for objects without one.
  private func context(of objects: [Resource], _ client: some Client) async throws -> Description.Context {
    let namespaces = Set(objects.map(\.namespace))
    let place = namespaces.count == 1 ? namespaces.first.flatMap { $0.isEmpty ? nil : $0 } : nil
    let events = showEvents ? try await client.list(.event, namespace: place).objects : nil
    let pods = try await client.list(.pod, namespace: place).objects
    return Description.Context(now: Clock.now(), events: events, pods: pods)
  }
}
