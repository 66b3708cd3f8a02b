// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The volume sources that only pods have.
enum PodVolumeSource {
  static let fields: [Field] = [
    .object(
      "emptyDir",
      ObjectSchema("EmptyDirVolumeSource", [.word("medium", "StorageMedium"), Field("sizeLimit", .quantity, .given)])),
    .object(
      "gitRepo",
      ObjectSchema(
        "GitRepoVolumeSource", [.string("repository", .always), .string("revision"), .string("directory")])),
    .object(
      "secret",
      ObjectSchema(
        "SecretVolumeSource",
        [.string("secretName"), .list("items", keyToPath), .int32("defaultMode", .given), .boolean("optional", .given)])
    ),
    .object(
      "configMap",
      ObjectSchema(
        "ConfigMapVolumeSource",
        [.string("name"), .list("items", keyToPath), .int32("defaultMode", .given), .boolean("optional", .given)])),
    .object(
      "downwardAPI",
      ObjectSchema("DownwardAPIVolumeSource", [.list("items", downwardFile), .int32("defaultMode", .given)])),
    .object(
      "persistentVolumeClaim",
      ObjectSchema("PersistentVolumeClaimVolumeSource", [.string("claimName", .always), .boolean("readOnly")])),
    .object(
      "projected",
      ObjectSchema(
        "ProjectedVolumeSource", [.list("sources", projection, .always), .int32("defaultMode", .given)])),
    .object(
      "csi",
      ObjectSchema(
        "CSIVolumeSource",
        [
          .string("driver", .always), .boolean("readOnly", .given), .string("fsType", .given),
          Field("volumeAttributes", .strings), .object("nodePublishSecretRef", .localObjectReference),
        ])),
    .object(
      "ephemeral",
      ObjectSchema("EphemeralVolumeSource", [.object("volumeClaimTemplate", .persistentVolumeClaimTemplate)])),
    .object(
      "image", ObjectSchema("ImageVolumeSource", [.string("reference"), .word("pullPolicy", "PullPolicy")])),
  ]

  private static let keyToPath = ObjectSchema(
    "KeyToPath", [.string("key", .always), .string("path", .always), .int32("mode", .given)])

  private static let downwardFile = ObjectSchema(
    "DownwardAPIVolumeFile",
    [
      .string("path", .always),
      .object("fieldRef", ObjectSchema("ObjectFieldSelector", [.string("apiVersion"), .string("fieldPath", .always)])),
      .object(
        "resourceFieldRef",
        ObjectSchema(
          "ResourceFieldSelector",
          [.string("containerName"), .string("resource", .always), Field("divisor", .quantity, .given)])),
      .int32("mode", .given),
    ])

  private static let projection = ObjectSchema(
    "VolumeProjection",
    [
      .object(
        "secret",
        ObjectSchema("SecretProjection", [.string("name"), .list("items", keyToPath), .boolean("optional", .given)])),
      .object(
        "configMap",
        ObjectSchema(
          "ConfigMapProjection", [.string("name"), .list("items", keyToPath), .boolean("optional", .given)])),
      .object("downwardAPI", ObjectSchema("DownwardAPIProjection", [.list("items", downwardFile)])),
      .object(
        "serviceAccountToken",
        ObjectSchema(
          "ServiceAccountTokenProjection",
          [.string("audience"), .int64("expirationSeconds", .given), .string("path", .always)])),
      .object(
        "clusterTrustBundle",
        ObjectSchema(
          "ClusterTrustBundleProjection",
          [
            .string("name", .given), .string("signerName", .given), .object("labelSelector", .labelSelector),
            .boolean("optional", .given), .string("path", .always),
          ])),
      Field("podCertificate", .anyObject),
    ])
}
