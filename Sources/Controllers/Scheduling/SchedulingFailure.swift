// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Why a pod gets no node, in the scheduler's words (rule W17).
enum SchedulingFailure: Error, Sendable, Hashable {
  /// A claim stops it before any node is looked at (rules W7, W15, W18).
  case beforeNodes(rule: String, String)
  /// The one node there is does not do, for these reasons (rules W10, W11, W14, W16).
  case onNode(rule: String, [String])

  /// The rule that it rests on.
  var rule: String {
    switch self {
    case .beforeNodes(let rule, _), .onNode(let rule, _): rule
    }
  }

  /// What the FailedScheduling event says; its last words are those that the default profile happens to add.
  var message: String {
    switch self {
    case .beforeNodes(_, let reason): "0/1 nodes are available: \(reason). not found"
    case .onNode(_, let reasons):
      "0/1 nodes are available: \(reasons.map { "1 " + $0 }.joined(separator: ", ")). no new claims to deallocate, "
        + "preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
    }
  }

  static let unboundImmediate = SchedulingFailure.beforeNodes(
    rule: "W7", "pod has unbound immediate PersistentVolumeClaims")
  static let unschedulable = SchedulingFailure.onNode(rule: "W10", ["node(s) were unschedulable"])
  static let wrongNode = SchedulingFailure.onNode(rule: "W10", ["node(s) didn't match Pod's node affinity/selector"])
  static let inUse = SchedulingFailure.onNode(
    rule: "W16",
    ["node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod"]
  )

  static let nothingToBind = "node(s) didn't find available persistent volumes to bind"
  static let volumeElsewhere = "node(s) didn't match PersistentVolume's node affinity"
  static let volumeGone = "node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)"
}
