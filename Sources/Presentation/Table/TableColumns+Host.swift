// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension TableColumns {
  static let namespace: [TableColumn] = [.name, .text("Status") { $0.string("status", "phase") }, .age]

  static let node: [TableColumn] = [
    .name,
    .text("Status") { json in
      let ready = json.objects("status", "conditions").first { $0.string("type") == "Ready" }
      let status = ready.map { $0.string("status") == "True" ? "Ready" : "NotReady" } ?? "Unknown"
      return json.flag("spec", "unschedulable") ? status + ",SchedulingDisabled" : status
    },
    .text("Roles") { orNone(roles(of: $0).joined(separator: ",")) },
    .age,
    .text("Version") { $0.string("status", "nodeInfo", "kubeletVersion") },
    .text("Internal-IP", isWide: true) { address("InternalIP", of: $0) },
    .text("External-IP", isWide: true) { address("ExternalIP", of: $0) },
    .text("OS-Image", isWide: true) { orUnknown($0.string("status", "nodeInfo", "osImage")) },
    .text("Kernel-Version", isWide: true) { orUnknown($0.string("status", "nodeInfo", "kernelVersion")) },
    .text("Container-Runtime", isWide: true) { orUnknown($0.string("status", "nodeInfo", "containerRuntimeVersion")) },
  ]

  /// The roles that a node's labels tell, sorted.
  static func roles(of node: JSONObject) -> [String] {
    let prefix = "node-role.kubernetes.io/"
    var roles: Set<String> = []
    for (key, value) in node.stringMap("metadata", "labels") {
      if key.hasPrefix(prefix) && key.count > prefix.count { roles.insert(String(key.dropFirst(prefix.count))) }
      if key == "kubernetes.io/role" && !value.isEmpty { roles.insert(value) }
    }
    return roles.sorted()
  }

  private static func address(_ type: String, of node: JSONObject) -> String {
    orNone(node.objects("status", "addresses").first { $0.string("type") == type }?.string("address") ?? "")
  }

  private static func orUnknown(_ text: String) -> String { text.isEmpty ? "<unknown>" : text }

  static let event: [TableColumn] = [
    TableColumn("Last Seen") { json, now in .string(EventTimes(json: json).lastSeen(now: now)) },
    .text("Type") { $0.string("type") },
    .text("Reason") { $0.string("reason") },
    .text("Object") { json in
      json.string("involvedObject", "kind").lowercased() + "/" + json.string("involvedObject", "name")
    },
    .text("Subobject", isWide: true) { $0.string("involvedObject", "fieldPath") },
    .text("Source", isWide: true) { json in
      let component = json.optionalString("source", "component") ?? json.string("reportingComponent")
      let host = json.optionalString("source", "host") ?? json.string("reportingInstance")
      return host.isEmpty ? component : component + ", " + host
    },
    .text("Message") { Event(json: $0).trimmedMessage },
    TableColumn("First Seen", isWide: true) { json, now in .string(EventTimes(json: json).firstSeen(now: now)) },
    TableColumn("Count", type: .integer, isWide: true) { json, _ in .integer(EventTimes(json: json).count) },
    TableColumn("Name", format: "name", isWide: true) { json, _ in .string(json.string("metadata", "name")) },
  ]
}
