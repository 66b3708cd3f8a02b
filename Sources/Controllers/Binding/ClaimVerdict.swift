// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// What the binder makes of a claim: the branches of the algorithm, each with the rule that chose it.
enum ClaimVerdict: Sendable, Hashable {
  /// Bind it to this volume, or confirm that it is bound (rule B21).
  case bind(PersistentVolume, Reason)
  /// It has to wait: phase Pending, and an event where one is due.
  case wait(Reason, Announcement?)
  /// As before, but its phase is left alone; with `retries` the attempt counts as failed (rules B38, P1-P11, W1).
  case leave(Reason, Announcement?, retries: Bool)
  /// It gets the default class, and is looked at again (rule D5).
  case assignClass(String)
  /// A provisioner has to act: it is annotated for it (rules P4-P6).
  case requestVolume(from: String, migratedTo: String?)
  /// Kubernetes' own plugin has to act, and refuses (rules P9-P11).
  case refusedByPlugin(name: String, message: String, Reason)
  /// Its volume is lost: phase Lost, with an event when that is new (rules B39-B44).
  case lose(Reason, Announcement)

  /// An event about the claim, without its sender.
  struct Announcement: Sendable, Hashable {
    let type: Event.Severity
    let reason: String
    let message: String
  }
}
