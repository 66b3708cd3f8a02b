// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import StorageAPI

/// The controllers of a host, in the order in which they look at an object.
enum Deciders {
  /// Those that `settings` ask for, on the node `node`.
  static func all(for settings: Settings, node: HostNode) -> [any Decider] {
    VolumeControllers.all(ControllerSettings(settings))
      + PodControllers.all(node: node, seed: .random(in: .min ... .max)) + [NamespaceEmptier()]
  }
}
