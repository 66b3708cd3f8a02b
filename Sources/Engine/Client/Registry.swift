// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import FoundationEssentials
internal import ObjectStore
internal import StorageAPI

/// The rules of the API within one transaction: what is stored has been defaulted, admitted and validated.
struct Registry {
  let transaction: LedgerTransaction

  /// Creates `object`, for a user or for a controller.
  func create(_ object: Resource) throws -> Written {
    var object = object
    let kind = try Self.kind(of: object)
    Defaulting.apply(to: &object.json, kind)
    try checkNamespace(of: object, kind)
    let classes = kind == .persistentVolumeClaim ? try transaction.reader.list(StorageClass.self) : []
    let uid = UUID().uuidString.lowercased()
    let admitted = try Admission.admit(
      object.json, kind, uid: uid, now: transaction.now, nameSuffix: String(uid.suffix(5)),
      defaultClass: World.defaultClass(among: classes)?.name)
    let written = try transaction.create(Resource(json: admitted.object))
    return Written(object: written, isChanged: true, warnings: admitted.warnings)
  }

  /// Replaces the object of the same key; its status stays as stored.
  func update(_ object: Resource) throws -> Written {
    var object = object
    let kind = try Self.kind(of: object)
    Defaulting.apply(to: &object.json, kind)
    let key = ObjectKey(kind, namespace: object.namespace, name: object.name)
    guard let stored = try transaction.reader.get(key) else { throw StatusError.notFound(key) }
    let classes = try transaction.reader.list(StorageClass.self)
    let admitted = try Admission.admitUpdate(object.json, from: stored.json, kind) { name in
      classes.first { $0.name == name }
    }
    let written = try transaction.update(Resource(json: admitted.object))
    return Written(object: written, isChanged: written != stored, warnings: admitted.warnings)
  }

  /// Asks for the deletion of `key`; the namespace that objects get by default stays.
  func delete(_ key: ObjectKey) throws -> Written {
    guard key != ObjectKey(.namespace, name: Defaulting.namespace) else {
      throw StatusError(.forbidden, "namespaces \"default\" is forbidden: this namespace may not be deleted")
    }
    return Written(object: try transaction.delete(key), isChanged: true)
  }

  private static func kind(of object: Resource) throws -> Kind {
    guard let kind = object.kind else {
      throw StatusError(
        .badRequest,
        "no matches for kind \"\(object.json.string("kind"))\" in version \"\(object.json.string("apiVersion"))\"")
    }
    return kind
  }

  private func checkNamespace(of object: Resource, _ kind: Kind) throws {
    guard kind.isNamespaced else { return }
    let key = ObjectKey(.namespace, name: object.namespace)
    guard let namespace = try transaction.reader.get(key) else { throw StatusError.notFound(key) }
    guard !namespace.isTerminating else {
      throw StatusError(
        .forbidden,
        "\(kind.qualifiedPlural) \"\(object.name)\" is forbidden: unable to create new content in namespace \(key.name) "
          + "because it is being terminated")
    }
  }
}
