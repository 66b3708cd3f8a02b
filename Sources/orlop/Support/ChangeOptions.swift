// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import Presentation
import StorageAPI

/// The options of the verbs that change objects that are there, and what these verbs have in common.
struct ChangeOptions: ParsableArguments {
  /// How often a change is made anew when another process has changed the object meanwhile.
  private static let attempts = 5

  @OptionGroup var scope: NamespaceOption
  @Option(help: "Show what would be done and do nothing: none, client or server.") var dryRun = DryRun.none
  @Option(name: .shortAndLong, help: "Print the object instead of a line: name, yaml or json.") var output:
    ObjectFormat?
  @OptionGroup var host: HostOptions

  /// Changes each of `keys` by `body`, makes the host agree, and tells what has not come about.
  ///
  /// - Parameters:
  ///   - word: what is said of a changed object, such as `patched`.
  ///   - unchanged: what is said of one that stays as it is.
  ///   - body: the object as it is to be, of the object as it is; called again when another process was faster.
  func change(
    _ keys: [ObjectKey], _ client: LocalClient, word: String, unchanged: String,
    _ body: (Resource) throws -> JSONObject
  ) async throws {
    var failed = false
    for key in keys {
      do {
        let written = try await change(key, client, body)
        for warning in written.warnings { Output.complain(StatusText.warning(warning)) }
        Output.put(text(of: written, written.isChanged ? word : unchanged))
      } catch let error as StatusError {
        Output.complain(StatusText.text(error))
        failed = true
      }
    }
    if dryRun == .none {
      try await Progress(of: keys, to: .ready, client).tell { try await client.settle() }
      if try await Unfinished(client: client).tell(about: keys) { failed = true }
    }
    if failed { throw ExitCode.failure }
  }

  private func change(
    _ key: ObjectKey, _ client: LocalClient, _ body: (Resource) throws -> JSONObject
  ) async throws -> Written {
    var attempt = 1
    while true {
      do {
        let live = try await client.get(key)
        return try await client.update(Resource(json: try body(live)), options: dryRun.options)
      } catch let error as StatusError where error.reason == .conflict && attempt < Self.attempts {
        attempt += 1
      }
    }
  }

  private func text(of written: Written, _ word: String) -> String {
    if let output { return output.text(of: written.object) }
    let kind = written.object.kind?.qualifiedSingular ?? ""
    return "\(kind)/\(written.object.name) \(word)\(dryRun.mark)\n"
  }
}

/// How the verbs that change objects print them, instead of a line.
enum ObjectFormat: String, ExpressibleByArgument, CaseIterable {
  case name, yaml, json

  /// `object` as a text that ends with a line.
  func text(of object: Resource) -> String {
    switch self {
    case .name: ObjectOutput.names([object])
    case .yaml: ObjectOutput.yaml([object], isSingle: true)
    case .json: ObjectOutput.json([object], isSingle: true)
    }
  }
}

/// Which objects a verb changes: by name, or by their labels.
struct ChosenObjects: ParsableArguments {
  @Option(name: [.customShort("l"), .long], help: "Only objects with these labels, such as app=db,tier!=test.")
  var selector: String?
  @Flag(help: "All objects of the kind in the namespace.") var all = false

  /// The keys of the objects that `words` name in `namespace`.
  ///
  /// - Throws: ``UsageError`` for a kind without names, unless all or some labels are asked for.
  func keys(_ words: [String], in namespace: String, _ client: some Client) async throws -> [ObjectKey] {
    let query = try ObjectQuery(words, namespace: namespace, selector: selector)
    var keys: [ObjectKey] = []
    for name in query.names {
      if let key = name.key(in: namespace) {
        keys.append(key)
        continue
      }
      guard all || selector != nil else { throw UsageError("name the \(name.kind.plural), or say --all or -l") }
      keys += try await ObjectQuery(name, in: query).answer(of: client).objects.compactMap(\.key)
    }
    if keys.isEmpty { Output.complain(StatusText.nothing(in: query.place)) }
    return keys
  }
}
