// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A wish for the state of a claim's volume at one moment (`VolumeSnapshot`, rules SN).
public struct VolumeSnapshot: KindedObject {
  /// The kind of these objects.
  public static let kind = Kind.volumeSnapshot
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }

  /// The claim to be cut; nil for a snapshot that was made beforehand.
  public var claimName: String? { json.optionalString("spec", "source", "persistentVolumeClaimName") }
  /// The content that was made beforehand; nil for a snapshot that is to be cut.
  public var requestedContentName: String? { json.optionalString("spec", "source", "volumeSnapshotContentName") }
  /// The claim to be cut, by key.
  public var claimKey: ObjectKey? {
    claimName.map { ObjectKey(.persistentVolumeClaim, namespace: namespace, name: $0) }
  }

  /// The class; nil when the snapshot names none (rule SN2).
  public var className: String? {
    get { json.optionalString("spec", "volumeSnapshotClassName") }
    set { json.set(newValue.map(JSONValue.string), "spec", "volumeSnapshotClassName") }
  }

  /// The name of the content that is made for this snapshot (rule SN4).
  public var dynamicContentName: String { "snapcontent-" + uid }

  /// The content that the snapshot is bound to, as far as its status knows; nil before.
  public var boundContentName: String? {
    get { json.optionalString("status", "boundVolumeSnapshotContentName") }
    set { json.set(newValue.map(JSONValue.string), "status", "boundVolumeSnapshotContentName") }
  }
  /// Whether volumes can be made from it.
  public var isReady: Bool {
    get { json.flag("status", "readyToUse") }
    set { json.set(.bool(newValue), "status", "readyToUse") }
  }
  /// The smallest volume that it can become, as text; nil while nobody knows.
  public var restoreSizeText: String? { json.optionalString("status", "restoreSize") }
  /// What is wrong with it; nil when nothing is (rule SN5).
  public var errorMessage: String? { json.optionalString("status", "error", "message") }
}

/// A snapshot that exists in storage, or is to (`VolumeSnapshotContent`, rules SN).
public struct VolumeSnapshotContent: KindedObject {
  /// The kind of these objects.
  public static let kind = Kind.volumeSnapshotContent
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }

  /// Who makes and removes it.
  public var driver: String { json.string("spec", "driver") }
  /// The class; nil when it has none.
  public var className: String? { json.optionalString("spec", "volumeSnapshotClassName") }
  /// What becomes of the snapshot in storage when its object goes; nil when it is none that Orlop knows.
  public var deletionPolicy: ReclaimPolicy? { ReclaimPolicy(rawValue: json.string("spec", "deletionPolicy")) }
  /// The volume to be cut; nil for a snapshot that was made beforehand.
  public var volumeHandle: String? { json.optionalString("spec", "source", "volumeHandle") }
  /// The snapshot that was made beforehand; nil for one that is to be cut.
  public var requestedHandle: String? { json.optionalString("spec", "source", "snapshotHandle") }
  /// The mode of the volume that was cut; nil when nobody knows.
  public var sourceVolumeMode: VolumeMode? { VolumeMode(rawValue: json.string("spec", "sourceVolumeMode")) }

  /// The snapshot that it belongs to, or is reserved for.
  public var snapshotRef: SnapshotReference {
    get { SnapshotReference(json: json.object("spec", "volumeSnapshotRef") ?? JSONObject()) }
    set { json.set(.object(newValue.json), "spec", "volumeSnapshotRef") }
  }

  /// The snapshot in storage; nil before it has been cut.
  public var snapshotHandle: String? { json.optionalString("status", "snapshotHandle") }
  /// The snapshot's name in storage: the one it has, was made with, or will have; nil when there can be none.
  public var handleInStorage: String? {
    snapshotHandle ?? requestedHandle ?? (volumeHandle == nil ? nil : "snapshot-" + snapshotRef.uid)
  }
  /// Every name in storage that the content may stand for.
  public var handles: [String] { [snapshotHandle, requestedHandle, handleInStorage].compactMap(\.self) }
  /// Whether volumes can be made from it.
  public var isReady: Bool { json.flag("status", "readyToUse") }
  /// The bytes of the smallest volume that it can become; nil while nobody knows.
  public var restoreSize: Int64? { json.integer("status", "restoreSize") }
  /// When it was cut, in nanoseconds since 1970; nil before.
  public var creationNanoseconds: Int64? { json.integer("status", "creationTime") }
}

/// A content's pointer to its snapshot (`spec.volumeSnapshotRef`).
public struct SnapshotReference: Sendable, Hashable {
  /// The reference as stored.
  public var json: JSONObject

  /// The reference that `json` is.
  public init(json: JSONObject) { self.json = json }

  /// The full reference to `snapshot` (rule SN4).
  public init(to snapshot: VolumeSnapshot) {
    json = [
      "apiVersion": .string(VolumeSnapshot.kind.apiVersion), "kind": .string(VolumeSnapshot.kind.name),
      "name": .string(snapshot.name), "namespace": .string(snapshot.namespace), "uid": .string(snapshot.uid),
    ]
    json["resourceVersion"] = snapshot.json.value("metadata", "resourceVersion")
  }

  /// The snapshot's key.
  public var key: ObjectKey {
    ObjectKey(.volumeSnapshot, namespace: json.string("namespace"), name: json.string("name"))
  }
  /// The snapshot's uid; "" for a mere reservation by name (rule SN9).
  public var uid: String {
    get { json.string("uid") }
    set { json["uid"] = .string(newValue) }
  }

  /// Whether this designates exactly `snapshot`, its uid included (rule SN4).
  public func isBound(to snapshot: VolumeSnapshot) -> Bool { key == snapshot.key && uid == snapshot.uid }
}

/// Describes how snapshots are made and what becomes of them (`VolumeSnapshotClass`, rules SN).
public struct VolumeSnapshotClass: KindedObject {
  /// The kind of these objects.
  public static let kind = Kind.volumeSnapshotClass
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }

  /// Who makes snapshots of the class.
  public var driver: String { json.string("driver") }
  /// What becomes of them when their objects go, as written.
  public var deletionPolicyText: String { json.string("deletionPolicy") }
  /// What the driver is told.
  public var parameters: [String: String] { json.stringMap("parameters") }
  /// Whether snapshots without a class get this one (rule SN2).
  public var isDefault: Bool { annotation(WellKnown.defaultSnapshotClass) == "true" }
}
