// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension PersistentVolume {
  /// The volume with status `phase` and `message`, or nil when it is in that phase already: then the message stays too
  /// (rules R25, R26).
  func entering(_ phase: Phase, message: String = "", at now: Timestamp) -> PersistentVolume? {
    guard self.phase != phase else { return nil }
    var changed = self
    changed.phase = phase
    changed.statusMessage = message
    changed.json.set(.string(now.description), "status", "lastPhaseTransitionTime")
    return changed
  }

  /// The writes that put the volume into `phase`; none when it is there already.
  func steps(to phase: Phase, message: String = "", at now: Timestamp) -> [Step] {
    entering(phase, message: message, at: now).map { [.updateStatus(Resource($0))] } ?? []
  }

  /// The steps that put the volume into phase Failed and say so; none when it has failed before (rules R3, R4, R8).
  func stepsToFailed(_ reason: String, _ message: String, at now: Timestamp) -> [Step] {
    let steps = steps(to: .failed, message: message, at: now)
    guard !steps.isEmpty else { return [] }
    return steps + [.emit(Notice(.warning, reason, message, about: self, from: ClaimBinder.source))]
  }

  /// The steps that give the volume free: of a pointer that software installed nothing stays, of one that a person installed
  /// the name (rules B48, R20).
  func stepsToUnbind(at now: Timestamp) -> [Step] {
    var changed = self
    if annotation(WellKnown.boundByController) != nil {
      changed.claimRef = nil
      changed.setAnnotation(WellKnown.boundByController, nil)
    } else {
      changed.claimRef?.json["uid"] = nil
    }
    return [.update(Resource(changed))] + changed.steps(to: .available, at: now)
  }
}
