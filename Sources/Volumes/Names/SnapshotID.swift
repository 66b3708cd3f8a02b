// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The name of a snapshot on this host: a directory name in its pool, by the rules of a ``VolumeID``.
public struct SnapshotID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The id as text.
  public let text: String

  /// The id `text`; throws ``VolumeError/Code/invalid`` naming the rule that it breaks.
  public init(_ text: String) throws(VolumeError) {
    try NameRule.check(text, of: "snapshot id", limit: 128)
    self.text = text
  }

  /// The name as text.
  public var description: String { text }

  /// By their text.
  public static func < (left: SnapshotID, right: SnapshotID) -> Bool { left.text < right.text }
}
