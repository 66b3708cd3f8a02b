// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// One thing on which the store, the disk and the kernel do not agree.
public struct Finding: Sendable, Hashable {
  /// What can be done about it without a person.
  public enum Repair: Sendable, Hashable {
    /// Finish or undo what was interrupted, and mount what is missing.
    case reconcile
    /// Give the volume of this id a PersistentVolume again.
    case adopt(volume: String)
    /// Take down the mounts of a pod that is no more.
    case unpublish(namespace: String, pod: String)
    /// Remove what was left half-made.
    case sweep
  }

  /// What it is about, such as `volume pvc-7`.
  public let subject: String
  /// What is not as it should be, as one sentence.
  public let message: String
  /// What to do about it, as one sentence.
  public let remedy: String
  /// What `doctor --fix` does about it; nil when it takes a person.
  public let repair: Repair?

  /// The finding `message` about `subject`.
  public init(_ subject: String, _ message: String, remedy: String, repair: Repair? = nil) {
    self.subject = subject
    self.message = message
    self.remedy = remedy
    self.repair = repair
  }
}
