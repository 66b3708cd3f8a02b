// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Which events concern an object, and in which order they are told.
public enum EventOrder {
  /// The events of `all` about `object`, in the order of their last occurrence.
  ///
  /// An event that names a uid is about the object of that uid only, not about an earlier one of the same name.
  public static func about(_ object: Resource, in all: [Resource]) -> [Resource] {
    sorted(
      all.filter { resource in
        let event = Event(json: resource.json)
        guard event.involvedName == object.name, event.involvedKind == object.json.string("kind") else { return false }
        let namespace = event.involvedNamespace
        return (namespace.isEmpty || object.namespace.isEmpty || namespace == object.namespace)
          && (event.involvedUID.isEmpty || object.uid.isEmpty || event.involvedUID == object.uid)
      })
  }

  /// `events` in the order of their last occurrence; those of one second in the order in which the store heard of it.
  public static func sorted(_ events: [Resource]) -> [Resource] {
    let keyed = events.map { event in
      (event: event, key: (EventTimes(json: event.json).last?.seconds ?? 0, event.metadata.resourceVersion ?? 0))
    }
    return keyed.sorted { $0.key < $1.key }.map(\.event)
  }
}
