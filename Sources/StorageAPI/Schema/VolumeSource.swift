// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The volume sources of Kubernetes 1.36: what a PersistentVolume or a pod's volume may stand on.
enum VolumeSource {
  /// The sources of PersistentVolumes; a `secretRef` names a secret of any namespace there.
  static let fieldsOfPersistentVolumes: [Field] =
    common(secret: .secretReference, persistent: true) + [
      .object(
        "local", ObjectSchema("LocalVolumeSource", [.string("path", .always), .string("fsType", .given)])),
      .object("csi", csiPersistent),
    ]

  /// The sources of pods' volumes; a `secretRef` names a secret of the pod's namespace there.
  static let fieldsOfPods: [Field] =
    common(secret: .localObjectReference, persistent: false) + PodVolumeSource.fields

  private static func common(secret: ObjectSchema, persistent: Bool) -> [Field] {
    let prefix = persistent ? "Persistent" : ""
    return diskSources + networkSources(secret: secret, prefix: prefix) + clusterSources(secret: secret, prefix: prefix)
      + [
        .object(
          "flexVolume",
          ObjectSchema(
            "Flex" + prefix + "VolumeSource",
            [
              .string("driver", .always), .string("fsType"), .object("secretRef", secret), .boolean("readOnly"),
              Field("options", .strings),
            ])),
        .object(
          "azureFile",
          ObjectSchema(
            "AzureFile" + prefix + "VolumeSource",
            [.string("secretName", .always), .string("shareName", .always), .boolean("readOnly")]
              + (persistent ? [.string("secretNamespace", .given)] : []))),
        .object(
          "glusterfs",
          ObjectSchema(
            "Glusterfs" + prefix + "VolumeSource",
            [.string("endpoints", .always), .string("path", .always), .boolean("readOnly")]
              + (persistent ? [.string("endpointsNamespace", .given)] : []))),
      ]
  }

  private static let diskSources: [Field] = [
    .object(
      "hostPath",
      ObjectSchema("HostPathVolumeSource", [.string("path", .always), .word("type", "HostPathType", .given)])),
    .object(
      "gcePersistentDisk",
      ObjectSchema(
        "GCEPersistentDiskVolumeSource",
        [.string("pdName", .always), .string("fsType"), .int32("partition"), .boolean("readOnly")])),
    .object(
      "awsElasticBlockStore",
      ObjectSchema(
        "AWSElasticBlockStoreVolumeSource",
        [.string("volumeID", .always), .string("fsType"), .int32("partition"), .boolean("readOnly")])),
    .object(
      "vsphereVolume",
      ObjectSchema(
        "VsphereVirtualDiskVolumeSource",
        [
          .string("volumePath", .always), .string("fsType"), .string("storagePolicyName"), .string("storagePolicyID"),
        ])),
    .object(
      "photonPersistentDisk",
      ObjectSchema("PhotonPersistentDiskVolumeSource", [.string("pdID", .always), .string("fsType")])),
    .object(
      "portworxVolume",
      ObjectSchema("PortworxVolumeSource", [.string("volumeID", .always), .string("fsType"), .boolean("readOnly")])),
    .object(
      "azureDisk",
      ObjectSchema(
        "AzureDiskVolumeSource",
        [
          .string("diskName", .always), .string("diskURI", .always),
          .word("cachingMode", "AzureDataDiskCachingMode", .given), .string("fsType", .given),
          .boolean("readOnly", .given), .word("kind", "AzureDataDiskKind", .given),
        ])),
    .object("flocker", ObjectSchema("FlockerVolumeSource", [.string("datasetName"), .string("datasetUUID")])),
    .object(
      "fc",
      ObjectSchema(
        "FCVolumeSource",
        [
          Field("targetWWNs", .stringList), .int32("lun", .given), .string("fsType"), .boolean("readOnly"),
          Field("wwids", .stringList),
        ])),
  ]

  private static func networkSources(secret: ObjectSchema, prefix: String) -> [Field] {
    [
      .object(
        "nfs",
        ObjectSchema(
          "NFSVolumeSource", [.string("server", .always), .string("path", .always), .boolean("readOnly")])),
      .object(
        "quobyte",
        ObjectSchema(
          "QuobyteVolumeSource",
          [
            .string("registry", .always), .string("volume", .always), .boolean("readOnly"), .string("user"),
            .string("group"), .string("tenant"),
          ])),
      .object(
        "iscsi",
        ObjectSchema(
          "ISCSI" + prefix + "VolumeSource",
          [
            .string("targetPortal", .always), .string("iqn", .always), .int32("lun", .always),
            .string("iscsiInterface"), .string("fsType"), .boolean("readOnly"), Field("portals", .stringList),
            .boolean("chapAuthDiscovery"), .boolean("chapAuthSession"), .object("secretRef", secret),
            .string("initiatorName", .given),
          ])),
    ]
  }

  private static func clusterSources(secret: ObjectSchema, prefix: String) -> [Field] {
    [
      .object(
        "rbd",
        ObjectSchema(
          "RBD" + prefix + "VolumeSource",
          [
            Field("monitors", .stringList, .always), .string("image", .always), .string("fsType"), .string("pool"),
            .string("user"), .string("keyring"), .object("secretRef", secret), .boolean("readOnly"),
          ])),
      .object(
        "cephfs",
        ObjectSchema(
          "CephFS" + prefix + "VolumeSource",
          [
            Field("monitors", .stringList, .always), .string("path"), .string("user"), .string("secretFile"),
            .object("secretRef", secret), .boolean("readOnly"),
          ])),
      .object(
        "cinder",
        ObjectSchema(
          "Cinder" + prefix + "VolumeSource",
          [.string("volumeID", .always), .string("fsType"), .boolean("readOnly"), .object("secretRef", secret)])),
      .object(
        "scaleIO",
        ObjectSchema(
          "ScaleIO" + prefix + "VolumeSource",
          [
            .string("gateway", .always), .string("system", .always), .object("secretRef", secret),
            .boolean("sslEnabled"), .string("protectionDomain"), .string("storagePool"), .string("storageMode"),
            .string("volumeName"), .string("fsType"), .boolean("readOnly"),
          ])),
      .object(
        "storageos",
        ObjectSchema(
          "StorageOS" + prefix + "VolumeSource",
          [
            .string("volumeName"), .string("volumeNamespace"), .string("fsType"), .boolean("readOnly"),
            .object("secretRef", prefix.isEmpty ? secret : .objectReference),
          ])),
    ]
  }

  private static let csiPersistent = ObjectSchema(
    "CSIPersistentVolumeSource",
    [
      .string("driver", .always), .string("volumeHandle", .always), .boolean("readOnly"), .string("fsType"),
      Field("volumeAttributes", .strings), .object("controllerPublishSecretRef", .secretReference),
      .object("nodeStageSecretRef", .secretReference), .object("nodePublishSecretRef", .secretReference),
      .object("controllerExpandSecretRef", .secretReference), .object("nodeExpandSecretRef", .secretReference),
    ])
}
