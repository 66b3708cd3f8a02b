// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension DescriptionText {
  /// Adds the variables of `container`; values that come from fields are taken from `pod`.
  mutating func environment(_ container: JSONObject, of pod: JSONObject?) {
    let variables = container.objects("env")
    line(variables.isEmpty ? "Environment:\t<none>" : "Environment:", level: 2)
    for variable in variables {
      let name = variable.string("name")
      guard let from = variable.object("valueFrom") else {
        list(
          name, variable.string("value").split(separator: "\n", omittingEmptySubsequences: false).map(String.init),
          level: 3)
        continue
      }
      if let field = from.object("fieldRef") {
        let path = field.string("fieldPath")
        let version = field.optionalString("apiVersion") ?? "v1"
        self.field(name, (pod.map { Self.value(of: path, in: $0) } ?? "") + " (" + version + ":" + path + ")", level: 3)
      } else if let resource = from.object("resourceFieldRef")?.string("resource") {
        self.field(name, Self.resource(resource, of: container) + " (" + resource + ")", level: 3)
      } else if let secret = from.object("secretKeyRef") {
        reference(name, "<set to the key '\(secret.string("key"))' in secret '\(secret.string("name"))'>", secret)
      } else if let map = from.object("configMapKeyRef") {
        reference(name, "<set to the key '\(map.string("key"))' of config map '\(map.string("name"))'>", map)
      }
    }
  }

  private mutating func reference(_ name: String, _ text: String, _ source: JSONObject) {
    field(name, text + "\t" + Self.optional(source), level: 3)
  }

  private static func optional(_ source: JSONObject) -> String {
    "Optional: " + (source.flag("optional") ? "true" : "false")
  }

  /// Adds the maps and secrets that variables come from as a whole.
  mutating func environmentSources(_ container: JSONObject) {
    let sources = container.objects("envFrom")
    guard !sources.isEmpty else { return }
    line("Environment Variables from:", level: 2)
    for source in sources {
      let prefix = source.string("prefix")
      let (kind, reference) =
        source.object("configMapRef").map { ("ConfigMap", $0) }
        ?? ("Secret", source.object("secretRef") ?? JSONObject())
      row(
        [
          reference.string("name"), prefix.isEmpty ? kind : kind + " with prefix '" + prefix + "'",
          Self.optional(reference),
        ],
        level: 3)
    }
  }

  /// The value of the field `path` of a pod, such as `metadata.name` or `metadata.labels['app']`.
  private static func value(of path: String, in pod: JSONObject) -> String {
    if let open = path.firstIndex(of: "["), path.hasSuffix("']") {
      let key = path[path.index(open, offsetBy: 2)...].dropLast(2)
      return pod.value(at: (path[..<open].split(separator: ".") + [key]).map(String.init)[...])?.string ?? ""
    }
    return pod.value(at: path.split(separator: ".").map(String.init)[...])?.string ?? ""
  }

  /// The amount that `path`, such as `limits.cpu`, means in `container`.
  private static func resource(_ path: String, of container: JSONObject) -> String {
    let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
    let value = container.value(at: (["resources"] + parts)[...])?.cellText
    return value ?? (parts.first == "limits" ? "node allocatable" : "0")
  }
}
