// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Defaulting {
  /// What pods and templates of pods have in common.
  static func applyToPodSpec(_ spec: inout JSONObject) {
    spec.setDefault("ClusterFirst", "dnsPolicy")
    spec.setDefault("Always", "restartPolicy")
    spec.setDefault(.object(JSONObject()), "securityContext")
    spec.setDefault(30, "terminationGracePeriodSeconds")
    spec.setDefault("default-scheduler", "schedulerName")
    nameServiceAccount(of: &spec)
    spec.changeEach("volumes", applyToPodVolume)
    for list in ["containers", "initContainers", "ephemeralContainers"] { spec.changeEach(list, applyToContainer) }
  }

  /// The old and the new name of one field say the same; where both are given, the new one counts.
  private static func nameServiceAccount(of spec: inout JSONObject) {
    let names = [spec.string("serviceAccountName"), spec.string("serviceAccount")]
    guard let name = names.first(where: { !$0.isEmpty }) else { return }
    for field in ["serviceAccountName", "serviceAccount"] { spec[field] = .string(name) }
  }

  /// What only pods get, not their templates.
  static func applyToPodAlone(_ spec: inout JSONObject) {
    spec.setDefault(true, "enableServiceLinks")
    let usesHostNetwork = spec.flag("hostNetwork")
    for list in ["containers", "initContainers"] {
      spec.changeEach(list) { container in
        for limit in container.object("resources", "limits")?.members ?? []
        where container.optionalString("resources", "requests", limit.key) == nil {
          container.set(limit.value, "resources", "requests", limit.key)
        }
        guard usesHostNetwork else { return }
        container.changeEach("ports") { $0.setDefault($0["containerPort"] ?? 0, "hostPort") }
      }
    }
  }

  /// A volume without a source becomes an emptyDir (rule V53).
  private static func applyToPodVolume(_ volume: inout JSONObject) {
    if volume.keys.allSatisfy({ $0 == "name" }) { volume["emptyDir"] = .object(JSONObject()) }
    applyToSources(&volume)
    for source in ["secret", "configMap", "downwardAPI", "projected"] {
      volume.changeIfPresent(source) { $0.setDefault(0o644, "defaultMode") }
    }
    volume.changeIfPresent("downwardAPI") { $0.changeEach("items", applyToDownwardFile) }
    volume.changeIfPresent("projected") { projected in
      projected.changeEach("sources") { source in
        source.changeIfPresent("serviceAccountToken") { $0.setDefault(3600, "expirationSeconds") }
        source.changeIfPresent("downwardAPI") { $0.changeEach("items", applyToDownwardFile) }
      }
    }
    volume.changeIfPresent("ephemeral") { ephemeral in
      ephemeral.changeIfPresent("volumeClaimTemplate") { $0.change("spec", applyToClaimSpec) }
    }
    volume.changeIfPresent("image") { $0.setDefault(pullPolicy($0.string("reference")), "pullPolicy") }
  }

  private static func applyToDownwardFile(_ file: inout JSONObject) {
    file.changeIfPresent("fieldRef") { $0.setDefault("v1", "apiVersion") }
    file.changeIfPresent("resourceFieldRef") { $0.setDefault("0", "divisor") }
  }

  private static func applyToContainer(_ container: inout JSONObject) {
    container.setDefault(pullPolicy(container.string("image")), "imagePullPolicy")
    container.setDefault("/dev/termination-log", "terminationMessagePath")
    container.setDefault("File", "terminationMessagePolicy")
    container.changeEach("ports") { $0.setDefault("TCP", "protocol") }
    for list in ["limits", "requests"] { roundAmounts(of: &container, "resources", list) }
    container.changeEach("env") { variable in
      variable.changeIfPresent("valueFrom") { source in
        source.changeIfPresent("fieldRef") { $0.setDefault("v1", "apiVersion") }
        source.changeIfPresent("resourceFieldRef") { $0.setDefault("0", "divisor") }
      }
    }
    for probe in ["livenessProbe", "readinessProbe", "startupProbe"] {
      container.changeIfPresent(probe, applyToProbe)
    }
    container.changeIfPresent("lifecycle") { lifecycle in
      for hook in ["postStart", "preStop"] {
        lifecycle.changeIfPresent(hook) { $0.changeIfPresent("httpGet", applyToRequest) }
      }
    }
  }

  private static func applyToProbe(_ probe: inout JSONObject) {
    probe.setDefault(1, "timeoutSeconds")
    probe.setDefault(10, "periodSeconds")
    probe.setDefault(1, "successThreshold")
    probe.setDefault(3, "failureThreshold")
    probe.changeIfPresent("httpGet", applyToRequest)
    probe.changeIfPresent("grpc") { $0.setDefault("", "service") }
  }

  private static func applyToRequest(_ request: inout JSONObject) {
    request.setDefault("/", "path")
    request.setDefault("HTTP", "scheme")
  }

  /// Images of the tag `latest`, or without tag and digest, are always pulled.
  private static func pullPolicy(_ image: String) -> JSONValue {
    let name = image.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    guard !image.contains("@") else { return "IfNotPresent" }
    guard let colon = name.lastIndex(of: ":") else { return "Always" }
    return name[name.index(after: colon)...] == "latest" ? "Always" : "IfNotPresent"
  }

  static func applyToDeploymentSpec(_ spec: inout JSONObject) {
    spec.setDefault(1, "replicas")
    spec.setDefault(10, "revisionHistoryLimit")
    spec.setDefault(600, "progressDeadlineSeconds")
    spec.change("strategy") { strategy in
      strategy.setDefault("RollingUpdate", "type")
      guard strategy.string("type") == "RollingUpdate" else { return }
      strategy.change("rollingUpdate") { update in
        update.setDefault("25%", "maxUnavailable")
        update.setDefault("25%", "maxSurge")
      }
    }
    spec.change("template") { $0.change("spec", applyToPodSpec) }
  }

  /// Pods come in order and their claims stay (rules SS3, SS4).
  static func applyToStatefulSetSpec(_ spec: inout JSONObject) {
    spec.setDefault(1, "replicas")
    spec.setDefault(10, "revisionHistoryLimit")
    spec.setDefault("OrderedReady", "podManagementPolicy")
    spec.change("updateStrategy") { strategy in
      strategy.setDefault("RollingUpdate", "type")
      guard strategy.string("type") == "RollingUpdate" else { return }
      strategy.change("rollingUpdate") { $0.setDefault(0, "partition") }
    }
    spec.change("persistentVolumeClaimRetentionPolicy") { policy in
      policy.setDefault("Retain", "whenDeleted")
      policy.setDefault("Retain", "whenScaled")
    }
    spec.changeEach("volumeClaimTemplates") { template in
      template.setDefault("v1", "apiVersion")
      template.setDefault("PersistentVolumeClaim", "kind")
      template.change("spec", applyToClaimSpec)
      template.change("status") { $0.setDefault("Pending", "phase") }
    }
    spec.change("template") { $0.change("spec", applyToPodSpec) }
  }
}
