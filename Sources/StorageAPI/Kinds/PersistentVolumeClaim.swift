// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A request for storage (`PersistentVolumeClaim`).
public struct PersistentVolumeClaim: KindedObject {
  /// The kind of these objects.
  public static let kind = Kind.persistentVolumeClaim
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }

  /// The phases of a claim (rule O9).
  public enum Phase: String, Sendable { case pending = "Pending", bound = "Bound", lost = "Lost" }

  /// The access modes as written.
  public var accessModes: [String] { json.strings("spec", "accessModes") }
  /// The text of the storage request, or nil when there is none.
  public var requestText: String? { json.optionalString("spec", "resources", "requests", "storage") }
  /// The mode; a missing one reads as Filesystem (rule B8).
  public var volumeMode: VolumeMode { json.string("spec", "volumeMode") == "Block" ? .block : .filesystem }
  /// The VolumeAttributesClass; missing equals "" (rule B9).
  public var attributesClassName: String { json.string("spec", "volumeAttributesClassName") }
  /// The label selector as written, or nil when there is none (rule B15).
  public var selector: JSONObject? { json.object("spec", "selector") }
  /// What the volume is to be filled from: `dataSourceRef`, else `dataSource`; nil when there is none.
  public var dataSource: JSONObject? { json.object("spec", "dataSourceRef") ?? json.object("spec", "dataSource") }

  /// The volume that the claim names; "" when it names none.
  public var volumeName: String {
    get { json.string("spec", "volumeName") }
    set { json.set(newValue.isEmpty ? nil : .string(newValue), "spec", "volumeName") }
  }

  /// The field `storageClassName`: nil and "" differ for defaulting (rule D1).
  public var storageClassName: String? {
    get { json.optionalString("spec", "storageClassName") }
    set { json.set(newValue.map(JSONValue.string), "spec", "storageClassName") }
  }

  /// The class: the beta annotation when it exists, else the field; "" when there is neither (rule B17).
  public var className: String { annotation(WellKnown.betaStorageClass) ?? storageClassName ?? "" }

  /// How far the claim is; nil when the status says nothing that Orlop knows.
  public var phase: Phase? {
    get { Phase(rawValue: json.string("status", "phase")) }
    set { json.set(newValue.map { .string($0.rawValue) }, "status", "phase") }
  }
  /// The text of `status.capacity.storage`, or nil when there is none.
  public var statusCapacityText: String? {
    get { json.optionalString("status", "capacity", "storage") }
    set {
      if let newValue {
        json.set(.string(newValue), "status", "capacity", "storage")
      } else {
        json.set(nil, "status", "capacity")
      }
    }
  }
  /// The access modes of the bound volume.
  public var statusAccessModes: [String] {
    get { json.strings("status", "accessModes") }
    set { json.set(newValue.isEmpty ? nil : .strings(newValue), "status", "accessModes") }
  }

  /// Whether the two-way binding has been finished once (rule B1).
  public var isBoundOnce: Bool { annotation(WellKnown.bindCompleted) != nil }
}
