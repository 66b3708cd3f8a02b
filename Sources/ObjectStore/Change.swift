// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// One change of an object, as the ledger recorded it.
public struct Change: Sendable, Hashable {
  /// What became of the object; the words of Kubernetes' watch.
  public enum Action: String, Sendable, Hashable { case added = "ADDED", modified = "MODIFIED", deleted = "DELETED" }

  /// What became of it.
  public let action: Action
  /// The object's kind, namespace and name.
  public let key: ObjectKey
  /// The object after the change; a deleted one as it was last, with the version of its deletion.
  public let object: Resource

  /// The change `action` of `object`.
  public init(_ action: Action, key: ObjectKey, object: Resource) {
    self.action = action
    self.key = key
    self.object = object
  }

  /// The ledger's version after the change.
  public var version: Int64 { object.metadata.resourceVersion ?? 0 }
}
