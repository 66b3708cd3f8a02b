// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine

struct AdoptCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "adopt",
    abstract: "Give volumes and snapshots on disk that the store does not know their objects again.",
    discussion: """
      Each volume's own record says what it is and which claim it was made for. After a lost database, adopt the volumes \
      and apply the claims again: each claim gets its old volume, with its data. A snapshot gets a \
      VolumeSnapshotContent, for a VolumeSnapshot that names it.

      EXAMPLES:
        orlop adopt
        orlop adopt pvc-0c3d7a6e-5b0e-4a53-9a43-3f0d5f6a7b11
      """)

  @Argument(help: "The id of the volume or snapshot; all that have no object if it is left out.") var volume: String?
  @OptionGroup var host: HostOptions

  func run() async throws {
    let adopted = try await host.client().adopt(only: volume)
    for name in adopted.volumes { Output.print("persistentvolume/\(name) adopted") }
    for name in adopted.snapshots { Output.print("volumesnapshotcontent/\(name) adopted") }
    for problem in adopted.problems { Output.complain("error: " + problem) }
    guard adopted.problems.isEmpty else { throw ExitCode.failure }
    if adopted.volumes.isEmpty && adopted.snapshots.isEmpty {
      Output.print("every volume on disk has its PersistentVolume, and every snapshot its VolumeSnapshotContent")
    }
  }
}
