// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import StorageAPI
internal import Volumes

/// What a new volume begins as a copy of, and what it therefore is unless its class says otherwise.
struct VolumeContent: Sendable {
  let source: VolumeSource
  /// Parameters for a class that leaves them out.
  let defaults: [String: String]
}

extension HostEffects {
  /// Cuts the snapshot, or finds the one that was made beforehand.
  func snapshot(_ request: SnapshotRequest) async throws(VolumeError) -> MadeSnapshot {
    let unknown = request.parameters.keys.filter { !$0.hasPrefix("csi.storage.k8s.io/") }.sorted()
    guard unknown.isEmpty else {
      throw VolumeError(
        .invalid,
        "the class \(request.content.className ?? "") has the parameters \(unknown.joined(separator: ", ")), and snapshot "
          + "classes of \(WellKnown.orlop) have none; leave them out")
    }
    let id = try SnapshotID(request.handle)
    let record: SnapshotRecord
    if let volume = request.volumeHandle {
      record = try await volumes.snapshot(try VolumeID(volume), as: id, origin: SnapshotHints(request).text)
    } else {
      record = try await volumes.snapshotRecord(id)
    }
    return MadeSnapshot(handle: record.id, bytes: record.capacityBytes, createdAt: record.createdAt * 1_000_000_000)
  }

  /// The source of the volume that `request` asks for: a copy has the storage and the filesystem of its source.
  func content(for request: ProvisionRequest) async throws(VolumeError) -> VolumeContent? {
    switch request.content {
    case nil: return nil
    case .snapshot(let handle)?:
      let id = try SnapshotID(handle)
      let record = try await volumes.snapshotRecord(id)
      return VolumeContent(source: .snapshot(id), defaults: Self.defaults(record.storage, record.image))
    case .volume(let handle)?:
      let id = try VolumeID(handle)
      let record = try await volumes.record(id)
      return VolumeContent(source: .volume(id), defaults: Self.defaults(record.storage, record.image))
    }
  }

  private static func defaults(_ storage: StorageKind, _ image: VolumeRecord.ImageRecord?) -> [String: String] {
    var defaults = ["storage": storage.rawValue]
    if let image { defaults["fsType"] = image.filesystem.rawValue }
    return defaults
  }
}

/// What a snapshot's own record says of where it came from: enough to rebuild its content when the store is lost.
struct SnapshotHints {
  /// The record's text, by name.
  let text: [String: String]

  /// The hints for the snapshot that `request` asks for.
  init(_ request: SnapshotRequest) {
    let content = request.content
    var text = [
      "snapshot.namespace": content.snapshotRef.key.namespace, "snapshot.name": content.snapshotRef.key.name,
      "deletionPolicy": (content.deletionPolicy ?? .retain).rawValue,
    ]
    text["class"] = content.className
    text["volumeMode"] = content.sourceVolumeMode?.rawValue
    self.text = text
  }

  /// The hints that a record holds.
  init(text: [String: String]) { self.text = text }

  /// The content for the snapshot `handle`, reserved for the snapshot that it was made for, by name alone: that one's uid may be
  /// another in a new store.
  func content(handle: String) -> VolumeSnapshotContent {
    let stem = handle.hasPrefix("snapshot-") ? String(handle.dropFirst("snapshot-".count)) : handle
    var content = VolumeSnapshotContent(name: "snapcontent-" + stem)
    content.json["spec"] = [
      "deletionPolicy": .string(text["deletionPolicy"] ?? ReclaimPolicy.retain.rawValue),
      "driver": .string(WellKnown.orlop), "source": ["snapshotHandle": .string(handle)],
      "volumeSnapshotRef": [
        "name": .string(text["snapshot.name"] ?? handle), "namespace": .string(text["snapshot.namespace"] ?? "default"),
      ],
    ]
    content.json.set(text["class"].map(JSONValue.string), "spec", "volumeSnapshotClassName")
    content.json.set(text["volumeMode"].map(JSONValue.string), "spec", "sourceVolumeMode")
    return content
  }
}
