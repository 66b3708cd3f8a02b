// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Why a claim is as it is: the branch of the algorithm that it is in, and for each volume the rule that it fails.
public struct ClaimExplanation: Sendable, Hashable {
  /// One volume that the claim does not get.
  public struct Candidate: Sendable, Hashable {
    /// The volume's name.
    public let volume: String
    /// What keeps the claim from it.
    public let reason: Reason
  }

  /// What the claim waits for, or what it has.
  public let summary: Reason
  /// The volumes that it does not get, sorted by name; empty unless the claim looks for one.
  public let candidates: [Candidate]

  /// The explanation as lines for a person.
  public var lines: [String] {
    [summary.description] + candidates.map { "volume \($0.volume): \($0.reason)" }
  }
}

extension ClaimBinder {
  /// Why the claim `key` is as it is, or nil when there is none.
  public func explain(_ key: ObjectKey, in world: World, at now: Timestamp) -> ClaimExplanation? {
    guard let claim = world.claim(key) else { return nil }
    let summary = decide(key, in: world, at: now).reason
    guard !claim.isBoundOnce, claim.volumeName.isEmpty else {
      return ClaimExplanation(summary: summary, candidates: [])
    }
    let isDelayed = world.storageClass(claim.className)?.bindingMode == .waitForFirstConsumer
    let candidates = world.all(PersistentVolume.self).compactMap { volume in
      Self.obstacle(between: claim, and: volume, isDelayed: isDelayed).map {
        ClaimExplanation.Candidate(volume: volume.name, reason: $0)
      }
    }
    return ClaimExplanation(summary: summary, candidates: candidates)
  }

  /// The first rule that keeps `claim` from `volume`, in the order of the search; nil when none does.
  static func obstacle(
    between claim: PersistentVolumeClaim, and volume: PersistentVolume, isDelayed: Bool
  ) -> Reason? {
    let missing = AccessModeSet(claim.accessModes).modes.filter { !volume.accessModes.contains($0) }
    guard missing.isEmpty else { return Reason("B4", "it lacks the access mode \(missing.joined(separator: ", "))") }
    if let reference = volume.claimRef, !reference.designates(claim) { return ownership(reference) }
    guard let capacity = volume.capacity, capacity >= claim.request else {
      return Reason("B7", "\(volume.capacityText ?? "nothing") is less than \(claim.requestText ?? "0")")
    }
    if volume.volumeMode != claim.volumeMode {
      return Reason("B8", "its volumeMode is \(volume.volumeMode.rawValue), not \(claim.volumeMode.rawValue)")
    }
    if volume.attributesClassName != claim.attributesClassName {
      return Reason("B9", "its VolumeAttributesClass is \(shown(volume.attributesClassName))")
    }
    if volume.isTerminating { return Reason("B10", "it is being deleted") }
    guard volume.claimRef == nil else { return nil }
    if isDelayed { return Reason("W8", "it may be chosen when a pod is scheduled") }
    guard volume.phase == .available else {
      return Reason("B14", "it is \(volume.phase?.rawValue ?? "in no phase"), not Available")
    }
    guard let selector = try? LabelSelector(json: claim.selector ?? JSONObject()), selector.matches(volume) else {
      return Reason("B15", "its labels do not match the claim's selector")
    }
    if volume.className != claim.className {
      return Reason("B16", "its class is \(shown(volume.className)), not \(shown(claim.className))")
    }
    return nil
  }

  private static func ownership(_ reference: ClaimReference) -> Reason {
    if reference.namespace.isEmpty || reference.name.isEmpty {
      return Reason("B53", "its claimRef names no claim of any namespace, and keeps everyone away")
    }
    let verb = reference.uid.isEmpty ? "reserved for" : "taken by"
    return Reason("B6", "it is \(verb) \(reference.namespace)/\(reference.name)")
  }

  private static func shown(_ className: String) -> String { className.isEmpty ? "none" : "\"\(className)\"" }
}
