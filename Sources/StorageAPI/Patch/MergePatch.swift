// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A patch that looks like the object it changes (RFC 7386): members replace those of the object, null removes them.
public enum MergePatch {
  /// `target` after `patch`. Lists are replaced as a whole; a patch that is no object replaces everything.
  public static func apply(_ patch: JSONValue, to target: JSONValue) -> JSONValue {
    guard case .object(let changes) = patch else { return patch }
    var result = target.object ?? JSONObject()
    for change in changes.members {
      if change.value.isNull {
        result[change.key] = nil
      } else {
        result[change.key] = apply(change.value, to: result[change.key] ?? .null)
      }
    }
    return .object(result)
  }

  /// The patch that makes `new` of `old`: what differs, and null for what `new` has not.
  public static func difference(from old: JSONObject, to new: JSONObject) -> JSONObject {
    var patch = JSONObject()
    for member in old.members where new[member.key] == nil { patch[member.key] = .null }
    for member in new.members where old[member.key] != member.value {
      if let before = old[member.key]?.object, let after = member.value.object {
        patch[member.key] = .object(difference(from: before, to: after))
      } else {
        patch[member.key] = member.value
      }
    }
    return patch
  }
}
