// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import Presentation
import StorageAPI

struct DeleteCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "delete",
    abstract: "Delete objects, and what follows from that on the host.",
    discussion: """
      Waits until the objects are gone, as kubectl does. A claim that a pod still uses goes when the pod goes.

      EXAMPLES:
        orlop delete -f examples/database.yaml
        orlop delete pod example-db
        orlop delete pvc/example-db-pvc --wait=false
        orlop delete pods --all
        orlop delete pvc -l app=db
      """)

  @Argument(help: "TYPE NAME…, TYPE/NAME…, or TYPE with -l or --all.") var objects: [String] = []
  @OptionGroup var input: ManifestOptions
  @Option(name: [.customShort("l"), .long], help: "Only objects with these labels, such as app=db,tier!=test.")
  var selector: String?
  @Flag(help: "All objects of the kind in the namespace.") var all = false
  @Option(help: "Whether to wait until the objects are gone: true or false.") var wait = true
  @Option(help: "How long to wait, such as 30s or 5m; 0 for as long as it takes.") var timeout = TimeSpan.forever
  @Flag(help: "Do not mind objects that are not there.") var ignoreNotFound = false
  @Option(help: "Show what would be done and do nothing: none, client or server.") var dryRun = DryRun.none
  @Flag(name: [.customShort("A"), .long], help: "With -l or --all, the objects of all namespaces.")
  var allNamespaces = false
  @Flag(help: "Taken for kubectl's sake: a pod here goes at once as it is.") var force = false
  @Flag(help: "The same.") var now = false
  @Option(help: ArgumentHelp("The same.", valueName: "seconds")) var gracePeriod: Int?
  @OptionGroup var scope: NamespaceOption
  @OptionGroup var host: HostOptions

  func validate() throws {
    guard objects.isEmpty != input.filename.isEmpty else {
      throw ValidationError("say what to delete: either TYPE NAME or -f FILE")
    }
  }

  func run() async throws {
    let client = try host.client()
    var failed = false
    var asked: [Resource] = []
    for key in try await keys(client) {
      do {
        let object = try await client.get(key)
        try await client.delete(key, options: dryRun.options)
        let place = key.namespace.isEmpty ? "" : " from \(key.namespace) namespace"
        Output.print("\(key.kind.qualifiedSingular) \"\(key.name)\" deleted\(place)\(dryRun.mark)")
        asked.append(object)
      } catch let error as StatusError where error.reason == .notFound {
        guard !ignoreNotFound else { continue }
        Output.complain(StatusText.text(error))
        failed = true
      }
    }
    if dryRun == .none {
      try await Progress(of: asked.compactMap(\.key), to: .gone, client).tell { try await client.settle() }
      if wait { try await Waiter(client: client, timeout: timeout).untilGone(asked) }
    }
    if failed { throw ExitCode.failure }
  }

  private func keys(_ client: some Client) async throws -> [ObjectKey] {
    guard input.filename.isEmpty else {
      return try input.manifests().map { manifest in
        let object = manifest.object(in: scope.namespace)
        return ObjectKey(manifest.kind, namespace: object.namespace, name: object.name)
      }
    }
    var keys: [ObjectKey] = []
    let query = try ObjectQuery(objects, namespace: allNamespaces ? nil : scope.namespace, selector: selector)
    for name in query.names {
      if let key = name.key(in: scope.namespace) {
        keys.append(key)
      } else {
        guard all || selector != nil else {
          throw UsageError("name the \(name.kind.plural) to delete, or say --all or -l")
        }
        keys += try await ObjectQuery(name, in: query).answer(of: client).objects.compactMap(\.key)
      }
    }
    if keys.isEmpty { Output.complain(StatusText.nothing(in: query.place)) }
    return keys
  }
}
