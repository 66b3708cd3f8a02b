// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Inspection {
  /// A new pod (rules V51-V56).
  mutating func checkPod(_ pod: JSONObject) {
    checkMetadata(pod, .pod)
    let path = FieldPath("spec")
    let spec = pod.object("spec") ?? JSONObject()
    checkPodSpec(spec, path, pod: pod.string("metadata", "name"))
    if !spec.objects("ephemeralContainers").isEmpty {
      add(.forbidden(path.child("ephemeralContainers"), "cannot be set on create"))
    }
  }

  /// What a pod or a pod's template asks for; `pod` is the pod's name if it has one.
  mutating func checkPodSpec(_ spec: JSONObject, _ path: FieldPath, pod: String = "") {
    let volumes = checkPodVolumes(spec.objects("volumes"), path.child("volumes"), pod: pod)
    var names: Set<String> = []
    if spec.objects("containers").isEmpty { add(.required(path.child("containers"))) }
    for field in ["containers", "initContainers"] {
      checkContainers(spec.objects(field), path.child(field), volumes: volumes, names: &names)
    }
    check("restartPolicy", of: spec, isOneOf: ["Always", "OnFailure", "Never"], path)
    check("dnsPolicy", of: spec, isOneOf: ["ClusterFirst", "ClusterFirstWithHostNet", "Default", "None"], path)
    checkLabels(spec.object("nodeSelector"), path.child("nodeSelector"))
    for (field, rule) in [
      ("serviceAccountName", NameRules.subdomain), ("nodeName", NameRules.subdomain), ("hostname", NameRules.label),
      ("subdomain", NameRules.label), ("priorityClassName", NameRules.subdomain),
    ] where !spec.string(field).isEmpty {
      add(path.child(field), spec.string(field), rule(spec.string(field)))
    }
    check(
      "activeDeadlineSeconds", of: spec, isIn: 1...Int64(Int32.max), path, "must be between 1 and 2147483647, inclusive"
    )
  }

  /// A changed pod (rule V56): only images, the deadline and additional tolerations may change.
  mutating func checkPodUpdate(_ new: JSONObject, _ old: JSONObject) {
    checkMetadataUpdate(new, old)
    let path = FieldPath("spec")
    let pod = new.string("metadata", "name")
    let wanted = new.object("spec") ?? JSONObject()
    let present = old.object("spec") ?? JSONObject()
    checkPodSpec(wanted, path, pod: pod)
    for field in ["containers", "initContainers"]
    where wanted.objects(field).count != present.objects(field).count {
      return add(.forbidden(path.child(field), "pod updates may not add or remove containers"))
    }
    let changed = Self.withoutMutable(wanted)
    let unchanged = Self.withoutMutable(present)
    if !Equality.areEqual(changed, unchanged) {
      let fields =
        "`spec.containers[*].image`,`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` "
        + "(only additions to existing tolerations),`spec.terminationGracePeriodSeconds` "
        + "(allow it to be set to 1 if it was previously negative)"
      add(
        .forbidden(
          path,
          "pod updates may not change fields other than \(fields)\n"
            + GoNotation.diff(unchanged, changed, .podSpec)))
    }
  }

  private static func withoutMutable(_ spec: JSONObject) -> JSONObject {
    var spec = spec
    for field in ["containers", "initContainers"] {
      let containers = spec.objects(field).map { container in
        var container = container
        container.set(nil, "image")
        return JSONValue.object(container)
      }
      if !containers.isEmpty { spec[field] = .array(containers) }
    }
    for field in ["activeDeadlineSeconds", "tolerations", "schedulingGates"] { spec.set(nil, field) }
    return spec
  }
}
