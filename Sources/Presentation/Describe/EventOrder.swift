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

  /// `events` in the order of their last occurrence; those of one moment stay in the order given.
  public static func sorted(_ events: [Resource]) -> [Resource] {
    events.map { (event: $0, last: EventTimes(json: $0.json).last?.seconds ?? 0) }
      .sorted { $0.last < $1.last }.map(\.event)
  }
}
