// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension Description {
  mutating func deployment() {
    out.field("Name", json.string("metadata", "name"))
    out.field("Namespace", json.string("metadata", "namespace"))
    out.field("CreationTimestamp", creation)
    out.labels("Labels", labels)
    out.annotations("Annotations", annotations)
    out.field("Selector", Labels.selector(json.object("spec", "selector")))
    func count(_ key: String) -> Int64 { json.integer("status", key) ?? 0 }
    out.field(
      "Replicas",
      "\(Deployment(json: json).replicas) desired | \(count("updatedReplicas")) updated | \(count("replicas")) total | "
        + "\(count("availableReplicas")) available | \(count("unavailableReplicas")) unavailable")
    out.field("StrategyType", json.optionalString("spec", "strategy", "type") ?? "RollingUpdate")
    out.field("MinReadySeconds", String(json.integer("spec", "minReadySeconds") ?? 0))
    if !Deployment(json: json).isRecreate {
      let unavailable = json.value("spec", "strategy", "rollingUpdate", "maxUnavailable")?.cellText ?? "25%"
      let surge = json.value("spec", "strategy", "rollingUpdate", "maxSurge")?.cellText ?? "25%"
      out.field("RollingUpdateStrategy", unavailable + " max unavailable, " + surge + " max surge")
    }
    podTemplate(Deployment(json: json).template)
    let conditions = json.objects("status", "conditions")
    guard !conditions.isEmpty else { return }
    out.line("Conditions:")
    out.heading(["Type", "Status", "Reason"])
    for condition in conditions {
      out.row([condition.string("type") + " ", condition.string("status"), condition.string("reason")])
    }
  }

  mutating func statefulSet() {
    let set = StatefulSet(json: json)
    out.field("Name", json.string("metadata", "name"))
    out.field("Namespace", json.string("metadata", "namespace"))
    out.field("CreationTimestamp", creation)
    out.field("Selector", Labels.selector(json.object("spec", "selector")))
    out.labels("Labels", labels)
    out.annotations("Annotations", annotations)
    out.field("Replicas", "\(set.replicas) desired | \(json.integer("status", "replicas") ?? 0) total")
    out.field("Update Strategy", json.optionalString("spec", "updateStrategy", "type") ?? "RollingUpdate")
    if let partition = json.integer("spec", "updateStrategy", "rollingUpdate", "partition") {
      out.field("Partition", String(partition), level: 1)
    }
    out.field("Pods Status", podsStatus)
    podTemplate(set.template)
    claimTemplates(set.claimTemplates)
  }

  /// How many of the pods that this object controls are in which phase.
  private var podsStatus: String {
    let own = context.pods.filter { pod in
      pod.namespace == json.string("metadata", "namespace")
        && pod.metadata.controller?.uid == json.string("metadata", "uid")
    }
    func count(_ phase: String) -> Int { own.count { $0.json.string("status", "phase") == phase } }
    return "\(count("Running")) Running / \(count("Pending")) Waiting / \(count("Succeeded")) Succeeded / "
      + "\(count("Failed")) Failed"
  }

  private mutating func podTemplate(_ template: JSONObject) {
    let spec = template.object("spec") ?? JSONObject()
    out.line("Pod Template:")
    out.labels("  Labels", template.object("metadata", "labels"))
    if let annotations = template.object("metadata", "annotations"), !annotations.isEmpty {
      out.annotations("  Annotations", annotations)
    }
    let account = spec.string("serviceAccountName")
    if !account.isEmpty { out.field("Service Account", account, level: 1) }
    if !spec.objects("initContainers").isEmpty {
      out.containers("Init Containers", spec.objects("initContainers"), of: nil, margin: "  ")
    }
    out.containers("Containers", spec.objects("containers"), of: nil, margin: "  ")
    out.volumes(spec, margin: "  ")
    let priority = spec.string("priorityClassName")
    if !priority.isEmpty { out.field("Priority Class Name", priority, level: 1) }
    out.labels("  Node-Selectors", spec.object("nodeSelector"))
    out.list("  Tolerations", Tolerations.texts(spec.objects("tolerations")))
  }

  private mutating func claimTemplates(_ templates: [PersistentVolumeClaim]) {
    guard !templates.isEmpty else { return out.field("Volume Claims", "<none>") }
    out.line("Volume Claims:")
    for template in templates {
      out.field("Name", template.name, level: 1)
      out.field("StorageClass", template.className, level: 1)
      out.labels("Labels", template.json.object("metadata", "labels"), level: 1)
      out.labels("Annotations", template.json.object("metadata", "annotations"), level: 1)
      let request = template.json.value("spec", "resources", "requests", "storage")?.cellText
      out.field("Capacity", request ?? "<default>", level: 1)
      out.field("Access Modes", Self.bracketed(template.accessModes), level: 1)
    }
  }
}
