// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What a value of the API may be: the kinds' fields as data.
///
/// One description serves strict decoding (rule V3), storing (what the API drops when it is empty) and the API's messages.
public indirect enum Schema: Sendable {
  /// A string; `type` is the name that the API's decoding errors give it.
  case string(type: String)
  case boolean
  /// A whole number; `type` is `int32` or `int64`.
  case integer(type: String)
  /// A quantity such as `400M` (rules Q): written as a string or a number, stored as a string.
  case quantity
  /// A string or a whole number, such as a port.
  case integerOrString
  /// A moment as in RFC 3339.
  case time
  /// An object with keys of the user's choice and values of one kind.
  case map(Schema)
  /// A list; how two versions of it become one is for ``ListStrategy``.
  case array(Schema)
  /// An object with known fields.
  case object(ObjectSchema)
  /// An object that Orlop keeps as it is, without looking inside.
  case anyObject
  /// A list that Orlop keeps as it is, without looking inside.
  case anyArray
  /// Anything at all.
  case any

  /// A string.
  public static let string = Schema.string(type: "string")
  /// A map of strings, such as labels.
  public static let strings = Schema.map(.string)
  /// A list of strings.
  public static let stringList = Schema.array(.string)
  /// A map of quantities by resource name.
  public static let quantities = Schema.map(.quantity)

  /// The name that the API's decoding errors give this type.
  public var typeName: String {
    switch self {
    case .string(let type), .integer(let type): type
    case .boolean: "bool"
    case .quantity: "resource.Quantity"
    case .integerOrString: "intstr.IntOrString"
    case .time: "v1.Time"
    case .map(let value): "map[string]" + value.typeName
    case .array(let element): "[]" + element.typeName
    case .object(let object): "v1." + object.name
    case .anyObject: "map[string]interface {}"
    case .anyArray: "[]interface {}"
    case .any: "interface {}"
    }
  }
}

/// One field of an object.
public struct Field: Sendable {
  /// When the API stores the field.
  public enum Presence: Sendable {
    /// When it is not empty: "", 0, false and empty lists and maps are as good as nothing.
    case filled
    /// When it is given, though it be empty.
    case given
    /// Always: an absent one is stored empty.
    case always
  }

  /// The field's name in manifests.
  public let name: String
  /// What its value may be.
  public let schema: Schema
  /// When it is stored.
  public let presence: Presence

  /// The field `name`; an object is stored when given, anything else when filled, unless `presence` says otherwise.
  public init(_ name: String, _ schema: Schema, _ presence: Presence? = nil) {
    self.name = name
    self.schema = schema
    if let presence {
      self.presence = presence
    } else if case .object = schema {
      self.presence = .given
    } else {
      self.presence = .filled
    }
  }
}

extension Field {
  /// A field that holds a string.
  public static func string(_ name: String, _ presence: Presence = .filled) -> Field { Field(name, .string, presence) }

  /// A field that holds one word of a named set; `type` is the set's name in the API.
  public static func word(_ name: String, _ type: String, _ presence: Presence = .filled) -> Field {
    Field(name, .string(type: "v1." + type), presence)
  }

  /// A field that holds a truth value.
  public static func boolean(_ name: String, _ presence: Presence = .filled) -> Field {
    Field(name, .boolean, presence)
  }

  /// A field that holds a whole number of 32 bits.
  public static func int32(_ name: String, _ presence: Presence = .filled) -> Field {
    Field(name, .integer(type: "int32"), presence)
  }

  /// A field that holds a whole number of 64 bits.
  public static func int64(_ name: String, _ presence: Presence = .filled) -> Field {
    Field(name, .integer(type: "int64"), presence)
  }

  /// A field that holds an object.
  public static func object(_ name: String, _ schema: ObjectSchema, _ presence: Presence = .given) -> Field {
    Field(name, .object(schema), presence)
  }

  /// A field that holds a list of objects.
  public static func list(
    _ name: String, _ schema: ObjectSchema, _ presence: Presence = .filled
  ) -> Field {
    Field(name, .array(.object(schema)), presence)
  }
}

/// The known fields of an object.
public final class ObjectSchema: Sendable {
  /// The name of the type in the API, such as `PersistentVolumeSpec`.
  public let name: String
  /// The fields, sorted by name.
  public let fields: [Field]
  /// The fields in the order in which the API declares them, as its messages show them.
  public let declared: [Field]

  /// The object type `name` with `fields` in the order of the API.
  public init(_ name: String, _ fields: [Field]) {
    self.name = name
    declared = fields
    self.fields = fields.sorted { $0.name < $1.name }
  }

  /// The field `name`, or nil when there is none.
  public func field(_ name: String) -> Field? {
    var low = 0
    var high = fields.count
    while low < high {
      let middle = (low + high) / 2
      if fields[middle].name < name { low = middle + 1 } else { high = middle }
    }
    return low < fields.count && fields[low].name == name ? fields[low] : nil
  }

  /// The schema of the type of `kind`'s objects.
  convenience init(kind: Kind, _ fields: [Field]) {
    let type: [Field] = [.string("apiVersion"), .string("kind"), .object("metadata", .objectMeta, .always)]
    self.init(kind.name, type + fields)
  }
}
