// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The name of a volume on this host: a directory name in its pool, and nothing else.
///
/// 1 to 128 characters of `a-z`, `0-9`, `-` and `.`, beginning and ending with a letter or a digit, without `..`.
public struct VolumeID: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The id as text.
  public let text: String

  /// The id `text`; throws ``VolumeError/Code/invalid`` naming the rule that it breaks.
  public init(_ text: String) throws(VolumeError) {
    try NameRule.check(text, of: "volume id", limit: 128)
    self.text = text
  }

  /// The name as text.
  public var description: String { text }

  /// By their text.
  public static func < (left: VolumeID, right: VolumeID) -> Bool { left.text < right.text }
}
