// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

extension StatusCondition {
  /// What a pod's conditions are about.
  enum PodTopic: String, Sendable {
    case scheduled = "PodScheduled", volumesReady = "VolumesReady", ready = "Ready"
  }

  init(_ topic: PodTopic, _ isTrue: Bool, reason: String = "", message: String = "") {
    self.init(topic.rawValue, isTrue, reason: reason, message: message)
  }
}

extension Pod {
  /// Whether the condition is stated and true.
  func isTrue(_ topic: StatusCondition.PodTopic) -> Bool { condition(topic.rawValue)?.string("status") == "True" }

  /// What the status says about `topic`; "" when it says nothing.
  func message(of topic: StatusCondition.PodTopic) -> String { condition(topic.rawValue)?.string("message") ?? "" }

  /// The word for the state of `topic`; "" when the status says nothing.
  func reason(of topic: StatusCondition.PodTopic) -> String { condition(topic.rawValue)?.string("reason") ?? "" }

  /// Since when the condition is as it is, or nil when it is not stated.
  func since(_ topic: StatusCondition.PodTopic) -> Timestamp? {
    condition(topic.rawValue).flatMap { Timestamp($0.string("lastTransitionTime")) }
  }

  /// Whether the pod's volumes were published, and have not been taken away since.
  public var isPublished: Bool { isTrue(.volumesReady) }

  /// Whether the pod's volumes are published, or somebody has begun to publish them and may not have got to the end.
  var holdsItsVolumes: Bool { isPublished || Self.begun.contains(reason(of: .volumesReady)) }

  /// The pod as it is when its volumes are about to be published.
  func publishing(at now: Timestamp) -> Pod {
    holdsItsVolumes ? self : waiting(StatusCondition(.volumesReady, false, reason: Self.isPublishing), at: now)
  }

  /// The pod as it is after its volumes could not be published, for the reason `message`.
  ///
  /// The reason of a failure that has just been told stays: one that reads otherwise each time must not be news each time,
  /// since news have the pod looked at again.
  func failing(_ message: String, at now: Timestamp) -> Pod {
    if reason(of: .volumesReady) == Self.hasFailed, let told = since(.volumesReady), now.seconds < told.seconds + 10 {
      return self
    }
    let condition = StatusCondition(.volumesReady, false, reason: Self.hasFailed, message: message)
    return waiting(condition, at: now, isNews: message != self.message(of: .volumesReady))
  }

  private static let isPublishing = "Publishing"
  private static let hasFailed = "MountFailed"
  private static let begun = [isPublishing, hasFailed]

  /// Whether the pod counts as ready: published, and not on its way out.
  var isReady: Bool { isTrue(.ready) && !isTerminating && !isFinished }

  /// The pod as it is while `reason` keeps its containers from what they need.
  func waiting(_ condition: StatusCondition, at now: Timestamp, isNews: Bool = false) -> Pod {
    var pod = self
    pod.phase = "Pending"
    pod.state(condition, at: now, isNews: isNews)
    pod.state(StatusCondition(.ready, false, reason: condition.reason), at: now)
    pod.setContainers(isReady: false, state: ["waiting": ["reason": "ContainerCreating"]])
    return pod
  }

  /// The pod as it is once its volumes are published; `remark` says what was left out.
  func running(remark: String, at now: Timestamp) -> Pod {
    var pod = self
    pod.phase = "Running"
    pod.state(StatusCondition(.volumesReady, true, reason: "Published", message: remark), at: now)
    pod.state(StatusCondition(.ready, true), at: now)
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
