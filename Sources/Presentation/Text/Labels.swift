// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Labels and selectors in one line.
enum Labels {
  /// `key=value` of all labels, sorted, with commas; `<none>` when there are none.
  static func text(_ labels: JSONObject?) -> String {
    guard let labels, !labels.isEmpty else { return "<none>" }
    return pairs(labels).joined(separator: ",")
  }

  /// `key=value` of each label, sorted by key.
  static func pairs(_ labels: JSONObject) -> [String] {
    labels.members.map { $0.key + "=" + ($0.value.string ?? $0.value.cellText) }
  }

  /// A label selector as `a=b,c in (d,e),!f`; `<none>` for one that selects nothing, "" for one that selects all.
  static func selector(_ selector: JSONObject?) -> String {
    guard let selector else { return "<none>" }
    var requirements = (selector.object("matchLabels") ?? JSONObject()).members.map {
      (key: $0.key, text: $0.key + "=" + ($0.value.string ?? ""))
    }
    for expression in selector.objects("matchExpressions") {
      let key = expression.string("key")
      let values = "(" + expression.strings("values").sorted().joined(separator: ",") + ")"
      switch expression.string("operator") {
      case "In": requirements.append((key, key + " in " + values))
      case "NotIn": requirements.append((key, key + " notin " + values))
      case "Exists": requirements.append((key, key))
      case "DoesNotExist": requirements.append((key, "!" + key))
      default: requirements.append((key, key + " " + expression.string("operator") + " " + values))
      }
    }
    return requirements.sorted { $0.key < $1.key }.map(\.text).joined(separator: ",")
  }
}
