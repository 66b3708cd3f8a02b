// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What a ``Decider`` found and what is to be done about it.
public struct Decision: Sendable, Hashable {
  /// Why: the sentence that `describe` shows, also when there is nothing to do.
  public let reason: Reason
  /// What to do, in this order.
  public let steps: [Step]
  /// Whether to look again after a back-off although nothing changes.
  public let retries: Bool

  /// The decision to take `steps` because of `reason`.
  public init(_ reason: Reason, _ steps: [Step] = [], retries: Bool = false) {
    self.reason = reason
    self.steps = steps
    self.retries = retries
  }
}

/// A sentence for the user, and the numbered rule of behaviour that it rests on.
public struct Reason: Sendable, Hashable, CustomStringConvertible {
  /// The rule's number, such as `B33`.
  public let rule: String
  /// The sentence, without a full stop.
  public let text: String

  /// The reason `text`, by `rule`.
  public init(_ rule: String, _ text: String) {
    self.rule = rule
    self.text = text
  }

  /// The sentence and the rule.
  public var description: String { "\(text) (\(rule))" }
}
