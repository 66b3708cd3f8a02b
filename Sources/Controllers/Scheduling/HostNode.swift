// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// The one node that this host is to pods and volumes.
public struct HostNode: Sendable, Hashable {
  /// The node's name, stable over reboots.
  public let name: String
  /// The labels that it has by itself.
  public let labels: [String: String]

  /// The node `name`, labelled with its host name and system, and with `labels`.
  public init(name: String, labels: [String: String] = [:]) {
    self.name = name
    let own = [WellKnown.hostnameLabel: name, "kubernetes.io/os": "linux"]
    self.labels = own.merging(labels) { _, given in given }
  }

  /// The node's labels, with those of its Node object when there is one.
  func labels(in world: World) -> [String: String] {
    let object = world.object(ObjectKey(.node, name: name))
    return labels.merging(object?.metadata.labels ?? [:]) { _, given in given }
  }
}
