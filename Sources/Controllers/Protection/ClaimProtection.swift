// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Keeps claims that pods use from vanishing (rules T1-T7).
public struct ClaimProtection: Decider {
  /// Its name in logs.
  public let name = "claim-protection"
  /// The kind that it decides about.
  public let kind = Kind.persistentVolumeClaim

  /// The protection of claims.
  public init() {}

  /// What the object needs now.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let claim = world.claim(key) else { return Decision(Reason("B56", "the claim is gone")) }
    var changed = claim
    switch (claim.isTerminating, claim.hasFinalizer(WellKnown.claimProtection)) {
    case (false, true): return Decision(Reason("T1", "the claim is protected"))
    case (false, false):
      changed.addFinalizer(WellKnown.claimProtection)
      return Decision(Reason("T1", "the claim gets its protection"), [.update(Resource(changed))])
    case (true, false): return Decision(Reason("T2", "the claim's deletion does not wait for pods"))
    case (true, true):
      if let pod = world.pods(using: key).first(where: { Self.uses($0, claim) }) {
        return Decision(Reason("T3", "the claim's deletion waits for the pod \(pod.key.qualifiedName)"))
      }
      changed.removeFinalizer(WellKnown.claimProtection)
      return Decision(Reason("T3", "no scheduled pod uses the claim any more"), [.update(Resource(changed))])
    }
  }

  /// Whether `pod` keeps `claim` alive: it has a node, whatever its phase (rules T3, T4); for a generic ephemeral volume it
  /// must own the claim and not be shut down (rule T5).
  static func uses(_ pod: Pod, _ claim: PersistentVolumeClaim) -> Bool {
    guard !pod.nodeName.isEmpty else { return false }
    return pod.volumes.contains { volume in
      if volume.claimName == claim.name { return true }
      guard volume.isEphemeralClaim, pod.claimName(of: volume) == claim.name else { return false }
      let isShutDown = pod.isTerminating && pod.json.integer("metadata", "deletionGracePeriodSeconds") == 0
      return !isShutDown && claim.metadata.controller?.uid == pod.uid
    }
  }
}
