// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// `apply`: brings a live object to what a manifest says, and leaves alone what the manifest never spoke of.
///
/// Three versions decide: a field that the last applied manifest had and the new one has not is removed; a field of the new
/// manifest is set; every other field of the live object was put there by somebody else and stays. The last applied manifest
/// travels with the object, in the annotation that `kubectl` uses.
public enum Apply {
  /// What `apply` creates when there is no such object yet: `object`, with what the manifest had `written` in the last-applied
  /// annotation.
  public static func created(_ object: JSONObject, from written: JSONObject) -> JSONObject {
    var result = object
    let text = annotated(written).optionalString("metadata", "annotations", WellKnown.lastApplied)
    result.set(text.map(JSONValue.string), "metadata", "annotations", WellKnown.lastApplied)
    return result
  }

  /// `manifest` with itself in the last-applied annotation.
  public static func annotated(_ manifest: JSONObject) -> JSONObject {
    var bare = manifest
    if bare.object("metadata", "annotations") == nil { bare.set(.object(JSONObject()), "metadata", "annotations") }
    bare.set(nil, "metadata", "annotations", WellKnown.lastApplied)
    var result = bare
    result.set(
      .string(JSONWriter.compact(.object(bare)) + "\n"), "metadata", "annotations", WellKnown.lastApplied)
    return result
  }

  /// `live` after `manifest` has been applied to it, its annotation included. Repeating it changes nothing.
  ///
  /// A null in `manifest` takes away what `live` has there, whoever put it there; an empty value empties it. The result is
  /// neither defaulted nor normalised: see ``ManifestReader/normalized(_:_:)``.
  public static func merge(_ manifest: JSONObject, into live: JSONObject) -> JSONObject {
    let text = live.optionalString("metadata", "annotations", WellKnown.lastApplied)
    let lastApplied = text.flatMap { try? JSONReader.read($0) }?.object
    return merged(lastApplied: lastApplied ?? JSONObject(), live: live, new: annotated(manifest))
  }

  /// Whether `live` says what was last applied to it; if not, fields that a manifest drops can't be found.
  public static func isApplied(_ live: JSONObject) -> Bool {
    live.optionalString("metadata", "annotations", WellKnown.lastApplied) != nil
  }

  /// The three-way merge itself; null in `new` removes a member.
  static func merged(lastApplied: JSONObject, live: JSONObject, new: JSONObject) -> JSONObject {
    var result = live
    for member in lastApplied.members where new[member.key] == nil { result[member.key] = nil }
    for member in new.members {
      if member.value.isNull {
        result[member.key] = nil
      } else {
        result[member.key] = merged(
          member.key, lastApplied: lastApplied[member.key], live: live[member.key], new: member.value)
      }
    }
    return result
  }

  private static func merged(
    _ name: String, lastApplied: JSONValue?, live: JSONValue?, new: JSONValue
  ) -> JSONValue {
    switch (live, new) {
    case (.object(let live), .object(let new)):
      return .object(
        mergedElement(
          lastApplied: lastApplied?.object, live: live, new: new, isAlternative: ListStrategy.isAlternative(name)))
    case (_, .object(let new)):
      return .object(withoutNulls(new))
    case (.array(let live), .array(let new)):
      return .array(mergedList(name, lastApplied: lastApplied?.array ?? [], live: live, new: new))
    default: return new
    }
  }

  private static func mergedElement(
    lastApplied: JSONObject?, live: JSONObject, new: JSONObject, isAlternative: Bool
  ) -> JSONObject {
    let kept = isAlternative ? JSONObject(members: live.members.filter { new[$0.key] != nil }) : live
    return merged(lastApplied: lastApplied ?? JSONObject(), live: kept, new: new)
  }

  private static func withoutNulls(_ object: JSONObject) -> JSONObject {
    merged(lastApplied: JSONObject(), live: JSONObject(), new: object)
  }

  // MARK: - Lists

  private static func mergedList(
    _ name: String, lastApplied: [JSONValue], live: [JSONValue], new: [JSONValue]
  ) -> [JSONValue] {
    let identity: (JSONValue) -> JSONValue?
    switch ListStrategy.ofList(named: name) {
    case .replaced: return new
    case .set: identity = { $0 }
    case .keyed(let key): identity = { $0.object?[key] }
    }
    guard let liveByKey = index(live, by: identity), let newByKey = index(new, by: identity) else { return new }
    let lastByKey = index(lastApplied, by: identity) ?? [:]
    var pending = new[...].map { element -> JSONValue in
      guard let key = identity(element), case .object(let wanted) = element else { return element }
      guard case .object(let present)? = liveByKey[key] else { return .object(withoutNulls(wanted)) }
      return .object(
        mergedElement(
          lastApplied: lastByKey[key]?.object, live: present, new: wanted,
          isAlternative: ListStrategy.isAlternative(name)))
    }[...]
    // Elements of the manifest take, in its order, the places that such elements have in the live list.
    var result: [JSONValue] = []
    for element in live {
      guard let key = identity(element) else { continue }
      if newByKey[key] != nil {
        if let next = pending.popFirst() { result.append(next) }
      } else if lastByKey[key] == nil {
        result.append(element)
      }
    }
    return result + pending
  }

  /// The elements by what tells them apart; nil when one has no such member or two have the same.
  private static func index(
    _ elements: [JSONValue], by identity: (JSONValue) -> JSONValue?
  ) -> [JSONValue: JSONValue]? {
    var result: [JSONValue: JSONValue] = [:]
    for element in elements {
      guard let key = identity(element), result.updateValue(element, forKey: key) == nil else { return nil }
    }
    return result
  }
}
