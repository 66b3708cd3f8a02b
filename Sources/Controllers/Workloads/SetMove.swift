// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// What a StatefulSet does next, pod by pod in the order of their numbers (rules SS1, SS2, SS4).
struct SetMove {
  /// The most pods made at a time where the set does not ask for order.
  private static let batch = 500

  private let set: StatefulSet
  private let world: World
  private let claims: SetClaims
  /// What to do.
  private(set) var steps: [Step] = []
  /// The rule that the move rests on.
  private(set) var rule = "SS1"
  /// Why.
  private(set) var reason = "the set has its pods"

  init(_ set: StatefulSet, in world: World) {
    self.set = set
    self.world = world
    claims = SetClaims(set, in: world)
  }

  /// Plans the move of a set with `members`: what is missing comes first, then what is too much goes, then pods of a former
  /// template are replaced.
  mutating func plan(_ members: inout SetMembers) {
    var made = 0
    for ordinal in members.ordinals {
      guard made < Self.batch else { return }
      guard provide(ordinal, members, &made) || set.isParallel else { return }
    }
    for (ordinal, pod) in members.surplus {
      guard release(ordinal, pod) || set.isParallel else { return }
    }
    replace(members)
  }

  private mutating func note(_ rule: String, _ reason: String) { (self.rule, self.reason) = (rule, reason) }

  /// Sees to the pod `ordinal` and its claims; returns whether the next one may be looked at.
  private mutating func provide(_ ordinal: Int64, _ members: SetMembers, _ made: inout Int) -> Bool {
    if let leaving = claims.leaving(ordinal) {
      note("SS4", "the claim \(leaving) is being deleted; the set makes it again when it is gone")
      return false
    }
    steps += claims.steps(for: ordinal, releasedTo: nil)
    guard let pod = members.wanted[ordinal] else {
      let pod = claims.pod(ordinal, revision: members.revision)
      if let stranger = world.pod(pod.key) {
        note("SS1", "a pod \(stranger.name) that is not the set's is in the way")
        return false
      }
      note("SS4", "the set makes the pod \(pod.name)")
      steps.append(.create(Resource(pod)))
      made += 1
      return false
    }
    guard !pod.isTerminating else {
      note("SS4", "the pod \(pod.name) is being deleted")
      return false
    }
    guard !pod.isFinished else {
      note("SS4", "the pod \(pod.name) has run to its end and is made again")
      steps.append(.delete(pod.key, uid: pod.uid))
      return false
    }
    if !pod.isReady { note("SS4", "the pod \(pod.name) is not ready yet") }
    return pod.isReady
  }

  /// Lets the pod `ordinal`, of which there is no more need, go; returns whether the next one may go, too.
  private mutating func release(_ ordinal: Int64, _ pod: Pod) -> Bool {
    note("SS4", "the set has more pods than it asks for: \(pod.name) goes")
    steps += claims.steps(for: ordinal, releasedTo: pod)
    if !pod.isTerminating { steps.append(.delete(pod.key, uid: pod.uid)) }
    return false
  }

  /// Has the highest pod of a former template go, once all others are ready.
  private mutating func replace(_ members: SetMembers) {
    guard set.json.string("spec", "updateStrategy", "type") != "OnDelete", members.surplus.isEmpty else { return }
    let partition = set.json.integer("spec", "updateStrategy", "rollingUpdate", "partition") ?? 0
    for ordinal in members.ordinals.reversed() where ordinal >= partition {
      guard let pod = members.wanted[ordinal] else { return }
      guard members.isCurrent(pod) else {
        guard !pod.isTerminating else { return }
        note("SS5", "the pod \(pod.name) is of the former template and is made again")
        return steps.append(.delete(pod.key, uid: pod.uid))
      }
      guard pod.isReady else { return }
    }
  }
}
