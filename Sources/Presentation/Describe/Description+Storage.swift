// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension Description {
  /// Rule O8.
  mutating func storageClass() {
    out.field("Name", json.string("metadata", "name"))
    out.field("IsDefaultClass", StorageClass(json: json).isDefault ? "Yes" : "No")
    out.field("Annotations", Labels.text(annotations))
    out.field("Provisioner", json.string("provisioner"))
    out.field("Parameters", Labels.text(json.object("parameters")))
    out.field(
      "AllowVolumeExpansion", json.value("allowVolumeExpansion")?.bool.map { $0 ? "True" : "False" } ?? "<unset>")
    let options = json.strings("mountOptions")
    if options.isEmpty {
      out.field("MountOptions", "<none>")
    } else {
      out.line("MountOptions:")
      for option in options { out.line(option, level: 1) }
    }
    if let policy = json.optionalString("reclaimPolicy") { out.field("ReclaimPolicy", policy) }
    if let mode = json.optionalString("volumeBindingMode") { out.field("VolumeBindingMode", mode) }
    let topologies = json.objects("allowedTopologies")
    guard !topologies.isEmpty else { return }
    out.field("AllowedTopologies", "")
    for (index, topology) in topologies.enumerated() {
      let terms = topology.objects("matchLabelExpressions").map {
        $0.string("key") + " in " + Self.list($0.strings("values"))
      }
      out.list("Term \(index)", terms, level: 1)
    }
  }

  mutating func volumeAttributesClass() {
    out.field("Name", json.string("metadata", "name"))
    out.field("Annotations", Labels.text(annotations))
    out.field("DriverName", json.string("driverName"))
    out.field("Parameters", Labels.text(json.object("parameters")))
  }

  /// Rule O7.
  mutating func volume() {
    out.field("Name", json.string("metadata", "name"))
    out.labels("Labels", labels)
    out.annotations("Annotations", annotations)
    out.field("Finalizers", finalizers)
    out.field("StorageClass", PersistentVolume(json: json).className)
    out.field("Status", phaseOrTerminating)
    let claim = json.object("spec", "claimRef").map { $0.string("namespace") + "/" + $0.string("name") }
    out.field("Claim", claim ?? "")
    out.field("Reclaim Policy", json.string("spec", "persistentVolumeReclaimPolicy"))
    out.field("Access Modes", AccessModes.text(json.strings("spec", "accessModes")))
    if let mode = json.optionalString("spec", "volumeMode") { out.field("VolumeMode", mode) }
    out.field("Capacity", json.value("spec", "capacity", "storage")?.cellText ?? "0")
    nodeAffinity()
    out.field("Message", json.string("status", "message"))
    out.line("Source:")
    if !out.source(json.object("spec") ?? JSONObject(), of: .persistentVolume) { out.line("<unknown>", level: 1) }
  }

  private mutating func nodeAffinity() {
    guard let required = json.object("spec", "nodeAffinity", "required") else {
      return out.field("Node Affinity", "<none>")
    }
    out.field("Node Affinity", "")
    let terms = required.objects("nodeSelectorTerms")
    out.field("Required Terms", terms.isEmpty ? "<none>" : "", level: 1)
    for (index, term) in terms.enumerated() {
      let requirements = term.objects("matchExpressions").map { requirement in
        let values = requirement.strings("values")
        let test = requirement.string("key") + " " + requirement.string("operator").lowercased()
        return values.isEmpty ? test : test + " " + Self.list(values)
      }
      out.list("Term \(index)", requirements, level: 2)
    }
  }

  private static func list(_ values: [String]) -> String { "[" + values.joined(separator: ", ") + "]" }

  /// Rules O5 and O6.
  mutating func claim() {
    out.field("Name", json.string("metadata", "name"))
    out.field("Namespace", json.string("metadata", "namespace"))
    out.field("StorageClass", PersistentVolumeClaim(json: json).className)
    out.field("Status", phaseOrTerminating)
    out.field("Volume", json.string("spec", "volumeName"))
    out.labels("Labels", labels)
    out.annotations("Annotations", annotations)
    out.field("Finalizers", finalizers)
    out.claimSpec(PersistentVolumeClaim(json: json))
    out.list("Used By", users)
    let conditions = json.objects("status", "conditions")
    guard !conditions.isEmpty else { return }
    out.line("Conditions:")
    out.heading(
      ["Type", "Status", "LastProbeTime", "LastTransitionTime", "Reason", "Message"], dashes: [4, 6, 17, 18, 6, 7])
    out.conditions(conditions, probed: "lastProbeTime")
  }

  /// The pods of the claim's namespace that name it (rule O6).
  private var users: [String] {
    context.pods.filter { pod in
      pod.namespace == json.string("metadata", "namespace")
        && Pod(json: pod.json).claimNames.contains(json.string("metadata", "name"))
    }.map(\.name).sorted()
  }
}

extension DescriptionText {
  /// The fields of a claim that its template in a pod has too.
  mutating func claimSpec(_ claim: PersistentVolumeClaim, level: Int = 0) {
    field("Capacity", claim.shownCapacity, level: level)
    field("Access Modes", claim.shownAccessModes, level: level)
    if let mode = claim.json.optionalString("spec", "volumeMode") { field("VolumeMode", mode, level: level) }
    guard let source = claim.json.object("spec", "dataSource") else { return }
    line("DataSource:", level: level)
    if let group = source.optionalString("apiGroup") { field("APIGroup", group, level: level + 1) }
    field("Kind", source.string("kind"), level: level + 1)
    field("Name", source.string("name"), level: level + 1)
  }

  /// Rows of conditions with the moments of their last look and change.
  mutating func conditions(_ conditions: [JSONObject], probed: String) {
    for condition in conditions {
      row([
        condition.string("type") + " ", condition.string("status") + " ",
        CalendarText.text(Timestamp(condition.string(probed))) + " ",
        CalendarText.text(Timestamp(condition.string("lastTransitionTime"))) + " ", condition.string("reason") + " ",
        condition.string("message"),
      ])
    }
  }
}
