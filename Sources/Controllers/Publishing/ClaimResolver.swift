// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Follows one claim of a pod to its volume, and names the first thing on the way that is not as it must be
/// (rules M1, M2, M4, M8, M9, T14).
struct ClaimResolver {
  let pod: Pod
  let volume: PodVolume
  let node: HostNode
  let world: World

  /// The volume behind the claim `name`.
  func volume(of name: String) throws(VolumeProblem) -> PersistentVolume {
    let key = ObjectKey(.persistentVolumeClaim, namespace: pod.namespace, name: name)
    let (claim, persistent) = try bound(key)
    try checkMode(claim)
    guard node.suits(persistent, in: world) else {
      throw .mounting(
        volume.name, persistent.name, "no matching NodeSelectorTerms", operation: "MountVolume.NodeAffinity check")
    }
    if persistent.accessModes.contains(AccessMode.readWriteOncePod.rawValue), let other = holder(of: key) {
      throw .mounting(
        volume.name, persistent.name,
        "volume uses the ReadWriteOncePod access mode and is already in use by another pod (\(other.name))")
    }
    return persistent
  }

  private func problem(_ key: ObjectKey, _ text: String) -> VolumeProblem {
    .processing(volume.name, "error processing PVC \(key.qualifiedName): \(text)")
  }

  /// The claim and the volume, which point at each other.
  private func bound(
    _ key: ObjectKey
  ) throws(VolumeProblem) -> (PersistentVolumeClaim, PersistentVolume) {
    guard let claim = world.claim(key) else {
      let text = "\(key.kind.plural) \"\(key.name)\" not found"
      throw problem(key, "failed to fetch PVC from API server: \(text)")
    }
    if volume.isEphemeralClaim, claim.metadata.controller?.uid != pod.uid {
      throw problem(key, claim.notMade(for: pod))
    }
    if claim.isTerminating, !claim.hasFinalizer(WellKnown.claimProtection) {
      throw problem(key, "PVC is being deleted")
    }
    guard claim.phase == .bound, !claim.volumeName.isEmpty else { throw problem(key, "PVC is not bound") }
    guard let persistent = world.volume(claim.volumeName) else {
      let text = "persistentvolumes \"\(claim.volumeName)\" not found"
      throw problem(key, "failed to fetch PV \(claim.volumeName) from API server: \(text)")
    }
    guard let reference = persistent.claimRef else {
      throw problem(
        key,
        "found PV object \(persistent.name) but it has a nil pv.Spec.ClaimRef indicating it is not yet bound to the claim"
      )
    }
    guard reference.uid == claim.uid else {
      throw problem(
        key,
        "found PV object \(persistent.name) but its pv.Spec.ClaimRef.UID \(reference.uid) does not point to claim.UID "
          + claim.uid)
    }
    return (claim, persistent)
  }

  /// Directories of filesystem claims are all that is served for now.
  private func checkMode(_ claim: PersistentVolumeClaim) throws(VolumeProblem) {
    switch (claim.volumeMode, pod.isMounted(volume), pod.isDevice(volume)) {
    case (.block, true, _):
      throw .processing(volume.name, "volume \(volume.name) has volumeMode Block, but is specified in volumeMounts")
    case (.filesystem, _, true):
      throw .processing(
        volume.name, "volume \(volume.name) has volumeMode Filesystem, but is specified in volumeDevices")
    case (.block, false, _):
      throw .processing(
        volume.name,
        "volume \(volume.name) is a raw block volume, which Orlop does not publish yet; use a claim with volumeMode: "
          + "Filesystem and volumeMounts")
    case (.filesystem, _, false): break
    }
  }

  /// Another pod of this node that has the claim's volume, or has begun to get it.
  private func holder(of key: ObjectKey) -> Pod? {
    world.pods(using: key).first { other in
      other.uid != pod.uid && other.nodeName == pod.nodeName && !other.isFinished && other.holdsItsVolumes
    }
  }
}

extension PersistentVolumeClaim {
  /// What is said when a claim of an ephemeral volume's name belongs to somebody else (rule M22).
  func notMade(for pod: Pod) -> String {
    "PVC \(key.qualifiedName) was not created for pod \(pod.key.qualifiedName) (pod is not owner)"
  }
}
