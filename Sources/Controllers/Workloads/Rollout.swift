// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// How a Deployment's pods come closer to what it asks for: how many are to be made, which are to go (rule SS6).
struct Rollout: Sendable {
  /// The most pods made at a time; more follow when these are there.
  private static let batch = 500

  /// The pods that count: neither finished nor being deleted.
  let active: [Pod]
  /// Those of them that are made of the present template.
  let current: [Pod]
  /// How many pods may be missing while others are replaced.
  let maxUnavailable: Int
  /// How many pods are to be made now.
  private(set) var creations = 0
  /// The pods that are to go now.
  private(set) var deletions: [Pod] = []
  /// Why.
  private(set) var reason = "the deployment has its pods"

  /// The next move of `deployment`, which has `pods`, of which those that `isCurrent` says yes to need no replacement.
  init(_ deployment: Deployment, pods: [Pod], isCurrent: (Pod) -> Bool) {
    let replicas = Int(clamping: max(0, deployment.replicas))
    let leaving = pods.filter(\.isTerminating)
    active = pods.filter { !$0.isTerminating && !$0.isFinished }
    current = active.filter(isCurrent)
    let old = active.filter { !isCurrent($0) }
    let surge: Int
    (surge, maxUnavailable) = Self.limits(of: deployment, replicas: replicas)

    let isPaused = deployment.json.flag("spec", "paused")
    let counted = isPaused ? active : current
    if counted.count > replicas {
      deletions = Self.leastUseful(counted, counted.count - replicas)
      reason = "the deployment has more pods than it asks for"
    }
    guard !isPaused else {
      if deletions.isEmpty { reason = "the deployment is paused: no pods are made or replaced" }
      return
    }
    guard !deployment.isRecreate else {
      recreate(replicas, old: old, leavingOld: leaving.filter { !isCurrent($0) })
      return
    }
    creations = max(0, min(replicas - current.count, replicas + surge - active.count, Self.batch))
    if creations > 0 { reason = "the deployment has fewer pods of its template than it asks for" }
    replace(old, replicas: replicas)
  }

  /// All old pods go, and only when the last one is gone do new ones come.
  private mutating func recreate(_ replicas: Int, old: [Pod], leavingOld: [Pod]) {
    guard old.isEmpty, leavingOld.isEmpty else {
      deletions += old
      reason = "the pods of the former template go first"
      return
    }
    creations = max(0, min(replicas - current.count, Self.batch))
    if creations > 0 { reason = "the deployment has fewer pods than it asks for" }
  }

  /// Old pods go as far as enough pods stay available: those first that are not ready.
  private mutating func replace(_ old: [Pod], replicas: Int) {
    guard !old.isEmpty else { return }
    let needed = replicas - maxUnavailable
    let currentUnready = current.count { !$0.isReady }
    var spare = active.count - needed - currentUnready
    let unready = Self.leastUseful(old.filter { !$0.isReady }, spare)
    spare = min(spare - unready.count, active.count(where: \.isReady) - needed)
    let leaving = unready + Self.leastUseful(old.filter(\.isReady), spare)
    guard !leaving.isEmpty else { return }
    deletions += leaving
    reason = "pods of the former template are replaced"
  }

  /// The first `count` to do without: those without a node, then those not ready, then the youngest.
  private static func leastUseful(_ pods: [Pod], _ count: Int) -> [Pod] {
    guard count > 0 else { return [] }
    func worth(_ pod: Pod) -> (Int, Int, Int64, String) {
      (pod.nodeName.isEmpty ? 0 : 1, pod.isReady ? 1 : 0, -(pod.metadata.creationTimestamp?.seconds ?? 0), pod.name)
    }
    return Array(pods.sorted { worth($0) < worth($1) }.prefix(count))
  }

  /// How many pods may be too many and how many missing; a quarter unless the deployment says otherwise.
  private static func limits(of deployment: Deployment, replicas: Int) -> (surge: Int, unavailable: Int) {
    let rolling = deployment.json.object("spec", "strategy", "rollingUpdate") ?? JSONObject()
    let surge = amount(rolling["maxSurge"], of: replicas, roundingUp: true)
    let unavailable = min(replicas, amount(rolling["maxUnavailable"], of: replicas, roundingUp: false))
    return surge == 0 && unavailable == 0 ? (0, min(1, replicas)) : (surge, unavailable)
  }

  private static func amount(_ value: JSONValue?, of replicas: Int, roundingUp: Bool) -> Int {
    if let count = value?.integer { return Int(clamping: max(0, count)) }
    let text = value?.string ?? "25%"
    let percent = max(0, text.hasSuffix("%") ? Int(text.dropLast()) ?? 25 : 25)
    return (replicas * min(percent, 100_000) + (roundingUp ? 99 : 0)) / 100
  }
}
