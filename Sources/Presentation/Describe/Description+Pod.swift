// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension Description {
  mutating func pod() {
    podIdentity()
    podState()
    let spec = json.object("spec") ?? JSONObject()
    let pod = json
    if !spec.objects("initContainers").isEmpty {
      out.containers("Init Containers", spec.objects("initContainers"), of: pod)
    }
    out.containers("Containers", spec.objects("containers"), of: pod)
    let conditions = json.objects("status", "conditions")
    if !conditions.isEmpty {
      out.line("Conditions:")
      out.row(["Type", "Status"])
      for condition in conditions { out.row([condition.string("type") + " ", condition.string("status")]) }
    }
    out.volumes(spec)
    out.field("QoS Class", QualityOfService.of(json))
    out.labels("Node-Selectors", spec.object("nodeSelector"))
    out.list("Tolerations", Tolerations.texts(spec.objects("tolerations")))
  }

  private mutating func podIdentity() {
    out.field("Name", json.string("metadata", "name"))
    out.field("Namespace", json.string("metadata", "namespace"))
    if let priority = json.integer("spec", "priority") { out.field("Priority", String(priority)) }
    for (label, key) in [
      ("Priority Class Name", "priorityClassName"), ("Runtime Class Name", "runtimeClassName"),
      ("Service Account", "serviceAccountName"),
    ] {
      let value = json.string("spec", key)
      if !value.isEmpty { out.field(label, value) }
    }
    let node = json.string("spec", "nodeName")
    out.field("Node", node.isEmpty ? "<none>" : node + "/" + json.string("status", "hostIP"))
    if let start = Timestamp(json.string("status", "startTime")) { out.field("Start Time", CalendarText.text(start)) }
    out.labels("Labels", labels)
    out.annotations("Annotations", annotations)
  }

  private mutating func podState() {
    if Resource(json: json).isTerminating && !Pod(json: json).isFinished {
      out.field("Status", phaseOrTerminating)
      let grace = json.integer("metadata", "deletionGracePeriodSeconds") ?? 0
      out.field("Termination Grace Period", "\(grace)s")
    } else {
      out.field("Status", json.string("status", "phase"))
    }
    for (label, key) in [("Reason", "reason"), ("Message", "message")] {
      let value = json.string("status", key)
      if !value.isEmpty { out.field(label, value) }
    }
    out.field("IP", json.string("status", "podIP"))
    let addresses = json.objects("status", "podIPs")
    if addresses.isEmpty {
      out.field("IPs", "<none>")
    } else {
      out.line("IPs:")
      for address in addresses { out.field("IP", address.string("ip"), level: 1) }
    }
    if let owner = Resource(json: json).metadata.controller {
      out.field("Controlled By", owner.kind + "/" + owner.name)
    }
  }
}

extension DescriptionText {
  /// Adds the volumes of a pod's `spec`; `margin` is "  " within a template.
  mutating func volumes(_ spec: JSONObject, margin: String = "") {
    let volumes = spec.objects("volumes")
    guard !volumes.isEmpty else { return field(margin + "Volumes", "<none>") }
    line(margin + "Volumes:")
    for volume in volumes {
      line((margin.isEmpty ? "" : " ") + volume.string("name") + ":", level: 1)
      if !source(volume, of: .pod) { line("<unknown>", level: 1) }
    }
  }
}

/// Tolerations, one text each.
enum Tolerations {
  /// `key=value:Effect for 300s`, sorted by key.
  static func texts(_ tolerations: [JSONObject]) -> [String] {
    tolerations.sorted { $0.string("key") < $1.string("key") }.map { toleration in
      let (key, value, effect) = (toleration.string("key"), toleration.string("value"), toleration.string("effect"))
      var text = key
      if !value.isEmpty { text += "=" + value }
      if !effect.isEmpty { text += ":" + effect }
      if toleration.string("operator") == "Exists" && value.isEmpty { text += (text.isEmpty ? "" : " ") + "op=Exists" }
      if let seconds = toleration.integer("tolerationSeconds") { text += " for \(seconds)s" }
      return text
    }
  }
}

/// How firmly a pod's processor time and memory are promised.
enum QualityOfService {
  /// `Guaranteed` when every container's limits equal its requests, `BestEffort` when there are none, else `Burstable`.
  static func of(_ pod: JSONObject) -> String {
    if let known = pod.optionalString("status", "qosClass") { return known }
    let containers = pod.objects("spec", "containers") + pod.objects("spec", "initContainers")
    var isAny = false
    var isGuaranteed = true
    for container in containers {
      for resource in ["cpu", "memory"] {
        let limit = amount(container, "limits", resource)
        let request = amount(container, "requests", resource) ?? limit
        if request != nil { isAny = true }
        if limit == nil || limit != request { isGuaranteed = false }
      }
    }
    return isAny ? (isGuaranteed ? "Guaranteed" : "Burstable") : "BestEffort"
  }

  private static func amount(_ container: JSONObject, _ list: String, _ resource: String) -> Quantity? {
    guard let value = container.value("resources", list, resource), let quantity = try? Quantity(json: value) else {
      return nil
    }
    return quantity.sign > 0 ? quantity : nil
  }
}
