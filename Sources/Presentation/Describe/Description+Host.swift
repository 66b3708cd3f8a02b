// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension Description {
  mutating func namespace() {
    out.field("Name", json.string("metadata", "name"))
    out.labels("Labels", labels)
    out.annotations("Annotations", annotations)
    out.field("Status", json.string("status", "phase"))
    out.line("")
    out.line("No resource quota.")
    out.line("")
    out.line("No LimitRange resource.")
  }

  /// A node as kubectl describes it, without the shares of processor and memory: Orlop runs nothing that takes any.
  mutating func node() {
    out.field("Name", json.string("metadata", "name"))
    let roles = TableColumns.roles(of: json).joined(separator: ",")
    out.field("Roles", TableColumns.orNone(roles))
    out.labels("Labels", labels)
    out.annotations("Annotations", annotations)
    out.field("CreationTimestamp", creation)
    out.list("Taints", taints)
    out.field("Unschedulable", json.flag("spec", "unschedulable") ? "true" : "false")
    let conditions = json.objects("status", "conditions")
    if !conditions.isEmpty {
      out.line("Conditions:")
      out.heading(
        ["Type", "Status", "LastHeartbeatTime", "LastTransitionTime", "Reason", "Message"])
      out.conditions(conditions, probed: "lastHeartbeatTime")
    }
    out.line("Addresses:")
    for address in json.objects("status", "addresses") {
      out.field(address.string("type"), address.string("address"), level: 1)
    }
    amounts("Capacity", "capacity")
    amounts("Allocatable", "allocatable")
    systemInfo()
    nodePods()
  }

  private var taints: [String] {
    json.objects("spec", "taints").sorted {
      ($0.string("effect"), $0.string("key")) < ($1.string("effect"), $1.string("key"))
    }.map { taint in
      let value = taint.string("value")
      return taint.string("key") + (value.isEmpty ? "" : "=" + value) + ":" + taint.string("effect")
    }
  }

  private mutating func amounts(_ label: String, _ key: String) {
    guard let amounts = json.object("status", key), !amounts.isEmpty else { return }
    out.line(label + ":")
    for amount in amounts.members { out.field(amount.key, amount.value.cellText, level: 1) }
  }

  private mutating func systemInfo() {
    out.line("System Info:")
    for (label, key) in [
      ("Machine ID", "machineID"), ("System UUID", "systemUUID"), ("Boot ID", "bootID"),
      ("Kernel Version", "kernelVersion"), ("OS Image", "osImage"), ("Operating System", "operatingSystem"),
      ("Architecture", "architecture"), ("Container Runtime Version", "containerRuntimeVersion"),
      ("Kubelet Version", "kubeletVersion"),
    ] {
      out.field(label, json.string("status", "nodeInfo", key), level: 1)
    }
  }

  private mutating func nodePods() {
    let pods = context.pods.filter {
      $0.json.string("spec", "nodeName") == json.string("metadata", "name") && !Pod(json: $0.json).isFinished
    }
    out.field("Non-terminated Pods", "(\(pods.count) in total)")
    out.heading(["Namespace", "Name", "Age"])
    for pod in pods {
      out.row([pod.namespace, pod.name, Age.since(pod.metadata.creationTimestamp, now: context.now)])
    }
  }

  /// Any other object: its fields as they are.
  mutating func anything() {
    out.field("Name", json.string("metadata", "name"))
    out.field("Namespace", json.string("metadata", "namespace"))
    out.labels("Labels", labels)
    out.annotations("Annotations", annotations)
    let told = ["managedFields", "name", "namespace", "labels", "annotations"]
    out.content(json, level: 0, skipped: Set(told.map { ".metadata." + $0 }))
  }
}
