// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension ManifestReader {
  /// The items of a list, or the manifest itself when it is none.
  static func flattened(_ manifest: Manifest) -> [Manifest] {
    guard let items = manifest.items else { return [manifest] }
    return items.enumerated().flatMap { index, item in
      flattened(manifest.item(index, item))
    }
  }

  /// `manifest`, which came from ``readUnchecked(_:)``, with its fields checked and normalised.
  ///
  /// - Throws: ``StatusError`` with reason `BadRequest`.
  public static func checked(_ manifest: Manifest) throws(StatusError) -> Manifest {
    let kind = try kind(of: manifest)
    do throws(SchemaDecoder.Mismatch) {
      let (object, hasEmpty) = try decoded(manifest.object, as: kind)
      guard hasEmpty else { return manifest.checked(object, written: object, kind) }
      var keeping = SchemaDecoder(keepsEmpty: true)
      return manifest.checked(object, written: try keeping.decode(manifest.object, as: kind.schema), kind)
    } catch {
      let origin = StatusError.Origin(document: manifest.document, line: manifest.line(of: error.field))
      throw refusal(error, of: kind, origin)
    }
  }

  /// `object`, which came of a change of a stored object of `kind`, as the API would store it: its nulls and empty values are
  /// dropped. Its status, which is not the user's to change, is not looked at.
  ///
  /// - Throws: ``StatusError`` with reason `BadRequest` for a field that the kind does not have or a value of a wrong type.
  public static func normalized(_ object: JSONObject, _ kind: Kind) throws(StatusError) -> JSONObject {
    var bare = object
    bare["status"] = nil
    do throws(SchemaDecoder.Mismatch) {
      var result = try decoded(bare, as: kind).object
      result["status"] = object["status"]
      return result
    } catch {
      throw refusal(error, of: kind, nil)
    }
  }

  private static func decoded(
    _ object: JSONObject, as kind: Kind
  ) throws(SchemaDecoder.Mismatch) -> (object: JSONObject, hasEmpty: Bool) {
    var decoder = SchemaDecoder()
    let object = try decoder.decode(object, as: kind.schema)
    if let first = decoder.unknown.first {
      let list = decoder.unknown.map { "unknown field \"\($0.field)\"" }.joined(separator: ", ")
      let hint = first.nearest.map { "did you mean \"\($0)\"?" }
      throw SchemaDecoder.Mismatch(field: first.field, message: "strict decoding error: " + list, hint: hint)
    }
    return (object, decoder.hasEmpty)
  }

  private static func refusal(
    _ mismatch: SchemaDecoder.Mismatch, of kind: Kind, _ origin: StatusError.Origin?
  ) -> StatusError {
    StatusError(
      .badRequest,
      "\(kind.name) in version \"\(kind.version)\" cannot be handled as a \(kind.name): \(mismatch.message)",
      origin: origin, hint: mismatch.hint)
  }

  private static func kind(of manifest: Manifest) throws(StatusError) -> Kind {
    // asked for only when something is wrong: to find a line means to read the text again
    var origin: StatusError.Origin { StatusError.Origin(document: manifest.document, line: manifest.line) }
    let name = manifest.object.string("kind")
    let version = manifest.object.string("apiVersion")
    guard !name.isEmpty else {
      throw StatusError(
        .badRequest, "Object 'Kind' is missing in '\(manifest.excerpt)'", origin: origin,
        hint: "add a line such as kind: PersistentVolumeClaim")
    }
    guard !version.isEmpty else {
      let known = Kind.all.first { $0.name == name }
      throw StatusError(
        .badRequest, "Object 'apiVersion' is missing in '\(manifest.excerpt)'", origin: origin,
        hint: known.map { "add the line apiVersion: \($0.apiVersion)" })
    }
    guard let kind = Kind.named(name, apiVersion: version) else {
      throw StatusError(
        .badRequest, "no matches for kind \"\(name)\" in version \"\(version)\"", origin: origin,
        hint: hint(name: name, version: version))
    }
    return kind
  }

  private static func hint(name: String, version: String) -> String {
    if let kind = Kind.all.first(where: { $0.name == name }) { return "\(name) is in \(kind.apiVersion)" }
    if let nearest = NearestName.of(name, among: Kind.all.map(\.name)) { return "did you mean \"\(nearest)\"?" }
    return "Orlop knows " + Kind.all.map(\.name).sorted().joined(separator: ", ")
  }
}

extension Manifest {
  /// The items of a list, or nil when this is none.
  fileprivate var items: [JSONValue]? {
    let name = object.string("kind")
    guard name.hasSuffix("List") else { return nil }
    let element = String(name.dropLast(4))
    guard element.isEmpty || Kind.all.contains(where: { $0.name == element }) else { return nil }
    switch object["items"] {
    case .array(let items): return items
    case nil, .null: return []
    default: return nil
    }
  }

  /// Item `index` of this list; of a list of one kind, items may leave out what the list says.
  fileprivate func item(_ index: Int, _ value: JSONValue) -> Manifest {
    var item = value.object ?? JSONObject()
    let name = object.string("kind").dropLast(4)
    if !name.isEmpty, item.string("kind").isEmpty { item["kind"] = .string(String(name)) }
    if !name.isEmpty, item.string("apiVersion").isEmpty { item["apiVersion"] = object["apiVersion"] }
    return part(item, "items[\(index)]")
  }

  /// The first members of the object, for messages.
  fileprivate var excerpt: String {
    let text = JSONWriter.compact(.object(object))
    return text.utf8.count <= 120 ? text : String(text.prefix(120)) + "…"
  }
}
