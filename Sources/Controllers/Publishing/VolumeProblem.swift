// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Why a volume of a pod cannot be published now, in the kubelet's words.
struct VolumeProblem: Error, Sendable, Hashable {
  /// The step that the kubelet would have failed in.
  enum Stage: Sendable, Hashable {
    /// Finding out what the volume is (rules M2, M3).
    case processing
    /// A check or a mount, named as in the kubelet's messages (rule M7), of the volume with the given spec name.
    case mounting(String, specName: String)
  }

  let stage: Stage
  /// The volume's name in the pod.
  let volume: String
  /// What is wrong.
  let text: String

  /// The problem of the volume `volume` in finding out what it is.
  static func processing(_ volume: String, _ text: String) -> VolumeProblem {
    VolumeProblem(stage: .processing, volume: volume, text: text)
  }

  /// The problem of the volume `volume` in the step `operation`.
  static func mounting(
    _ volume: String, _ specName: String, _ text: String, operation: String = "MountVolume.SetUp"
  ) -> VolumeProblem {
    VolumeProblem(stage: .mounting(operation, specName: specName), volume: volume, text: text)
  }

  /// The sentences of the FailedMount events that tell of `problems`.
  static func messages(_ problems: [VolumeProblem]) -> [String] {
    var unprocessed: [VolumeProblem] = []
    var messages: [String] = []
    for problem in problems {
      switch problem.stage {
      case .processing: unprocessed.append(problem)
      case .mounting(let operation, let specName):
        messages.append("\(operation) failed for volume \"\(specName)\" : \(problem.text)")
      }
    }
    guard !unprocessed.isEmpty else { return messages }
    let names = unprocessed.map(\.volume).sorted().joined(separator: " ")
    let texts = unprocessed.map(\.text)
    let text = texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
    return [
      "Unable to attach or mount volumes: unmounted volumes=[\(names)], unattached volumes=[], failed to process "
        + "volumes=[\(names)]: \(text)"
    ] + messages
  }
}
