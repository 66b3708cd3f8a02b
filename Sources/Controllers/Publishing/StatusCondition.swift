// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// A statement in the `conditions` of an object's status.
struct StatusCondition: Sendable, Hashable {
  let type: String
  let isTrue: Bool
  let reason: String
  let message: String

  init(_ type: String, _ isTrue: Bool, reason: String = "", message: String = "") {
    self.type = type
    self.isTrue = isTrue
    self.reason = reason
    self.message = message
  }
}

extension APIObject {
  /// The condition `type` as written, or nil when the status says nothing of it.
  func condition(_ type: String) -> JSONObject? {
    json.objects("status", "conditions").first { $0.string("type") == type }
  }

  /// States `condition`, dated `now` when it was otherwise before or `isNews` says so.
  mutating func state(_ condition: StatusCondition, at now: Timestamp, isNews: Bool = false) {
    let status = condition.isTrue ? "True" : "False"
    var entry: JSONObject = ["type": .string(condition.type), "status": .string(status)]
    if !condition.reason.isEmpty { entry["reason"] = .string(condition.reason) }
    if !condition.message.isEmpty { entry["message"] = .string(condition.message) }
    let old = self.condition(condition.type)
    let since = old?.string("status") == status && !isNews ? old?["lastTransitionTime"] : nil
    entry["lastTransitionTime"] = since ?? .string(now.description)
    var conditions = json.objects("status", "conditions")
    if let index = conditions.firstIndex(where: { $0.string("type") == condition.type }) {
      conditions[index] = entry
    } else {
      conditions.append(entry)
    }
    json.set(.array(conditions.map(JSONValue.object)), "status", "conditions")
  }
}
