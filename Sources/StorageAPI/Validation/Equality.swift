// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Equality as the API means it when it asks whether an object has changed.
enum Equality {
  private static let resourceLists: Set = ["capacity", "limits", "requests", "allocatedResources"]

  /// Whether `left` and `right` say the same: quantities are compared as amounts (rule E5), and what is empty as absent
  /// where the API stores no difference.
  static func areEqual(_ left: JSONObject, _ right: JSONObject) -> Bool { areEqual(.object(left), .object(right)) }

  private static func areEqual(_ left: JSONValue, _ right: JSONValue, isResourceList: Bool = false) -> Bool {
    switch (left, right) {
    case (.object(let left), .object(let right)):
      return left.keys == right.keys
        && zip(left.members, right.members).allSatisfy {
          areEqual($0.value, $1.value, isResourceList: resourceLists.contains($0.key))
            || isResourceList && areSameAmount($0.value, $1.value)
        }
    case (.array(let left), .array(let right)):
      return left.count == right.count && zip(left, right).allSatisfy { areEqual($0, $1) }
    default: return left == right
    }
  }

  private static func areSameAmount(_ left: JSONValue, _ right: JSONValue) -> Bool {
    guard let left = try? Quantity(json: left), let right = try? Quantity(json: right) else { return false }
    return left == right
  }
}
