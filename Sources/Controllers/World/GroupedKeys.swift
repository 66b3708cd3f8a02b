// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Keys of objects by something that they have in common.
struct GroupedKeys<Group: Hashable & Sendable>: Sendable {
  private var groups: [Group: Set<ObjectKey>] = [:]

  /// Adds `key` to `group`, or takes it out.
  mutating func change(_ key: ObjectKey, of group: Group, adding: Bool) {
    if adding {
      groups[group, default: []].insert(key)
    } else {
      groups[group]?.remove(key)
      if groups[group]?.isEmpty == true { groups[group] = nil }
    }
  }

  /// The keys of `group`, sorted by kind, namespace and name.
  func keys(of group: Group) -> [ObjectKey] {
    guard let keys = groups[group] else { return [] }
    guard keys.count > 1 else { return Array(keys) }
    return keys.sorted { ($0.kind.name, $0.namespace, $0.name) < ($1.kind.name, $1.namespace, $1.name) }
  }
}
