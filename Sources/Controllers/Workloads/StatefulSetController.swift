// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Keeps the numbered pods of a StatefulSet and their claims (rules SS1-SS4).
public struct StatefulSetController: Decider {
  /// Its name in logs.
  public let name = "statefulset"
  /// It decides about StatefulSets.
  public let kind = Kind.statefulSet

  /// The controller of StatefulSets.
  public init() {}

  /// The next pod to be made or deleted, or all of them where the set does not ask for order.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let set = world.object(key).map({ StatefulSet(json: $0.json) }), !set.isTerminating else {
      return Decision(Reason("SS7", "the set is gone"))
    }
    var members = SetMembers(set, pods: world.pods(controlledBy: set.uid))
    var move = SetMove(set, in: world)
    move.plan(&members)
    let told = set.told(members, at: now)
    let status = told == set ? [] : [Step.updateStatus(Resource(told))]
    return Decision(Reason(move.rule, move.reason), move.steps + status)
  }
}

/// The pods of a StatefulSet by their numbers.
struct SetMembers: Sendable {
  /// The pods with numbers that the set asks for.
  private(set) var wanted: [Int64: Pod] = [:]
  /// The pods with other numbers, the highest first.
  private(set) var surplus: [(ordinal: Int64, pod: Pod)] = []
  /// The numbers that the set asks for.
  let ordinals: Range<Int64>
  /// The name of the present template.
  let revision: String

  init(_ set: StatefulSet, pods: [Pod]) {
    let first = max(0, set.firstOrdinal)
    ordinals = first..<first + max(0, min(set.replicas, Int64(Int32.max)))
    revision = set.name + "-" + Templates.hash(of: set.template)
    for pod in pods {
      guard pod.name.hasPrefix(set.name + "-"), let ordinal = Int64(pod.name.dropFirst(set.name.count + 1)) else {
        continue
      }
      if ordinals.contains(ordinal) { wanted[ordinal] = pod } else { surplus.append((ordinal, pod)) }
    }
    surplus.sort { $0.ordinal > $1.ordinal }
  }

  /// All pods that are there.
  var all: [Pod] { Array(wanted.values) + surplus.map(\.pod) }

  /// Whether `pod` is made of the present template.
  func isCurrent(_ pod: Pod) -> Bool { pod.json.string("metadata", "labels", StatefulSet.revisionLabel) == revision }
}

extension StatefulSet {
  static let revisionLabel = "controller-revision-hash"

  /// The set with the status that its members come to.
  fileprivate func told(_ members: SetMembers, at now: Timestamp) -> StatefulSet {
    var told = self
    let pods = members.all.filter { !$0.isTerminating }
    let ready = Int64(pods.count(where: \.isReady))
    let updated = Int64(pods.count(where: members.isCurrent))
    told.json.set(.integer(Int64(pods.count)), "status", "replicas")
    told.json.set(.integer(ready), "status", "availableReplicas")
    for (field, count) in [("readyReplicas", ready), ("updatedReplicas", updated)] {
      told.json.set(count == 0 ? nil : .integer(count), "status", field)
    }
    let isDone = updated == Int64(pods.count)
    let before = json.optionalString("status", "currentRevision")
    told.json.set(.string(isDone ? members.revision : before ?? members.revision), "status", "currentRevision")
    told.json.set(.string(members.revision), "status", "updateRevision")
    let current = isDone ? updated : Int64(pods.count) - updated
    told.json.set(current == 0 ? nil : .integer(current), "status", "currentReplicas")
    told.json.set(metadata.generation.map(JSONValue.integer), "status", "observedGeneration")
    return told
  }
}
