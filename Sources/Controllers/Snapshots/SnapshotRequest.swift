// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// What a storage system needs to know to cut a snapshot, or to find one that was made beforehand (rules SN4, SN9).
public struct SnapshotRequest: Sendable, Hashable {
  /// The snapshot's name in storage.
  public let handle: String
  /// The volume to be cut; nil for a snapshot that must be there already.
  public let volumeHandle: String?
  /// The content that stands for it.
  public let content: VolumeSnapshotContent
  /// What its class tells the driver.
  public let parameters: [String: String]
  /// The bytes of the volume, as far as the objects know.
  public let volumeBytes: Int64?
}

/// A snapshot that exists in storage.
public struct MadeSnapshot: Sendable, Hashable {
  /// Its name in storage.
  public let handle: String
  /// The bytes of the smallest volume that it can become; nil when nobody knows.
  public let bytes: Int64?
  /// When it was cut, in nanoseconds since 1970; nil for right now.
  public let createdAt: Int64?

  /// The snapshot `handle` of `bytes`, cut at `createdAt`.
  public init(handle: String, bytes: Int64?, createdAt: Int64?) {
    self.handle = handle
    self.bytes = bytes
    self.createdAt = createdAt
  }
}

/// What a new volume begins as a copy of (rules SN11, SN12).
public enum ContentSource: Sendable, Hashable {
  /// The snapshot of this name in storage.
  case snapshot(handle: String)
  /// The volume of this name in storage.
  case volume(handle: String)
}

extension KindedObject {
  /// The writes that make this object `changed`: one for metadata and spec, one for the status, none for what is the same.
  func writes(to changed: Self) -> [Step] {
    var body = changed
    body.json["status"] = json["status"]
    var steps: [Step] = body == self ? [] : [.update(Resource(body))]
    if changed.json["status"] != json["status"] { steps.append(.updateStatus(Resource(changed))) }
    return steps
  }
}

extension World {
  /// The snapshot `key`, or nil.
  public func snapshot(_ key: ObjectKey) -> VolumeSnapshot? {
    object(key).map { VolumeSnapshot(json: $0.json) }
  }

  /// The content `name` of a snapshot, or nil.
  public func snapshotContent(_ name: String) -> VolumeSnapshotContent? {
    object(ObjectKey(.volumeSnapshotContent, name: name)).map { VolumeSnapshotContent(json: $0.json) }
  }

  /// The snapshot class `name`, or nil.
  public func snapshotClass(_ name: String) -> VolumeSnapshotClass? {
    object(ObjectKey(.volumeSnapshotClass, name: name)).map { VolumeSnapshotClass(json: $0.json) }
  }

  /// The snapshot that `content` is bound to, uid and all, while it exists (rule SN4).
  func snapshot(of content: VolumeSnapshotContent) -> VolumeSnapshot? {
    snapshot(content.snapshotRef.key).flatMap { content.snapshotRef.isBound(to: $0) ? $0 : nil }
  }

  /// The claims that `key`, a claim or a snapshot, is the source of and that have no volume yet.
  func claimsBeingMade(from key: ObjectKey) -> [PersistentVolumeClaim] {
    dependents(of: key).filter { $0.kind == .persistentVolumeClaim }.compactMap(claim)
      .filter { $0.phase != .bound && $0.volumeName.isEmpty }
  }
}

extension ControllerSettings {
  /// Whether this process makes volumes and snapshots of the CSI driver `name`.
  func serves(driver name: String) -> Bool {
    servedProvisioners.contains { driver(of: $0) == name }
  }
}
