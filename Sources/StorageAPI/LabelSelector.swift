// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Why something is no label selector.
public struct LabelSelectorError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What is wrong and where, as one sentence.
  public let message: String

  /// The message.
  public var description: String { message }
}

/// A question about labels: all of its requirements must hold (rules B15, B59). One without requirements matches everything.
public struct LabelSelector: Sendable, Hashable {
  /// What is required of the value of one label.
  public enum Condition: Sendable, Hashable {
    /// The label is there and its value is one of these.
    case oneOf([String])
    /// The label is absent, or its value is none of these.
    case noneOf([String])
    /// The label is there.
    case exists
    /// The label is absent.
    case absent
  }

  /// One condition on one label.
  public struct Requirement: Sendable, Hashable {
    /// The label's key.
    public let key: String
    /// What its value must be.
    public let condition: Condition

    /// The requirement that the label `key` meets `condition`.
    public init(_ key: String, _ condition: Condition) {
      self.key = key
      self.condition = condition
    }

    fileprivate func holds(for value: String?) -> Bool {
      switch condition {
      case .oneOf(let values): value.map(values.contains) ?? false
      case .noneOf(let values): !(value.map(values.contains) ?? false)
      case .exists: value != nil
      case .absent: value == nil
      }
    }
  }

  /// What must hold, all of it.
  public let requirements: [Requirement]

  /// The selector with these requirements.
  public init(_ requirements: [Requirement]) { self.requirements = requirements }

  /// The selector of a claim or a workload: `matchLabels` and `matchExpressions` (rule B59).
  ///
  /// - Throws: ``LabelSelectorError`` for an operator that does not exist or values that do not go with it. Validation
  ///   refuses such selectors earlier (rule V18); this meets them only in objects that were stored without it.
  public init(json: JSONObject) throws(LabelSelectorError) {
    var requirements: [Requirement] = []
    for member in json.object("matchLabels")?.members ?? [] {
      requirements.append(Requirement(member.key, .oneOf([member.value.string ?? ""])))
    }
    for expression in json.objects("matchExpressions") {
      let (key, values) = (expression.string("key"), expression.strings("values"))
      let condition: Condition
      switch (expression.string("operator"), values.isEmpty) {
      case ("In", false): condition = .oneOf(values)
      case ("NotIn", false): condition = .noneOf(values)
      case ("Exists", true): condition = .exists
      case ("DoesNotExist", true): condition = .absent
      case ("In", true), ("NotIn", true):
        throw LabelSelectorError(message: "the selector's expression on \"\(key)\" needs values")
      case ("Exists", false), ("DoesNotExist", false):
        throw LabelSelectorError(message: "the selector's expression on \"\(key)\" takes no values")
      case (let other, _):
        throw LabelSelectorError(
          message: "\"\(other)\" is not a valid selector operator: use In, NotIn, Exists or DoesNotExist")
      }
      requirements.append(Requirement(key, condition))
    }
    self.init(requirements)
  }

  /// Whether all requirements hold for `labels`.
  public func matches(_ labels: [String: String]) -> Bool {
    requirements.allSatisfy { $0.holds(for: labels[$0.key]) }
  }

  /// Whether all requirements hold for the labels of `object`.
  public func matches(_ object: some APIObject) -> Bool {
    guard !requirements.isEmpty else { return true }
    let labels = object.json.object("metadata", "labels")
    return requirements.allSatisfy { $0.holds(for: labels?[$0.key]?.string) }
  }
}
