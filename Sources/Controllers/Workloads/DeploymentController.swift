// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Keeps as many pods of a Deployment's template as it asks for (rule SS6).
public struct DeploymentController: Decider {
  /// Its name in logs.
  public let name = "deployment"
  /// It decides about Deployments.
  public let kind = Kind.deployment
  private static let hashLabel = "pod-template-hash"
  private let seed: String

  /// A controller whose pods' names depend on `seed`, the deployment's state and the time.
  public init(seed: UInt64) { self.seed = String(seed) }

  /// Which pods are to be made and deleted now.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let deployment = world.object(key).map({ Deployment(json: $0.json) }), !deployment.isTerminating else {
      return Decision(Reason("SS7", "the deployment is gone"))
    }
    let hash = Templates.hash(of: deployment.template)
    let rollout = Rollout(deployment, pods: world.pods(controlledBy: deployment.uid)) {
      $0.json.string("metadata", "labels", Self.hashLabel) == hash
    }
    let deletions = rollout.deletions.map { Step.delete($0.key, uid: $0.uid) }
    let creations = names(rollout.creations, deployment, hash, in: world, at: now).map { name in
      Step.create(
        Resource(Templates.pod(name, from: deployment.template, owner: deployment, labels: [Self.hashLabel: hash])))
    }
    let told = deployment.told(rollout, at: now)
    let status = told == deployment ? [] : [Step.updateStatus(Resource(told))]
    return Decision(Reason("SS6", rollout.reason), deletions + creations + status)
  }

  private func names(
    _ count: Int, _ deployment: Deployment, _ hash: String, in world: World, at now: Timestamp
  ) -> [String] {
    var names: [String] = []
    var attempt = 0
    let version = String(deployment.metadata.resourceVersion ?? 0)
    while names.count < count {
      let suffix = SafeWord.suffix(seed, deployment.uid, version, now.description, String(attempt))
      let name = "\(deployment.name)-\(hash)-\(suffix)"
      attempt += 1
      let isTaken = world.object(ObjectKey(.pod, namespace: deployment.namespace, name: name)) != nil
      if !isTaken && !names.contains(name) { names.append(name) }
    }
    return names
  }
}

extension Deployment {
  /// The deployment with the status that `rollout` comes to.
  fileprivate func told(_ rollout: Rollout, at now: Timestamp) -> Deployment {
    var told = self
    let ready = Int64(rollout.active.count(where: \.isReady))
    let counts: [(String, Int64)] = [
      ("replicas", Int64(rollout.active.count)), ("updatedReplicas", Int64(rollout.current.count)),
      ("readyReplicas", ready), ("availableReplicas", ready), ("unavailableReplicas", max(0, replicas - ready)),
    ]
    for (field, count) in counts { told.json.set(count == 0 ? nil : .integer(count), "status", field) }
    told.json.set(metadata.generation.map(JSONValue.integer), "status", "observedGeneration")
    let isAvailable = ready >= replicas - Int64(rollout.maxUnavailable)
    told.state(
      StatusCondition(
        "Available", isAvailable, reason: isAvailable ? "MinimumReplicasAvailable" : "MinimumReplicasUnavailable",
        message: "Deployment \(isAvailable ? "has" : "does not have") minimum availability."), at: now)
    return told
  }
}
