// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import StorageAPI

struct PathCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "path",
    abstract: "Print where a pod's volume is mounted on this host.",
    discussion: """
      Prints nothing and fails unless the kernel says that the volume is mounted there, so that a script never writes \
      beneath a volume that is not there. A Deployment or StatefulSet stands for the first of its pods.

      EXAMPLES:
        orlop path pod/example-db data
        ls -l "$(orlop path deploy/reader site)"
      """)

  @Argument(help: "The pod or workload, as TYPE/NAME.") var object: String
  @Argument(help: "The volume's name in the pod.") var volume: String
  @OptionGroup var scope: NamespaceOption
  @OptionGroup var host: HostOptions

  func run() async throws {
    let name = try ObjectName.slashed(object)
    guard [.pod, .deployment, .statefulSet].contains(name.kind), let key = name.key(in: scope.namespace) else {
      throw UsageError("volumes are mounted for pods, deployments and statefulsets, not for \(name.kind.plural)")
    }
    Output.print(try await host.client().path(of: volume, in: key))
  }
}
