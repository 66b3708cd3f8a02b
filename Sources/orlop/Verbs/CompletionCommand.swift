// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser

struct CompletionCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "completion",
    abstract: "Print a script that completes orlop's words in a shell.",
    discussion: """
      EXAMPLES:
        orlop completion bash > /etc/bash_completion.d/orlop
        orlop completion zsh > "${fpath[1]}/_orlop"
        orlop completion fish > ~/.config/fish/completions/orlop.fish
      """)

  /// A shell that the scripts exist for.
  enum Shell: String, ExpressibleByArgument, CaseIterable { case bash, zsh, fish }

  @Argument(help: "bash, zsh or fish.") var shell: Shell

  func run() {
    let script: CompletionShell =
      switch shell {
      case .bash: .bash
      case .zsh: .zsh
      case .fish: .fish
      }
    Output.put(Orlop.completionScript(for: script))
  }
}
