// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// The pods that have a claim's volume mounted while it grows.
struct GrowthUsers: Sendable {
  /// The pods whose volumes are published.
  let pods: [Pod]
  /// Whether there are pods, and none of them may write (rule E13).
  let onlyRead: Bool

  /// Those of `claim`.
  init(of claim: PersistentVolumeClaim, in world: World) {
    pods = world.pods(using: claim.key).filter(\.holdsItsVolumes)
    onlyRead =
      !pods.isEmpty
      && pods.allSatisfy { pod in
        pod.volumes.filter { pod.claimName(of: $0) == claim.name }.allSatisfy(\.isReadOnly)
      }
  }

  /// The same event about each pod and about the claim.
  func notices(
    _ type: Event.Severity, _ reason: String, _ message: String, _ claim: PersistentVolumeClaim
  ) -> [Step] {
    pods.map { .emit(Notice(type, reason, message, about: $0, from: "kubelet")) }
      + [.emit(Notice(type, reason, message, about: claim, from: "kubelet"))]
  }

  /// The events of a filesystem that has grown (rule E12).
  func successes(of claim: PersistentVolumeClaim, _ volume: PersistentVolume) -> [Step] {
    let node = pods.first.map { " " + $0.nodeName } ?? ""
    let message = "MountVolume.NodeExpandVolume succeeded for volume \"\(volume.name)\"\(node)"
    return notices(.normal, "FileSystemResizeSuccessful", message, claim)
  }
}
