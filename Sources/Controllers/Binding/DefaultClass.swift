// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

extension World {
  /// The class that claims without one get, or nil.
  public var defaultClass: StorageClass? { Self.defaultClass(among: all(StorageClass.self)) }

  /// The class that claims without one get: of those marked as default the youngest, and of equally young ones the first by
  /// name (rules D2, D3); nil when none is marked (rule D4).
  public static func defaultClass(among classes: some Sequence<StorageClass>) -> StorageClass? {
    classes.filter(\.isDefault).max { left, right in
      let ages = (left.metadata.creationTimestamp, right.metadata.creationTimestamp)
      if ages.0 == ages.1 { return left.name > right.name }
      return (ages.0?.seconds ?? .min) < (ages.1?.seconds ?? .min)
    }
  }
}
