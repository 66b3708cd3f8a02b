// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// The controllers of pods and of what makes pods, in the order in which they look at an object.
public enum PodControllers {
  /// Workloads, claims of pods, scheduling, publishing and garbage collection, on `node`, where volumes of the CSI `drivers`
  /// can be mounted; the names of Deployments' pods depend on `seed`.
  public static func all(
    node: HostNode, drivers: Set<String> = [WellKnown.orlop], seed: UInt64 = 0
  ) -> [any Decider] {
    [
      DeploymentController(seed: seed), StatefulSetController(), EphemeralClaims(), Scheduler(node: node),
      PodPublisher(node: node, drivers: drivers),
    ] + GarbageCollector.all
  }
}
