// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import Presentation
import StorageAPI

struct DiffCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "diff",
    abstract: "Show what apply would change.",
    discussion: """
      The exit status is 0 without differences, 1 with differences, and 2 when a manifest would be refused.

      EXAMPLES:
        orlop diff -f examples/database.yaml
        sed s/400M/1Gi/ examples/database.yaml | orlop diff -f -
      """)

  @OptionGroup var input: ManifestOptions
  @OptionGroup var scope: NamespaceOption
  @OptionGroup var host: HostOptions

  func validate() throws {
    guard !input.filename.isEmpty else { throw ValidationError("say which manifests with -f") }
  }

  func run() async throws {
    let manifests = try input.manifests()
    let client = try host.client()
    let applier = Applier(namespace: scope.namespace, options: WriteOptions(isDryRun: true))
    var status: Int32 = 0
    for manifest in manifests {
      do {
        let text = try await manifest.telling("applying") { try await difference(manifest, applier, client) }
        Output.put(text)
        if !text.isEmpty { status = max(status, 1) }
      } catch let error as ManifestError {
        Output.complain(error.description)
        status = 2
      }
    }
    if status != 0 { throw ExitCode(status) }
  }

  /// What would change of the manifest's object, as a unified diff; "" when nothing would.
  private func difference(
    _ manifest: FileManifest, _ applier: Applier, _ client: some Client
  ) async throws -> String {
    let key = manifest.object(in: scope.namespace).key
    let live = try await current(key, client)
    let merged = try await applier.apply(manifest, client).written.object
    let before = live.map(Self.lines) ?? []
    let after = Self.lines(of: merged)
    guard before != after else { return "" }
    let name = key?.description ?? manifest.manifest.displayName
    return "--- live/\(name)\n+++ merged/\(name)\n" + LineDiff.unified(before, after)
  }

  private func current(_ key: ObjectKey?, _ client: some Client) async throws -> Resource? {
    guard let key else { return nil }
    do { return try await client.get(key) } catch let error as StatusError where error.reason == .notFound {
      return nil
    }
  }

  /// `object` as lines of YAML, without what changes with every write.
  private static func lines(of object: Resource) -> [String] {
    var object = object
    for field in ["resourceVersion", "generation", "uid", "creationTimestamp"] {
      object.json.set(nil, "metadata", field)
    }
    object.setAnnotation(WellKnown.lastApplied, nil)
    return ObjectOutput.yaml([object], isSingle: true).split(separator: "\n").map(String.init)
  }
}
