// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension ClaimBinder {
  static let source = "persistentvolume-controller"

  /// The steps that carry `verdict` out.
  func decision(on claim: PersistentVolumeClaim, _ verdict: ClaimVerdict, at now: Timestamp) -> Decision {
    func events(_ announcement: ClaimVerdict.Announcement?) -> [Step] {
      guard let announcement else { return [] }
      return [
        .emit(
          Notice(announcement.type, announcement.reason, announcement.message, about: claim, from: Self.source))
      ]
    }
    switch verdict {
    case .bind(let volume, let reason): return Binding(of: volume, to: claim, at: now).decision(because: reason)
    case .wait(let reason, let announcement):
      return Decision(reason, events(announcement) + statusSteps(claim, .pending))
    case .leave(let reason, let announcement, let retries):
      return Decision(reason, events(announcement), retries: retries)
    case .assignClass(let name):
      var changed = claim
      changed.storageClassName = name
      return Decision(Reason("D5", "the claim gets the default class \(name)"), [.update(Resource(changed))])
    case .requestVolume(let provisioner, let driver):
      let message =
        "Waiting for a volume to be created either by the external provisioner '\(provisioner)' or manually by the "
        + "system administrator. If volume creation is delayed, please verify that the provisioner is running and "
        + "correctly registered."
      let announcement = ClaimVerdict.Announcement(type: .normal, reason: "ExternalProvisioning", message: message)
      return Decision(
        Reason("P4", "the claim waits for \(provisioner) to make a volume"),
        annotationSteps(claim, provisioner, migratedTo: driver) + events(announcement))
    case .refusedByPlugin(let name, let message, let reason):
      let announcement = ClaimVerdict.Announcement(type: .warning, reason: "ProvisioningFailed", message: message)
      return Decision(
        reason, annotationSteps(claim, name, migratedTo: nil) + events(announcement), retries: true)
    case .lose(let reason, let announcement):
      guard claim.phase != .lost else { return Decision(reason) }
      return Decision(reason, statusSteps(claim, .lost) + events(announcement))
    }
  }

  /// Names the provisioner on the claim, with both keys, unless the newer one names it already (rule P4).
  private func annotationSteps(_ claim: PersistentVolumeClaim, _ provisioner: String, migratedTo: String?) -> [Step] {
    guard claim.annotation(WellKnown.storageProvisioner) != provisioner else { return [] }
    var changed = claim
    changed.setAnnotation(WellKnown.betaStorageProvisioner, provisioner)
    changed.setAnnotation(WellKnown.storageProvisioner, provisioner)
    if let migratedTo { changed.setAnnotation(WellKnown.migratedTo, migratedTo) }
    return [.update(Resource(changed))]
  }

  /// Writes `phase`, and forgets what a bound claim's status says (rule B31); nothing when that is how it is.
  private func statusSteps(_ claim: PersistentVolumeClaim, _ phase: PersistentVolumeClaim.Phase) -> [Step] {
    var changed = claim
    changed.phase = phase
    changed.statusAccessModes = []
    changed.statusCapacityText = nil
    changed.currentAttributesClassName = nil
    return changed == claim ? [] : [.updateStatus(Resource(changed))]
  }
}

extension PersistentVolumeClaim {
  /// The VolumeAttributesClass in effect, or nil (rule B30).
  var currentAttributesClassName: String? {
    get { json.optionalString("status", "currentVolumeAttributesClassName") }
    set { json.set(newValue.map(JSONValue.string), "status", "currentVolumeAttributesClassName") }
  }
}
