// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

// The names of all fields of pods and containers are known, so that a slip of the pen is caught; what lies inside those
// that have nothing to do with storage (probes, affinity, …) is kept as it is.
extension ObjectSchema {
  static let pod = ObjectSchema(
    kind: .pod, [.object("spec", .podSpec, .always), Field("status", .anyObject, .always)])

  static let podTemplate = ObjectSchema(
    "PodTemplateSpec", [.object("metadata", .objectMeta, .always), .object("spec", .podSpec, .always)])

  private static let volume = ObjectSchema("Volume", [.string("name", .always)] + VolumeSource.fieldsOfPods)

  static let podSpec = ObjectSchema(
    "PodSpec",
    [
      .list("volumes", volume), .list("initContainers", container),
      .list("containers", container, .always),
      .list("ephemeralContainers", ephemeralContainer), .word("restartPolicy", "RestartPolicy"),
      .int64("terminationGracePeriodSeconds", .given), .int64("activeDeadlineSeconds", .given),
      .word("dnsPolicy", "DNSPolicy"), Field("nodeSelector", .strings), .string("serviceAccountName"),
      .string("serviceAccount"), .boolean("automountServiceAccountToken", .given), .string("nodeName"),
      .boolean("hostNetwork"), .boolean("hostPID"), .boolean("hostIPC"), .boolean("shareProcessNamespace", .given),
      Field("securityContext", .anyObject, .given),
      .list("imagePullSecrets", .localObjectReference), .string("hostname"), .string("subdomain"),
      Field("affinity", .anyObject, .given), .string("schedulerName"), Field("tolerations", .anyArray),
      Field("hostAliases", .anyArray), .string("priorityClassName"), .int32("priority", .given),
      Field("dnsConfig", .anyObject, .given), Field("readinessGates", .anyArray),
      .string("runtimeClassName", .given), .boolean("enableServiceLinks", .given),
      .word("preemptionPolicy", "PreemptionPolicy", .given), Field("overhead", .quantities),
      Field("topologySpreadConstraints", .anyArray),
      .boolean("setHostnameAsFQDN", .given), Field("os", .anyObject, .given), .boolean("hostUsers", .given),
      Field("schedulingGates", .anyArray), Field("resourceClaims", .anyArray),
      .object("resources", resources), .string("hostnameOverride", .given), Field("workloadRef", .anyObject, .given),
      Field("schedulingGroup", .anyObject, .given),
    ])

  private static let containerFields: [Field] = [
    .string("name", .always), .string("image"), Field("command", .stringList), Field("args", .stringList),
    .string("workingDir"), .list("ports", port),
    Field("envFrom", .anyArray), .list("env", variable),
    .object("resources", resources, .always), Field("resizePolicy", .anyArray),
    .word("restartPolicy", "ContainerRestartPolicy", .given), Field("restartPolicyRules", .anyArray),
    .list("volumeMounts", volumeMount),
    .list("volumeDevices", volumeDevice), Field("livenessProbe", .anyObject, .given),
    Field("readinessProbe", .anyObject, .given), Field("startupProbe", .anyObject, .given),
    Field("lifecycle", .anyObject, .given), .string("terminationMessagePath"),
    .word("terminationMessagePolicy", "TerminationMessagePolicy"), .word("imagePullPolicy", "PullPolicy"),
    Field("securityContext", .anyObject, .given), .boolean("stdin"), .boolean("stdinOnce"), .boolean("tty"),
  ]

  private static let container = ObjectSchema("Container", containerFields)

  private static let ephemeralContainer = ObjectSchema(
    "EphemeralContainer", containerFields + [.string("targetContainerName")])

  private static let port = ObjectSchema(
    "ContainerPort",
    [
      .string("name"), .int32("hostPort"), .int32("containerPort", .always), .word("protocol", "Protocol"),
      .string("hostIP"),
    ])

  private static let variable = ObjectSchema(
    "EnvVar", [.string("name", .always), .string("value"), Field("valueFrom", .anyObject, .given)])

  private static let resources = ObjectSchema(
    "ResourceRequirements",
    [
      Field("limits", .quantities), Field("requests", .quantities), Field("claims", .anyArray),
    ])

  private static let volumeMount = ObjectSchema(
    "VolumeMount",
    [
      .string("name", .always), .boolean("readOnly"), .word("recursiveReadOnly", "RecursiveReadOnlyMode", .given),
      .string("mountPath", .always), .string("subPath"), .word("mountPropagation", "MountPropagationMode", .given),
      .string("subPathExpr"),
    ])

  private static let volumeDevice = ObjectSchema(
    "VolumeDevice", [.string("name", .always), .string("devicePath", .always)])
}
