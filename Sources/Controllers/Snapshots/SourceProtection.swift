// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Lets claims go again that were kept while a snapshot or another volume was made from them (rules SN6, SN12).
public struct SourceProtection: Decider {
  /// Its name in logs.
  public let name = "source-protection"
  /// It decides about claims.
  public let kind = Kind.persistentVolumeClaim

  /// The protection of sources.
  public init() {}

  /// What the claim needs now.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let claim = world.claim(key) else { return Decision(Reason("B56", "the claim is gone")) }
    var released = claim
    if claim.hasFinalizer(WellKnown.claimAsSourceProtection) {
      let snapshots = world.dependents(of: key).compactMap(world.snapshotBeingCut)
      if snapshots.isEmpty { released.removeFinalizer(WellKnown.claimAsSourceProtection) }
    }
    if claim.hasFinalizer(WellKnown.cloningProtection), world.claimsBeingMade(from: key).isEmpty {
      released.removeFinalizer(WellKnown.cloningProtection)
    }
    let steps = claim.writes(to: released)
    return Decision(Reason("SN6", steps.isEmpty ? "the claim stays as it is" : "nothing is made from the claim"), steps)
  }
}

extension World {
  /// The snapshot `key`, if its content is there and it is not ready.
  fileprivate func snapshotBeingCut(_ key: ObjectKey) -> VolumeSnapshot? {
    guard key.kind == .volumeSnapshot, let snapshot = snapshot(key), !snapshot.isReady else { return nil }
    return snapshotContent(snapshot.dynamicContentName) == nil ? nil : snapshot
  }
}
