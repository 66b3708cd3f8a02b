// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// The claims of a pod as the scheduler sorts them before it looks at a node (rules W1, W7, W15, W18).
struct ClaimSurvey: Sendable {
  /// Claims whose binding is finished.
  private(set) var bound: [PersistentVolumeClaim] = []
  /// Claims that wait for the scheduler, the smallest request first (rule W8).
  private(set) var delayed: [PersistentVolumeClaim] = []

  /// Surveys the claims of `pod`; throws the first thing that rules out every node.
  init(_ pod: Pod, in world: World) throws(SchedulingFailure) {
    var hasUnboundImmediate = false
    for volume in pod.volumes {
      guard let name = pod.claimName(of: volume) else { continue }
      let claim = try Self.claim(name, for: volume, of: pod, in: world)
      if !claim.volumeName.isEmpty, claim.isBoundOnce {
        bound.append(claim)
      } else if claim.volumeName.isEmpty, try Self.waitsForScheduler(claim, in: world) {
        delayed.append(claim)
      } else {
        hasUnboundImmediate = true
      }
    }
    guard !hasUnboundImmediate else { throw .unboundImmediate }
    delayed.sort { $0.request < $1.request }
  }

  private static func claim(
    _ name: String, for volume: PodVolume, of pod: Pod, in world: World
  ) throws(SchedulingFailure) -> PersistentVolumeClaim {
    let key = ObjectKey(.persistentVolumeClaim, namespace: pod.namespace, name: name)
    guard let claim = world.claim(key) else {
      guard !volume.isEphemeralClaim else {
        throw .beforeNodes(
          rule: "W18", "waiting for ephemeral volume controller to create the persistentvolumeclaim \"\(name)\"")
      }
      throw .beforeNodes(rule: "W15", "persistentvolumeclaim \"\(name)\" not found")
    }
    if claim.phase == .lost {
      throw .beforeNodes(
        rule: "W15",
        "persistentvolumeclaim \"\(name)\" bound to non-existent persistentvolume \"\(claim.volumeName)\"")
    }
    if claim.isTerminating {
      throw .beforeNodes(rule: "W15", "persistentvolumeclaim \"\(name)\" is being deleted")
    }
    if volume.isEphemeralClaim, claim.metadata.controller?.uid != pod.uid {
      throw .beforeNodes(rule: "M22", claim.notMade(for: pod))
    }
    return claim
  }

  /// Whether the claim's class has it wait for a pod; a class that does not exist has not (rule W1).
  private static func waitsForScheduler(
    _ claim: PersistentVolumeClaim, in world: World
  ) throws(SchedulingFailure) -> Bool {
    guard !claim.className.isEmpty, let storageClass = world.storageClass(claim.className) else { return false }
    guard let mode = storageClass.bindingMode else {
      throw .beforeNodes(
        rule: "W1", "VolumeBindingMode not set for StorageClass \"\(storageClass.name)\"")
    }
    return mode == .waitForFirstConsumer
  }
}
