// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import Presentation
import StorageAPI

/// How much of a change is carried out.
enum DryRun: String, ExpressibleByArgument, CaseIterable {
  case none, client, server

  /// The options of a change made so.
  var options: WriteOptions { WriteOptions(isDryRun: self != .none) }

  /// What is printed behind a line about a change that was not kept.
  var mark: String {
    switch self {
    case .none: ""
    case .client: " (dry run)"
    case .server: " (server dry run)"
    }
  }
}

/// The options of the verbs that put the objects of manifests into the store, and what these verbs have in common.
struct SubmitOptions: ParsableArguments {
  @OptionGroup var input: ManifestOptions
  @OptionGroup var scope: NamespaceOption
  @Option(help: "Show what would be done and do nothing: none, client or server.") var dryRun = DryRun.none
  @Option(name: .shortAndLong, help: "Print the object instead of a line: name, yaml or json.") var output:
    ObjectFormat?
  @OptionGroup var host: HostOptions

  func validate() throws {
    guard !input.filename.isEmpty else { throw ValidationError("say which manifests with -f") }
  }

  /// Submits each manifest by `body`, which returns it as stored and the word for what was done; then makes the host agree, and
  /// tells what has not come about.
  ///
  /// A refused object does not keep the others back, but fails the verb; `deed` is what was being done, such as `creating`.
  func submit(
    _ deed: String, _ body: (FileManifest, LocalClient) async throws -> (written: Written, word: String)
  ) async throws {
    let manifests = try input.manifests()
    let client = try host.client()
    var submitted: [ObjectKey] = []
    var failed = false
    for manifest in manifests {
      do {
        let (written, word) = try await manifest.telling(deed) {
          try await body(manifest, client)
        }
        for warning in written.warnings { Output.complain(StatusText.warning(warning)) }
        Output.put(text(of: written, word, isOnly: manifests.count == 1))
        if let key = written.object.key { submitted.append(key) }
      } catch let error as ManifestError {
        Output.complain(error.description)
        failed = true
      }
    }
    if dryRun == .none {
      try await Progress(of: submitted, to: .ready, client).tell { try await client.settle() }
      if try await Unfinished(client: client).tell(about: submitted) { failed = true }
    }
    if failed { throw ExitCode.failure }
  }

  /// The line about `written`; or the object, as a document of its own where there are others.
  private func text(of written: Written, _ word: String, isOnly: Bool) -> String {
    guard let output else {
      return "\(written.object.kind?.qualifiedSingular ?? "")/\(written.object.name) \(word)\(dryRun.mark)\n"
    }
    return (output == .yaml && !isOnly ? "---\n" : "") + output.text(of: written.object)
  }
}
