// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The controllers of pods and of what makes pods, in the order in which they look at an object.
public enum PodControllers {
  /// Workloads, claims of pods, scheduling, publishing and garbage collection, on `node`; the names of Deployments' pods
  /// depend on `seed`.
  public static func all(node: HostNode, seed: UInt64 = 0) -> [any Decider] {
    [
      DeploymentController(seed: seed), StatefulSetController(), EphemeralClaims(), Scheduler(node: node),
      PodPublisher(node: node),
    ] + GarbageCollector.all
  }
}
