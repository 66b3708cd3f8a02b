// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// The four writes that bind a volume and a claim, in the order in which any of the later ones may be lost: the volume's
/// pointer, the volume's phase, the claim's pointer, the claim's status (rule B21). What is right already is not written.
struct Binding: Sendable {
  private let oldVolume: PersistentVolume
  private let oldClaim: PersistentVolumeClaim
  private let now: Timestamp

  /// The binding of `volume` to `claim`, done `now`.
  init(of volume: PersistentVolume, to claim: PersistentVolumeClaim, at now: Timestamp) {
    oldVolume = volume
    oldClaim = claim
    self.now = now
  }

  /// The steps, as a decision made because of `reason`.
  func decision(because reason: Reason) -> Decision {
    var steps: [Step] = []
    var volume = pointedVolume
    if volume != oldVolume { steps.append(.update(Resource(volume))) }
    if let bound = volume.entering(.bound, at: now) {
      volume = bound
      steps.append(.updateStatus(Resource(volume)))
    }
    let claim = pointedClaim
    if claim != oldClaim { steps.append(.update(Resource(claim))) }
    guard let bound = boundClaim(claim, volume) else {
      let problem = "PersistentVolume \"\(volume.name)\" is without a storage capacity"
      return Decision(Reason("B29", problem), steps, retries: true)
    }
    if bound != claim { steps.append(.updateStatus(Resource(bound))) }
    return Decision(reason, steps)
  }

  /// The volume with its pointer, complete with the claim's uid (rules B22, B23).
  private var pointedVolume: PersistentVolume {
    var volume = oldVolume
    let isDesignated = volume.claimRef?.designates(oldClaim) == true
    if !isDesignated || volume.claimRef?.uid != oldClaim.uid { volume.claimRef = ClaimReference(to: oldClaim) }
    if !isDesignated && volume.annotation(WellKnown.boundByController) == nil {
      volume.setAnnotation(WellKnown.boundByController, "yes")
    }
    return volume
  }

  /// The claim with its pointer (rules B24, B25).
  private var pointedClaim: PersistentVolumeClaim {
    var claim = oldClaim
    if claim.volumeName != oldVolume.name {
      claim.volumeName = oldVolume.name
      if claim.annotation(WellKnown.boundByController) == nil {
        claim.setAnnotation(WellKnown.boundByController, "yes")
      }
    }
    if !claim.isBoundOnce { claim.setAnnotation(WellKnown.bindCompleted, "yes") }
    return claim
  }

  /// The claim with the status of a bound one (rules B26-B30), or nil when the volume has no capacity to report (B29).
  private func boundClaim(_ claim: PersistentVolumeClaim, _ volume: PersistentVolume) -> PersistentVolumeClaim? {
    var bound = claim
    bound.statusAccessModes = volume.accessModes
    guard claim.phase != .bound else { return bound }
    guard let text = volume.capacityText, let capacity = volume.capacity else { return nil }
    let before = volume.annotation(WellKnown.preResizeCapacity).flatMap { (try? Quantity($0)).map { ($0, $0.text) } }
    let (amount, amountText) = before ?? (capacity, text)
    if claim.statusCapacityText.flatMap({ try? Quantity($0) }) != amount { bound.statusCapacityText = amountText }
    bound.phase = .bound
    if claim.phase == .pending || claim.phase == nil, !volume.attributesClassName.isEmpty {
      bound.currentAttributesClassName = volume.attributesClassName
    }
    return bound
  }
}
