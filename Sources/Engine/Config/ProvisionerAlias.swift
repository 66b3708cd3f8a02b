// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A foreign provisioner name that Orlop answers to, so that classes written for it work unchanged (rule A1).
public struct ProvisionerAlias: Sendable, Hashable {
  /// The name in `provisioner:`.
  public let name: String
  /// Parameters that such a class has unless it says otherwise.
  public let parameters: [String: String]
  /// Parameters of the foreign system that mean nothing here, in lower case; they are ignored with a warning.
  public let ignored: Set<String>

  /// The alias `name`.
  public init(name: String, parameters: [String: String], ignored: Set<String>) {
    self.name = name
    self.parameters = parameters
    self.ignored = ignored
  }

  /// The aliases that every configuration starts with.
  public static let shipped: [ProvisionerAlias] =
    ["kubernetes.io/vsphere-volume", "csi.vsphere.vmware.com"].map {
      ProvisionerAlias(name: $0, parameters: ["storage": "image"], ignored: vSphereKeys)
    }
    + ["rancher.io/local-path", "kubernetes.io/host-path", "microk8s.io/hostpath", "docker.io/hostpath"].map {
      ProvisionerAlias(
        name: $0, parameters: ["storage": "directory", "enforcement": "none"], ignored: hostPathKeys)
    }

  private static let vSphereKeys: Set<String> = [
    "datastore", "datastoreurl", "storagepolicyname", "storagepolicyid", "cachereservation", "diskstripes",
    "forceprovisioning", "hostfailurestotolerate", "iopslimit", "objectspacereservation", "csimigration",
    "datastore-migrationparam", "diskformat-migrationparam",
  ]

  private static let hostPathKeys: Set<String> = ["nodepath", "pathpattern", "pvdir", "volumetype"]
}
