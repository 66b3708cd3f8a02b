// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The controllers of pods, in the order in which they look at one.
public enum PodControllers {
  /// Scheduling and publishing, on `node`.
  public static func all(node: HostNode) -> [any Decider] {
    [Scheduler(node: node), PodPublisher(node: node)]
  }
}
