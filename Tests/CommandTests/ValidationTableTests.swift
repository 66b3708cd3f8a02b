// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

/// Drives `Conformance/validation_cases.json`: manifests, and whether the API accepts them.
@Suite("What the API accepts and stores") struct ValidationTableTests {
  static func entries() throws -> [TableEntry] {
    try TableEntry.all("validation_cases", "cases").filter { $0.json.object("manifest") != nil }
  }

  @Test(
    "Each manifest is stored with Kubernetes' defaults or refused with its causes",
    arguments: try entries())
  func entry(entry: TableEntry) throws {
    let stored = entry.json.object("old").map { JSONWriter.compact(.object($0)) }
    let manifest = JSONWriter.compact(.object(try #require(entry.json.object("manifest"))))
    do throws(StatusError) {
      let (object, warnings) = try accepted(manifest, stored)
      #expect(entry.json.flag("accepted"))
      #expect(warnings == entry.json.strings("warnings"))
      #expect(bare(object) == bare(entry.json.object("stored") ?? JSONObject()))
    } catch {
      #expect(!entry.json.flag("accepted"), "\(error)")
      if let code = entry.json.integer("http_code") { #expect(Int64(error.code) == code) }
      let causes = error.causes.map { cause -> JSONObject in
        ["field": .string(cause.field), "type": .string(cause.type.name), "message": .string(cause.message)]
      }
      #expect(causes == entry.json.objects("causes"))
      if let message = entry.json.optionalString("kubectl_message") { #expect(error.message == message) }
    }
  }

  private func accepted(
    _ text: String, _ stored: String?
  ) throws(StatusError) -> (object: JSONObject, warnings: [String]) {
    guard let manifest = try ManifestReader.read(text).first, let kind = manifest.kind else {
      return (JSONObject(), [])
    }
    let object: JSONObject
    let result: ValidationResult
    if let stored, let old = try ManifestReader.read(stored).first {
      let presentable = Admission.presentable(old.object, kind)
      object = Admission.preparedUpdate(manifest.object, from: presentable, kind)
      result = Validation.update(object, from: presentable, kind)
    } else {
      object = Admission.prepared(manifest.object, kind, nameSuffix: "xxxxx")
      result = Validation.create(object, kind)
    }
    if let error = result.error(kind, name: manifest.displayName) { throw error }
    return (object, result.warnings)
  }

  /// The object without what differs between any two stores.
  private func bare(_ object: JSONObject) -> JSONValue {
    var object = object
    for field in ["uid", "creationTimestamp", "resourceVersion", "generation", "managedFields", "finalizers"] {
      object.set(nil, "metadata", field)
    }
    if object["status"] == [:] || object["status"] == ["phase": "Pending"] { object["status"] = nil }
    return withoutNulls(.object(object))
  }

  private func withoutNulls(_ value: JSONValue) -> JSONValue {
    switch value {
    case .object(let object):
      .object(JSONObject(object.members.filter { !$0.value.isNull }.map { ($0.key, withoutNulls($0.value)) }))
    case .array(let elements): .array(elements.map(withoutNulls))
    case .null, .bool, .number, .string: value
    }
  }
}
