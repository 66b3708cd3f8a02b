// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The name of a sandbox: a directory of volumes that belongs to one user of them.
public struct SandboxName: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// The namespace: at most 63 characters of `a-z`, `0-9` and `-`.
  public let namespace: String
  /// The name in it: at most 253 characters of `a-z`, `0-9`, `-` and `.`.
  public let name: String

  /// The sandbox `namespace/name`; throws ``VolumeError/Code/invalid`` naming the rule that either breaks.
  public init(namespace: String, name: String) throws(VolumeError) {
    try NameRule.check(namespace, of: "namespace", limit: 63, dots: false)
    try NameRule.check(name, of: "sandbox name", limit: 253)
    self.namespace = namespace
    self.name = name
  }

  /// The name as text.
  public var description: String { "\(namespace)/\(name)" }

  /// By their text.
  public static func < (left: SandboxName, right: SandboxName) -> Bool {
    (left.namespace, left.name) < (right.namespace, right.name)
  }
}
