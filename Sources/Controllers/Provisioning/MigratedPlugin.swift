// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Kubernetes' own plugins that CSI drivers have replaced (rules P6, E7).
enum MigratedPlugin {
  private static let table: [(name: String, source: String, driver: String)] = [
    ("kubernetes.io/aws-ebs", "awsElasticBlockStore", "ebs.csi.aws.com"),
    ("kubernetes.io/gce-pd", "gcePersistentDisk", "pd.csi.storage.gke.io"),
    ("kubernetes.io/azure-file", "azureFile", "file.csi.azure.com"),
    ("kubernetes.io/azure-disk", "azureDisk", "disk.csi.azure.com"),
    ("kubernetes.io/cinder", "cinder", "cinder.csi.openstack.org"),
    ("kubernetes.io/vsphere-volume", "vsphereVolume", "csi.vsphere.vmware.com"),
    ("kubernetes.io/portworx-volume", "portworxVolume", "pxd.portworx.com"),
  ]

  /// The CSI driver that has replaced the plugin `name`, or nil.
  static func driver(replacing name: String) -> String? { table.first { $0.name == name }?.driver }

  /// The replaced plugin that `volume` belongs to, and its driver; nil when it belongs to none.
  static func plugin(of volume: PersistentVolume) -> (name: String, driver: String)? {
    table.first { volume.source($0.source) != nil }.map { ($0.name, $0.driver) }
  }
}
