// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Controllers
import StorageAPI

/// Storage that exists only on paper: everything asked of it succeeds at once.
enum SimulatedStorage {
  /// How `effect` ends.
  static func perform(_ effect: Effect) -> Outcome {
    switch effect {
    case .provision(let request): .provisioned(volume(for: request))
    case .snapshot(let request):
      .snapshotted(MadeSnapshot(handle: request.handle, bytes: request.volumeBytes, createdAt: nil))
    case .deleteBackend, .recycle, .publish, .unpublish, .deleteSnapshot: .done
    case .expand(let request): .expanded(Expansion(bytes: request.bytes))
    }
  }

  /// A CSI volume whose handle is the volume's name (rule P31).
  private static func volume(for request: ProvisionRequest) -> ProvisionedVolume {
    var csi: JSONObject = [
      "driver": .string(request.driver), "volumeHandle": .string(request.volumeName),
      "volumeAttributes": ["storage.kubernetes.io/csiProvisionerIdentity": .string("simulated-" + request.driver)],
    ]
    if let fsType = request.fsType, request.claim.volumeMode == .filesystem { csi["fsType"] = .string(fsType) }
    return ProvisionedVolume(bytes: request.bytes, source: ["csi": .object(csi)])
  }
}
