// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A set of access modes as volumes are grouped by it: sorted, each mode once (rule B61).
struct AccessModeSet: Sendable, Hashable, Comparable {
  let modes: [String]

  /// The set of the modes in `list`.
  init(_ list: [String]) { modes = list.count < 2 ? list : Set(list).sorted() }

  /// Whether every mode of `other` is in this set (rules B4, B60).
  func contains(_ other: AccessModeSet) -> Bool { other.modes.allSatisfy(modes.contains) }

  /// Sets with fewer modes come first (rule B4); between equals any order will do (rule B5), and this one is always the same.
  static func < (left: AccessModeSet, right: AccessModeSet) -> Bool {
    if left.modes.count != right.modes.count { return left.modes.count < right.modes.count }
    return left.modes.lexicographicallyPrecedes(right.modes)
  }
}
