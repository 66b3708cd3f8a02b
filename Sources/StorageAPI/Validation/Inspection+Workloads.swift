// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Inspection {
  /// A new Deployment.
  mutating func checkDeployment(_ object: JSONObject) {
    checkMetadata(object, .deployment)
    checkTemplate(object)
    let spec = object.object("spec") ?? JSONObject()
    let path = FieldPath("spec")
    checkCounts(["replicas", "minReadySeconds", "revisionHistoryLimit"], spec, path)
    guard let strategy = spec.object("strategy") else { return }
    check("type", of: strategy, isOneOf: ["Recreate", "RollingUpdate"], path.child("strategy"))
    if strategy.string("type") == "Recreate", strategy.object("rollingUpdate") != nil {
      let detail = "may not be specified when strategy `type` is 'Recreate'"
      add(.forbidden(path.child("strategy", "rollingUpdate"), detail))
    }
  }

  /// A changed Deployment: its selector may not change.
  mutating func checkDeploymentUpdate(_ new: JSONObject, _ old: JSONObject) {
    checkDeployment(new)
    checkMetadataUpdate(new, old)
    if new.object("spec", "selector") != old.object("spec", "selector") {
      let shown = JSONWriter.compact(new.object("spec", "selector").map(JSONValue.object) ?? .null)
      add(.invalid(FieldPath("spec").child("selector"), shown: shown, Self.immutable))
    }
  }

  /// A new StatefulSet (rules SS1-SS4).
  mutating func checkStatefulSet(_ object: JSONObject) {
    checkMetadata(object, .statefulSet)
    let spec = object.object("spec") ?? JSONObject()
    let path = FieldPath("spec")
    check("podManagementPolicy", of: spec, isOneOf: ["OrderedReady", "Parallel"], path)
    if let strategy = spec.object("updateStrategy") {
      check("type", of: strategy, isOneOf: ["OnDelete", "RollingUpdate"], path.child("updateStrategy"))
    }
    if let policy = spec.object("persistentVolumeClaimRetentionPolicy") {
      for field in ["whenDeleted", "whenScaled"] {
        check(field, of: policy, isOneOf: ["Delete", "Retain"], path.child("persistentVolumeClaimRetentionPolicy"))
      }
    }
    checkCounts(["replicas", "minReadySeconds", "revisionHistoryLimit"], spec, path)
    if let ordinals = spec.object("ordinals") { checkCounts(["start"], ordinals, path.child("ordinals")) }
    let templates = spec.objects("volumeClaimTemplates")
    for (index, template) in templates.enumerated() {
      let path = path.child("volumeClaimTemplates").index(index)
      let name = template.string("metadata", "name")
      if name.isEmpty {
        add(.required(path.child("metadata", "name")))
      } else {
        add(path.child("metadata", "name"), name, NameRules.label(name))
      }
      checkClaimSpec(template.object("spec") ?? JSONObject(), path.child("spec"))
    }
    checkTemplate(object, volumes: templates.map { $0.string("metadata", "name") })
  }

  /// A changed StatefulSet (rule SS5).
  mutating func checkStatefulSetUpdate(_ new: JSONObject, _ old: JSONObject) {
    checkStatefulSet(new)
    checkMetadataUpdate(new, old)
    func fixed(_ object: JSONObject) -> JSONObject {
      let mutable: Set = [
        "replicas", "ordinals", "template", "updateStrategy", "revisionHistoryLimit",
        "persistentVolumeClaimRetentionPolicy", "minReadySeconds",
      ]
      let spec = object.object("spec") ?? JSONObject()
      return JSONObject(members: spec.members.filter { !mutable.contains($0.key) })
    }
    if !Equality.areEqual(fixed(new), fixed(old)) {
      add(
        .forbidden(
          FieldPath("spec"),
          "updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', 'updateStrategy', "
            + "'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"))
    }
  }

  private mutating func checkCounts(_ fields: [String], _ object: JSONObject, _ path: FieldPath) {
    for field in fields {
      check(field, of: object, isIn: 0...Int64.max, path, "must be greater than or equal to 0")
    }
  }

  /// The selector and the pod template of a workload; `volumes` come to the pods from elsewhere.
  private mutating func checkTemplate(_ object: JSONObject, volumes: [String] = []) {
    let path = FieldPath("spec")
    let template = object.object("spec", "template") ?? JSONObject()
    let labels = template.object("metadata", "labels")
    if let selector = object.object("spec", "selector") {
      checkLabelSelector(selector, path.child("selector"))
      if selector.isEmpty {
        add(.invalid(path.child("selector"), shown: "{}", "empty selector is invalid for workloads"))
      } else if let parsed = try? LabelSelector(json: selector),
        !parsed.matches(template.stringMap("metadata", "labels"))
      {
        let shown = JSONWriter.compact(labels.map(JSONValue.object) ?? .null)
        add(
          .invalid(
            path.child("template", "metadata", "labels"), shown: shown,
            "`selector` does not match template `labels`"))
      }
    } else {
      add(.required(path.child("selector")))
    }
    let field = path.child("template")
    checkLabels(labels, field.child("metadata", "labels"))
    checkAnnotations(template.object("metadata", "annotations"), field.child("metadata", "annotations"))
    var spec = template.object("spec") ?? JSONObject()
    let added = volumes.map { name in
      JSONValue.object(["name": .string(name), "persistentVolumeClaim": ["claimName": .string(name)]])
    }
    let own = spec.objects("volumes").filter { !volumes.contains($0.string("name")) }
    if !added.isEmpty { spec["volumes"] = .array(own.map(JSONValue.object) + added) }
    checkPodSpec(spec, field.child("spec"))
    check("restartPolicy", of: spec, isOneOf: ["Always"], field.child("spec"))
  }
}
