// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What identifies an object: its kind, its namespace and its name.
public struct ObjectKey: Sendable, Hashable, CustomStringConvertible {
  /// The object's kind.
  public let kind: Kind
  /// The object's namespace; "" for kinds without one.
  public let namespace: String
  /// The object's name.
  public let name: String

  /// The key of the object `name` of `kind`; `namespace` is ignored for kinds without one.
  public init(_ kind: Kind, namespace: String = "", name: String) {
    self.kind = kind
    self.namespace = kind.isNamespaced ? namespace : ""
    self.name = name
  }

  /// `namespace/name`, or the name alone for kinds without a namespace.
  public var qualifiedName: String { namespace.isEmpty ? name : namespace + "/" + name }

  /// `kind/namespace/name`, or `kind/name` for kinds without a namespace.
  public var description: String { kind.singular + "/" + qualifiedName }
}

/// An object of the API: the JSON document it is stored as, with typed names for the fields that Orlop acts on.
///
/// The document is the truth and is lossless: what a manifest says beyond the typed fields is kept.
public protocol APIObject: Sendable, Hashable {
  /// The whole object, from `apiVersion` to `status`.
  var json: JSONObject { get set }

  /// The object that `json` is; nothing is checked.
  init(json: JSONObject)
}

/// An ``APIObject`` whose type says its kind.
public protocol KindedObject: APIObject {
  /// The kind of all objects of this type.
  static var kind: Kind { get }
}

extension APIObject {
  /// The object's metadata.
  public var metadata: ObjectMeta {
    get { ObjectMeta(json: json.object("metadata") ?? JSONObject()) }
    set { json["metadata"] = .object(newValue.json) }
  }

  /// The object's name; "" when the manifest gives none.
  public var name: String { json.string("metadata", "name") }
  /// The namespace; "" for kinds without one.
  public var namespace: String { json.string("metadata", "namespace") }
  /// What tells this object from earlier ones of its name; "" before it is stored.
  public var uid: String { json.string("metadata", "uid") }
  /// Whether deletion has been asked for (rule T2).
  public var isTerminating: Bool { json.optionalString("metadata", "deletionTimestamp") != nil }

  /// The value of the annotation `key`, or nil when it is absent.
  public func annotation(_ key: String) -> String? { json.optionalString("metadata", "annotations", key) }

  /// Sets the annotation `key`; nil removes it.
  public mutating func setAnnotation(_ key: String, _ value: String?) {
    json.set(value.map(JSONValue.string), "metadata", "annotations", key)
    if json.object("metadata", "annotations")?.isEmpty == true { json.set(nil, "metadata", "annotations") }
  }

  /// Whether the finalizer list holds `name`.
  public func hasFinalizer(_ name: String) -> Bool { json.strings("metadata", "finalizers").contains(name) }

  /// Appends `name` to the finalizers unless it is there (rule T1).
  public mutating func addFinalizer(_ name: String) {
    guard !hasFinalizer(name) else { return }
    json.set(.strings(json.strings("metadata", "finalizers") + [name]), "metadata", "finalizers")
  }

  /// Takes `name` from the finalizers.
  public mutating func removeFinalizer(_ name: String) {
    let rest = json.strings("metadata", "finalizers").filter { $0 != name }
    json.set(rest.isEmpty ? nil : .strings(rest), "metadata", "finalizers")
  }
}

extension KindedObject {
  /// The object's key.
  public var key: ObjectKey { ObjectKey(Self.kind, namespace: namespace, name: name) }

  /// An object with `apiVersion`, `kind` and a name, and nothing else.
  public init(name: String, namespace: String = "") {
    var json: JSONObject = [
      "apiVersion": .string(Self.kind.apiVersion), "kind": .string(Self.kind.name),
      "metadata": ["name": .string(name)],
    ]
    if Self.kind.isNamespaced { json.set(.string(namespace), "metadata", "namespace") }
    self.init(json: json)
  }
}

/// An object of any kind.
public struct Resource: APIObject {
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }

  /// The object's kind, or nil when Orlop does not know it.
  public var kind: Kind? { Kind.named(json.string("kind"), apiVersion: json.string("apiVersion")) }

  /// The object's key, or nil when Orlop does not know its kind.
  public var key: ObjectKey? { kind.map { ObjectKey($0, namespace: namespace, name: name) } }

  /// This object as one of type `Object`, or nil when it is of another kind.
  public func typed<Object: KindedObject>(_ type: Object.Type = Object.self) -> Object? {
    kind == Object.kind ? Object(json: json) : nil
  }
}

extension Resource {
  /// `object` without its type.
  public init(_ object: some APIObject) { self.init(json: object.json) }
}
