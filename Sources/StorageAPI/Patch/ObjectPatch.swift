// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A change of an object as a text says it, in one of the three languages of Kubernetes' API.
public struct ObjectPatch: Sendable {
  /// The language of a patch.
  public enum Form: String, Sendable, CaseIterable {
    /// Looks like the object; null removes, and elements of lists are found by their names (``ListStrategy``).
    case strategic
    /// Looks like the object; null removes, and lists are replaced as a whole (RFC 7386).
    case merge
    /// A list of operations (RFC 6902).
    case json
  }

  private enum Change: Sendable {
    case strategic(JSONObject)
    case merge(JSONValue)
    case json(JSONPatch)
  }

  private let change: Change

  /// The patch that `text`, JSON or YAML, says.
  ///
  /// - Throws: ``PatchError`` when it is neither, or not of this `form`.
  public init(_ text: String, _ form: Form) throws(PatchError) {
    let value = try Self.value(of: text)
    switch form {
    case .json: change = .json(try JSONPatch(json: value))
    case .strategic, .merge:
      guard let object = value.object else {
        throw PatchError(
          code: .malformed, message: "a patch of type \(form.rawValue) is an object, such as {\"spec\": {…}}")
      }
      change = form == .merge ? .merge(value) : .strategic(object)
    }
  }

  /// The merge patch that makes `new` of `old`, whatever else has become of it meanwhile.
  public init(from old: JSONObject, to new: JSONObject) {
    change = .merge(.object(MergePatch.difference(from: old, to: new)))
  }

  private static func value(of text: String) throws(PatchError) -> JSONValue {
    if let value = try? JSONReader.read(text) { return value }
    do throws(YAMLDocuments.Failure) {
      var documents = try YAMLDocuments(text)
      guard let document = try documents.next(), try documents.next() == nil else {
        throw YAMLDocuments.Failure(message: "it must be one document", line: nil)
      }
      return document.value
    } catch {
      throw PatchError(code: .malformed, message: "unable to parse the patch as JSON or YAML: \(error.message)")
    }
  }

  /// `object`, of `kind`, after the patch, as the API would read it.
  ///
  /// - Throws: ``StatusError`` with reason `BadRequest` when the patch does not fit, makes another object of it, or sets what the
  ///   kind does not have.
  public func applied(to object: JSONObject, _ kind: Kind) throws(StatusError) -> JSONObject {
    let patched = try changed(object).object ?? JSONObject()
    for (path, name) in [
      (["apiVersion"], "apiVersion"), (["kind"], "kind"), (["metadata", "name"], "name"),
      (["metadata", "namespace"], "namespace"), (["metadata", "uid"], "uid"),
    ] {
      let before = object.value(at: path[...])?.string ?? ""
      let after = patched.value(at: path[...])?.string ?? ""
      guard before == after else {
        throw StatusError(.badRequest, "the patch would change the \(name) from \"\(before)\" to \"\(after)\"")
      }
    }
    return try ManifestReader.normalized(patched, kind)
  }

  private func changed(_ object: JSONObject) throws(StatusError) -> JSONValue {
    switch change {
    case .strategic(let patch):
      return .object(Apply.merged(lastApplied: JSONObject(), live: object, new: patch))
    case .merge(let patch): return MergePatch.apply(patch, to: .object(object))
    case .json(let patch):
      do throws(PatchError) {
        return try patch.apply(to: .object(object))
      } catch {
        throw StatusError(error.code == .failedTest ? .conflict : .badRequest, error.message)
      }
    }
  }
}
