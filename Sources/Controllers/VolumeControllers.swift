// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The controllers of claims and volumes, in the order in which they look at an object.
public enum VolumeControllers {
  /// Protection, binding and reclaiming, provisioning and deleting, as `settings` say.
  public static func all(_ settings: ControllerSettings) -> [any Decider] {
    [
      VolumeProtection(), VolumeBinder(settings: settings), ExternalDeleter(settings: settings), ClaimProtection(),
      ClaimBinder(settings: settings), Provisioner(settings: settings), ClaimExpander(settings: settings),
    ]
  }
}
