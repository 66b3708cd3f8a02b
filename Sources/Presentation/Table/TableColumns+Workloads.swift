// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension TableColumns {
  static let pod: [TableColumn] = [
    .name,
    .text("Ready") { PodSummary(json: $0).ready },
    .text("Status") { PodSummary(json: $0).status },
    TableColumn("Restarts") { json, now in .string(PodSummary(json: json).restarts(now: now)) },
    .age,
    .text("IP", isWide: true) { orNone($0.string("status", "podIP")) },
    .text("Node", isWide: true) { orNone($0.string("spec", "nodeName")) },
    .text("Nominated Node", isWide: true) { orNone($0.string("status", "nominatedNodeName")) },
    .text("Readiness Gates", isWide: true) { PodSummary(json: $0).readinessGates },
  ]

  static let deployment: [TableColumn] = [
    .name,
    readyOfDesired,
    count("Up-to-date", "updatedReplicas"),
    count("Available", "availableReplicas"),
    .age,
    containerNames,
    containerImages,
    .text("Selector", isWide: true) { Labels.selector($0.object("spec", "selector")) },
  ]

  static let statefulSet: [TableColumn] = [.name, readyOfDesired, .age, containerNames, containerImages]

  private static let readyOfDesired = TableColumn.text("Ready") { json in
    "\(json.integer("status", "readyReplicas") ?? 0)/\(json.integer("spec", "replicas") ?? 1)"
  }

  private static func count(_ name: String, _ field: String) -> TableColumn {
    TableColumn(name, type: .integer) { json, _ in .integer(json.integer("status", field) ?? 0) }
  }

  private static let containerNames = TableColumn.text("Containers", isWide: true) { containers($0, "name") }
  private static let containerImages = TableColumn.text("Images", isWide: true) { containers($0, "image") }

  private static func containers(_ json: JSONObject, _ field: String) -> String {
    json.objects("spec", "template", "spec", "containers").map { $0.string(field) }.joined(separator: ",")
  }

  static func orNone(_ text: String) -> String { text.isEmpty ? "<none>" : text }
}
