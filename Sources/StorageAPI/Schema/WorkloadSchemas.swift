// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension ObjectSchema {
  static let deployment = ObjectSchema(
    kind: .deployment, [.object("spec", deploymentSpec, .always), Field("status", .anyObject, .always)])

  private static let deploymentSpec = ObjectSchema(
    "DeploymentSpec",
    [
      .int32("replicas", .given), .object("selector", .labelSelector), .object("template", .podTemplate, .always),
      .object(
        "strategy",
        ObjectSchema(
          "DeploymentStrategy",
          [
            .word("type", "DeploymentStrategyType"),
            .object(
              "rollingUpdate",
              ObjectSchema(
                "RollingUpdateDeployment",
                [
                  Field("maxUnavailable", .integerOrString, .given), Field("maxSurge", .integerOrString, .given),
                ])),
          ]), .always),
      .int32("minReadySeconds"), .int32("revisionHistoryLimit", .given), .boolean("paused"),
      .int32("progressDeadlineSeconds", .given),
      .word("podReplacementPolicy", "DeploymentPodReplacementPolicy", .given),
    ])

  static let statefulSet = ObjectSchema(
    kind: .statefulSet, [.object("spec", statefulSetSpec, .always), Field("status", .anyObject, .always)])

  private static let statefulSetSpec = ObjectSchema(
    "StatefulSetSpec",
    [
      .int32("replicas", .given), .object("selector", .labelSelector), .object("template", .podTemplate, .always),
      .list("volumeClaimTemplates", .persistentVolumeClaim), .string("serviceName"),
      .word("podManagementPolicy", "PodManagementPolicyType"),
      .object(
        "updateStrategy",
        ObjectSchema(
          "StatefulSetUpdateStrategy",
          [
            .word("type", "StatefulSetUpdateStrategyType"),
            .object(
              "rollingUpdate",
              ObjectSchema(
                "RollingUpdateStatefulSetStrategy",
                [.int32("partition", .given), Field("maxUnavailable", .integerOrString, .given)])),
          ]), .always),
      .int32("revisionHistoryLimit", .given), .int32("minReadySeconds"),
      .object(
        "persistentVolumeClaimRetentionPolicy",
        ObjectSchema(
          "StatefulSetPersistentVolumeClaimRetentionPolicy",
          [
            .word("whenDeleted", "PersistentVolumeClaimRetentionPolicyType"),
            .word("whenScaled", "PersistentVolumeClaimRetentionPolicyType"),
          ])),
      .object("ordinals", ObjectSchema("StatefulSetOrdinals", [.int32("start", .always)])),
    ])

  static let namespace = ObjectSchema(
    kind: .namespace,
    [
      .object("spec", ObjectSchema("NamespaceSpec", [Field("finalizers", .stringList)]), .always),
      Field("status", .anyObject, .always),
    ])

  static let node = ObjectSchema(
    kind: .node,
    [
      .object(
        "spec",
        ObjectSchema(
          "NodeSpec",
          [
            .string("podCIDR"), Field("podCIDRs", .stringList), .string("providerID"), .boolean("unschedulable"),
            Field("taints", .anyArray), Field("configSource", .anyObject, .given), .string("externalID"),
          ]), .always),
      Field("status", .anyObject, .always),
    ])

  static let event = ObjectSchema(
    kind: .event,
    [
      .object("involvedObject", .objectReference, .always), .string("reason"), .string("message"),
      .object("source", ObjectSchema("EventSource", [.string("component"), .string("host")]), .always),
      Field("firstTimestamp", .time), Field("lastTimestamp", .time), .int32("count"), .string("type"),
      .string("eventTime"), Field("series", .anyObject, .given), .string("action"),
      .object("related", .objectReference), .string("reportingComponent", .always),
      .string("reportingInstance", .always),
    ])
}

extension Kind {
  /// The fields of this kind's objects.
  public var schema: ObjectSchema {
    switch self {
    case .storageClass: .storageClass
    case .volumeAttributesClass: .volumeAttributesClass
    case .persistentVolume: .persistentVolume
    case .persistentVolumeClaim: .persistentVolumeClaim
    case .volumeSnapshotClass: .volumeSnapshotClass
    case .volumeSnapshotContent: .volumeSnapshotContent
    case .volumeSnapshot: .volumeSnapshot
    case .pod: .pod
    case .deployment: .deployment
    case .statefulSet: .statefulSet
    case .namespace: .namespace
    case .node: .node
    default: .event  // the one that is left of Kind.all; a Kind can't be made elsewhere
    }
  }
}
