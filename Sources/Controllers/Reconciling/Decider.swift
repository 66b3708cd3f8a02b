// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// One controller: looks at one object in its world and says what to do next.
///
/// A decider is a pure function: no input or output, no clock, no randomness. It sees one consistent world, decides about
/// one object, and is asked again whenever something that it may depend on changes. A new controller is a new type in a
/// file of its own, put into the list that its ``Reconciler`` is made with.
public protocol Decider: Sendable {
  /// A short name for logs.
  var name: String { get }
  /// The kind of the objects that it decides about.
  var kind: Kind { get }

  /// What to do about the object `key`, which may be gone.
  func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision

  /// What to do after `effect`, decided for the object `key`, has ended with `outcome`; the world may have moved on since.
  func followUp(
    _ effect: Effect, _ outcome: Outcome, on key: ObjectKey, in world: World, at now: Timestamp
  ) -> Decision
}

extension Decider {
  /// What follows the end of an effect.
  public func followUp(
    _ effect: Effect, _ outcome: Outcome, on key: ObjectKey, in world: World, at now: Timestamp
  ) -> Decision {
    Decision(Reason("B56", "the next look at the object sees what has changed"))
  }
}
