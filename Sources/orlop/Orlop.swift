// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Presentation
import StorageAPI

/// The command: one file per verb under `Verbs/`.
struct Orlop: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "orlop",
    abstract: "Kubernetes-style persistent volumes on a plain Linux host.",
    discussion: """
      Turns StorageClass, PersistentVolume, PersistentVolumeClaim and Pod manifests into real, limited, mounted \
      volumes. No daemon, no Kubernetes, no configuration.

      EXAMPLES:
        orlop apply -f examples/database.yaml
        orlop get sc,pv,pvc,pods
        ls $(orlop path pod/example-db data)
        orlop delete -f examples/database.yaml
      """,
    version: Version.text,
    subcommands: [
      ApplyCommand.self, CreateCommand.self, GetCommand.self, DescribeCommand.self, DeleteCommand.self,
      EditCommand.self, PatchCommand.self, LabelCommand.self, AnnotateCommand.self, ScaleCommand.self,
      ResizeCommand.self,
      WaitCommand.self, PathCommand.self,
      ReconcileCommand.self, AdoptCommand.self, DoctorCommand.self, DfCommand.self, PoolCommand.self,
      DiffCommand.self, SimulateCommand.self, ApiResourcesCommand.self,
      ValidateCommand.self, QuantityCommand.self, CompletionCommand.self, VersionCommand.self,
    ])
}

/// Runs the command and turns what it throws into one sentence and an exit status: 0 done, 1 failed, 2 usage.
@main
struct Main {
  static func main() async {
    do {
      try refuseUnknownVerb(CommandLine.arguments.dropFirst().first ?? "")
      var command = try Orlop.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch {
      let (text, status) = verdict(on: error)
      if !text.isEmpty { status == 0 ? Output.print(text) : Output.complain(text) }
      Orlop.exit(withError: ExitCode(status))
    }
  }

  /// Says of a first word that is no verb what might have been meant.
  private static func refuseUnknownVerb(_ word: String) throws {
    let verbs = Orlop.configuration.subcommands.map { $0._commandName } + ["help"]
    guard !word.isEmpty, !word.hasPrefix("-"), !verbs.contains(word) else { return }
    if ["exec", "logs", "attach", "cp", "port-forward", "run"].contains(word) {
      throw UsageError("there is no \(word): nothing runs in a pod here; `orlop path` tells where its volumes are")
    }
    let hint = NearestName.of(word, among: verbs).map { "; did you mean \"\($0)\"?" } ?? "; see `orlop --help`"
    throw UsageError("unknown command \"\(word)\"\(hint)")
  }

  private static func verdict(on error: any Error) -> (text: String, status: Int32) {
    let code = Orlop.exitCode(for: error)
    switch code {
    case .success: return (Orlop.fullMessage(for: error), 0)
    case .validationFailure: return (Orlop.fullMessage(for: error), 2)
    default: break
    }
    if let code = error as? ExitCode { return ("", code.rawValue) }
    switch error {
    case let error as ManifestError: return (error.text, 1)
    case let error as StatusError: return (StatusText.text(error), 1)
    case let error as UsageError: return ("error: " + error.description, 2)
    default: return ("error: \(error)", 1)
    }
  }
}
