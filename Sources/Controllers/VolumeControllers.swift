// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The controllers of claims and volumes, in the order in which they look at an object.
public enum VolumeControllers {
  /// Protection, binding and reclaiming, provisioning and deleting, as `settings` say.
  ///
  /// Protection looks first: a claim that is being deleted and that nobody uses goes before it can be bound.
  public static func all(_ settings: ControllerSettings) -> [any Decider] { protecting + working(settings) }

  /// The same in the order of Kubernetes, where the volume controller does not mind that a claim is being deleted and tells
  /// once more what it waits for. For simulations: on a host a volume could be spent on a claim that is about to go.
  public static func allAsInKubernetes(_ settings: ControllerSettings) -> [any Decider] {
    working(settings) + protecting
  }

  private static var protecting: [any Decider] { [VolumeProtection(), ClaimProtection()] }

  private static func working(_ settings: ControllerSettings) -> [any Decider] {
    [
      VolumeBinder(settings: settings), ExternalDeleter(settings: settings), ClaimBinder(settings: settings),
      Provisioner(settings: settings), ClaimExpander(settings: settings), SnapshotController(),
      SnapshotContentController(settings: settings), SourceProtection(),
    ]
  }
}
