// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// How far the growth of a claim is, in the words of `status.allocatedResourceStatuses` (rules E8-E14).
enum ResizeState: String, Sendable {
  case controllerInProgress = "ControllerResizeInProgress"
  case controllerInfeasible = "ControllerResizeInfeasible"
  case nodePending = "NodeResizePending"
  case nodeInProgress = "NodeResizeInProgress"
  case nodeInfeasible = "NodeResizeInfeasible"

  /// Whether the storage has grown and its filesystem has yet to.
  var isOfNode: Bool {
    switch self {
    case .controllerInProgress, .controllerInfeasible: false
    case .nodePending, .nodeInProgress, .nodeInfeasible: true
    }
  }
}

extension StatusCondition {
  /// What a claim's conditions are about.
  enum ClaimTopic: String, Sendable, CaseIterable {
    case resizing = "Resizing"
    case fileSystemResizePending = "FileSystemResizePending"
    case controllerResizeError = "ControllerResizeError"
    case nodeResizeError = "NodeResizeError"
  }

  /// The condition `topic`, which is always true: what is not true is not stated.
  init(_ topic: ClaimTopic, message: String = "") { self.init(topic.rawValue, true, message: message) }
}

extension PersistentVolumeClaim {
  /// What the claim has.
  var statusCapacity: Quantity { statusCapacityText.flatMap { try? Quantity($0) } ?? .zero }

  /// The largest size that may be in effect already (rule E15), or nil when the claim is not growing.
  var allocated: Quantity? {
    json.optionalString("status", "allocatedResources", "storage").flatMap { try? Quantity($0) }
  }

  /// How far its growth is; nil when it is not growing.
  var resizeState: ResizeState? {
    ResizeState(rawValue: json.string("status", "allocatedResourceStatuses", "storage"))
  }

  /// The claim while it grows to `size`: `condition`, and no other of growing, is stated.
  func growing(
    to size: Quantity, _ state: ResizeState, _ condition: StatusCondition, at now: Timestamp
  ) -> PersistentVolumeClaim {
    var claim = self
    if claim.allocated != size { claim.json.set(.string(size.text), "status", "allocatedResources", "storage") }
    claim.json.set(.string(state.rawValue), "status", "allocatedResourceStatuses", "storage")
    claim.forgetConditions { $0 != condition.type }
    let isNews = condition.message != claim.condition(condition.type)?.string("message") ?? ""
    claim.state(condition, at: now, isNews: isNews)
    return claim
  }

  /// The claim when it has `size`, in the words of its volume, and nothing is going on any more.
  func grown(to size: String) -> PersistentVolumeClaim {
    var claim = self
    claim.statusCapacityText = size
    for member in ["allocatedResources", "allocatedResourceStatuses"] {
      claim.json.set(nil, "status", member, "storage")
      if claim.json.object("status", member)?.isEmpty == true { claim.json.set(nil, "status", member) }
    }
    claim.forgetConditions { _ in true }
    return claim
  }

  private mutating func forgetConditions(where isMeant: (String) -> Bool) {
    let topics = Set(StatusCondition.ClaimTopic.allCases.map(\.rawValue).filter(isMeant))
    let left = json.objects("status", "conditions").filter { !topics.contains($0.string("type")) }
    let isThere = json.value("status", "conditions") != nil
    if isThere { json.set(left.isEmpty ? nil : .array(left.map(JSONValue.object)), "status", "conditions") }
  }

  /// The failure that was told within the last seconds, when it is about a growth to `size`: it is not repeated at once.
  func recentFailure(of size: Quantity, at now: Timestamp) -> String? {
    guard allocated == size else { return nil }
    for topic in [StatusCondition.ClaimTopic.controllerResizeError, .nodeResizeError] {
      guard let condition = condition(topic.rawValue), let since = Timestamp(condition.string("lastTransitionTime")),
        now.seconds < since.seconds + 10
      else { continue }
      return condition.string("message")
    }
    return nil
  }
}
