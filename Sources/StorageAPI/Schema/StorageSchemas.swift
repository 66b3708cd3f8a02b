// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

private let accessModes = Field("accessModes", .array(.string(type: "v1.PersistentVolumeAccessMode")))

extension ObjectSchema {
  static let storageClass = ObjectSchema(
    kind: .storageClass,
    [
      .string("provisioner", .always), Field("parameters", .strings),
      .word("reclaimPolicy", "PersistentVolumeReclaimPolicy", .given), Field("mountOptions", .stringList),
      .boolean("allowVolumeExpansion", .given), .word("volumeBindingMode", "VolumeBindingMode", .given),
      .list("allowedTopologies", topologySelectorTerm),
    ])

  private static let topologySelectorTerm = ObjectSchema(
    "TopologySelectorTerm",
    [
      .list(
        "matchLabelExpressions",
        ObjectSchema(
          "TopologySelectorLabelRequirement", [.string("key", .always), Field("values", .stringList, .always)]))
    ])

  static let volumeAttributesClass = ObjectSchema(
    kind: .volumeAttributesClass, [.string("driverName", .always), Field("parameters", .strings)])

  static let persistentVolumeClaim = ObjectSchema(
    kind: .persistentVolumeClaim,
    [.object("spec", .persistentVolumeClaimSpec, .always), .object("status", claimStatus, .always)])

  static let persistentVolumeClaimSpec = ObjectSchema(
    "PersistentVolumeClaimSpec",
    [
      accessModes, .object("selector", .labelSelector), .object("resources", volumeResources, .always),
      .string("volumeName"), .string("storageClassName", .given), .word("volumeMode", "PersistentVolumeMode", .given),
      .object("dataSource", .typedLocalObjectReference), .object("dataSourceRef", .typedObjectReference),
      .string("volumeAttributesClassName", .given),
    ])

  static let persistentVolumeClaimTemplate = ObjectSchema(
    "PersistentVolumeClaimTemplate",
    [.object("metadata", .objectMeta, .always), .object("spec", .persistentVolumeClaimSpec, .always)])

  private static let volumeResources = ObjectSchema(
    "VolumeResourceRequirements", [Field("limits", .quantities), Field("requests", .quantities)])

  private static let claimStatus = ObjectSchema(
    "PersistentVolumeClaimStatus",
    [
      .word("phase", "PersistentVolumeClaimPhase"), accessModes, Field("capacity", .quantities),
      .list("conditions", claimCondition), Field("allocatedResources", .quantities),
      Field("allocatedResourceStatuses", .strings), .string("currentVolumeAttributesClassName", .given),
      .object(
        "modifyVolumeStatus",
        ObjectSchema(
          "ModifyVolumeStatus",
          [
            .string("targetVolumeAttributesClassName"),
            .word("status", "PersistentVolumeClaimModifyVolumeStatus", .always),
          ])),
    ])

  private static let claimCondition = ObjectSchema(
    "PersistentVolumeClaimCondition",
    [
      .word("type", "PersistentVolumeClaimConditionType", .always), .word("status", "ConditionStatus", .always),
      Field("lastProbeTime", .time), Field("lastTransitionTime", .time), .string("reason"), .string("message"),
    ])

  static let persistentVolume = ObjectSchema(
    kind: .persistentVolume,
    [.object("spec", persistentVolumeSpec, .always), .object("status", volumeStatus, .always)])

  private static let persistentVolumeSpec = ObjectSchema(
    "PersistentVolumeSpec",
    [
      Field("capacity", .quantities), accessModes, .object("claimRef", .objectReference),
      .word("persistentVolumeReclaimPolicy", "PersistentVolumeReclaimPolicy"), .string("storageClassName"),
      Field("mountOptions", .stringList), .word("volumeMode", "PersistentVolumeMode", .given),
      .object("nodeAffinity", .volumeNodeAffinity),
      .string("volumeAttributesClassName", .given),
    ] + VolumeSource.fieldsOfPersistentVolumes)

  static let volumeNodeAffinity = ObjectSchema("VolumeNodeAffinity", [.object("required", .nodeSelector)])

  /// The sources alone, in the order of the API.
  static let persistentVolumeSource = ObjectSchema(
    "PersistentVolumeSource",
    [
      "gcePersistentDisk", "awsElasticBlockStore", "hostPath", "glusterfs", "nfs", "rbd", "quobyte", "iscsi",
      "flexVolume", "cinder", "cephfs", "fc", "flocker", "azureFile", "vsphereVolume", "azureDisk",
      "photonPersistentDisk", "portworxVolume", "scaleIO", "local", "storageos", "csi",
    ].compactMap { name in VolumeSource.fieldsOfPersistentVolumes.first { $0.name == name } })

  private static let volumeStatus = ObjectSchema(
    "PersistentVolumeStatus",
    [
      .word("phase", "PersistentVolumePhase"), .string("message"), .string("reason"),
      Field("lastPhaseTransitionTime", .time),
    ])
}
