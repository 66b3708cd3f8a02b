// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// The `nodeSelectorTerms` by which volumes and pods say which nodes they can be on.
///
/// One matching term is enough; a term matches when all of its expressions do; a term without any matches no node.
struct NodeTerms: Sendable {
  private let terms: [JSONObject]

  /// The terms of the node selector `json`.
  init(json: JSONObject) { terms = json.objects("nodeSelectorTerms") }

  /// Whether a node `name` with `labels` is meant.
  func match(name: String, labels: [String: String]) -> Bool {
    terms.contains { term in
      let expressions = term.objects("matchExpressions")
      let fields = term.objects("matchFields")
      guard !expressions.isEmpty || !fields.isEmpty else { return false }
      return expressions.allSatisfy { Self.holds($0, labels[$0.string("key")]) }
        && fields.allSatisfy { Self.holds($0, $0.string("key") == "metadata.name" ? name : nil) }
    }
  }

  private static func holds(_ expression: JSONObject, _ value: String?) -> Bool {
    let values = expression.strings("values")
    switch expression.string("operator") {
    case "In": return value.map(values.contains) ?? false
    case "NotIn": return value.map { !values.contains($0) } ?? true
    case "Exists": return value != nil
    case "DoesNotExist": return value == nil
    case "Gt": return compare(value, values.first).map { $0 > $1 } ?? false
    case "Lt": return compare(value, values.first).map { $0 < $1 } ?? false
    default: return false  // validation knows no other operator
    }
  }

  private static func compare(_ left: String?, _ right: String?) -> (Int64, Int64)? {
    guard let left = left.flatMap({ Int64($0) }), let right = right.flatMap({ Int64($0) }) else { return nil }
    return (left, right)
  }
}

extension HostNode {
  /// Whether `volume` can be used here, by its node affinity; one without can be used everywhere (rules M8, W14).
  func suits(_ volume: PersistentVolume, in world: World) -> Bool {
    guard let required = volume.json.object("spec", "nodeAffinity", "required") else { return true }
    return NodeTerms(json: required).match(name: name, labels: labels(in: world))
  }

  /// Whether `pod` may run here, by its node selector and its required node affinity.
  func suits(_ pod: Pod, in world: World) -> Bool {
    let labels = labels(in: world)
    guard pod.json.stringMap("spec", "nodeSelector").allSatisfy({ labels[$0.key] == $0.value }) else { return false }
    let path = ["spec", "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution"]
    guard let required = pod.json.value(at: path[...])?.object else { return true }
    return NodeTerms(json: required).match(name: name, labels: labels)
  }
}
