// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// A statement about a pod in its status.
struct PodCondition: Sendable, Hashable {
  /// What it is about.
  enum Topic: String, Sendable {
    case scheduled = "PodScheduled", volumesReady = "VolumesReady", ready = "Ready"
  }

  let topic: Topic
  let isTrue: Bool
  let reason: String
  let message: String

  init(_ topic: Topic, _ isTrue: Bool, reason: String = "", message: String = "") {
    self.topic = topic
    self.isTrue = isTrue
    self.reason = reason
    self.message = message
  }
}

extension Pod {
  private func json(of topic: PodCondition.Topic) -> JSONObject? {
    json.objects("status", "conditions").first { $0.string("type") == topic.rawValue }
  }

  /// Whether the condition is stated and true.
  func isTrue(_ topic: PodCondition.Topic) -> Bool { json(of: topic)?.string("status") == "True" }

  /// What the status says about `topic`; "" when it says nothing.
  func message(of topic: PodCondition.Topic) -> String { json(of: topic)?.string("message") ?? "" }

  /// The word for the state of `topic`; "" when the status says nothing.
  func reason(of topic: PodCondition.Topic) -> String { json(of: topic)?.string("reason") ?? "" }

  /// Since when the condition is as it is, or nil when it is not stated.
  func since(_ topic: PodCondition.Topic) -> Timestamp? {
    json(of: topic).flatMap { Timestamp($0.string("lastTransitionTime")) }
  }

  /// Whether the pod's volumes were published, and have not been taken away since.
  public var isPublished: Bool { isTrue(.volumesReady) }

  /// Whether the pod counts as ready: published, and not on its way out.
  var isReady: Bool { isTrue(.ready) && !isTerminating && !isFinished }

  /// States `condition`, dated `now` when it was otherwise before or `isNews` says so.
  mutating func state(_ condition: PodCondition, at now: Timestamp, isNews: Bool = false) {
    let status = condition.isTrue ? "True" : "False"
    var entry: JSONObject = ["type": .string(condition.topic.rawValue), "status": .string(status)]
    if !condition.reason.isEmpty { entry["reason"] = .string(condition.reason) }
    if !condition.message.isEmpty { entry["message"] = .string(condition.message) }
    let old = json(of: condition.topic)
    let since = old?.string("status") == status && !isNews ? old?["lastTransitionTime"] : nil
    entry["lastTransitionTime"] = since ?? .string(now.description)
    var conditions = json.objects("status", "conditions")
    if let index = conditions.firstIndex(where: { $0.string("type") == condition.topic.rawValue }) {
      conditions[index] = entry
    } else {
      conditions.append(entry)
    }
    json.set(.array(conditions.map(JSONValue.object)), "status", "conditions")
  }

  /// The pod as it is while `reason` keeps its containers from what they need.
  func waiting(_ condition: PodCondition, at now: Timestamp) -> Pod {
    var pod = self
    pod.phase = "Pending"
    pod.state(condition, at: now)
    pod.state(PodCondition(.ready, false, reason: condition.reason), at: now)
    pod.setContainers(isReady: false, state: ["waiting": ["reason": "ContainerCreating"]])
    return pod
  }

  /// The pod as it is once its volumes are published; `remark` says what was left out.
  func running(remark: String, at now: Timestamp) -> Pod {
    var pod = self
    pod.phase = "Running"
    pod.state(PodCondition(.volumesReady, true, reason: "Published", message: remark), at: now)
    pod.state(PodCondition(.ready, true), at: now)
    if pod.json.value("status", "startTime") == nil { pod.json.set(.string(now.description), "status", "startTime") }
    pod.setContainers(isReady: true, state: ["running": ["startedAt": .string(now.description)]])
    return pod
  }

  private mutating func setContainers(isReady: Bool, state: JSONObject) {
    let statuses = containers.map { container in
      JSONValue.object([
        "name": .string(container.name), "image": container.json["image"] ?? "", "imageID": "", "ready": .bool(isReady),
        "restartCount": 0, "started": .bool(isReady), "state": .object(state),
      ])
    }
    json.set(statuses.isEmpty ? nil : .array(statuses), "status", "containerStatuses")
  }
}
