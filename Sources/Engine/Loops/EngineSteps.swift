// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The named places between the store and the host at which the survival tests kill the process (`ORLOP_FAULT=<step>`).
///
/// They stand around the transactions of the store as `VolumeSteps` stand around the work on the volumes; who repairs what
/// they leave is told in docs/recovery.md. A name stands here and at one `FaultPoint.reach` in this module, nowhere else.
public enum EngineSteps {
  /// A user's change is stored, and nothing has been done about it.
  public static let changed = "engine.changed"
  /// An effect is decided and noted, and has not begun.
  public static let noted = "engine.noted"
  /// An effect has ended, and its result is not stored: a volume without its PersistentVolume, or the other way round.
  public static let performed = "engine.performed"
  /// The result is stored, and what follows from it is not begun.
  public static let concluded = "engine.concluded"
  /// All of them.
  public static let all = [changed, noted, performed, concluded]
}
