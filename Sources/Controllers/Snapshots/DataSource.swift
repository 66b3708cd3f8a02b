// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension PersistentVolumeClaim {
  /// The claim or snapshot, in the claim's own namespace, that the volume is to begin as a copy of; nil when there is none or
  /// it is of another kind.
  var sourceKey: ObjectKey? {
    guard let source = dataSource else { return nil }
    let name = source.string("name")
    switch (source.string("kind"), source.string("apiGroup")) {
    case (Kind.persistentVolumeClaim.name, ""):
      return ObjectKey(.persistentVolumeClaim, namespace: namespace, name: name)
    case (Kind.volumeSnapshot.name, Kind.volumeSnapshot.group):
      return ObjectKey(.volumeSnapshot, namespace: namespace, name: name)
    case (_, _): return nil
    }
  }
}

extension VolumeSnapshot {
  /// What the snapshot is made from: its claim, or the content that was made beforehand; and the content that is made for it.
  var sourceKeys: [ObjectKey] {
    let content = requestedContentName ?? dynamicContentName
    return [claimKey, ObjectKey(.volumeSnapshotContent, name: content)].compactMap(\.self)
  }
}

/// Finds in storage what a claim's volume is to begin as a copy of (rules SN11, SN12).
struct DataSource {
  let claim: PersistentVolumeClaim
  let key: ObjectKey
  let world: World
  /// The driver that makes the volume.
  let driver: String
  /// The bytes of the volume.
  let bytes: Int64

  /// The source.
  ///
  /// - Throws: why it cannot be used now; to be tried again.
  func resolved() throws(EffectFailure) -> ContentSource {
    let other = claim.json.string("spec", "dataSourceRef", "namespace")
    guard other.isEmpty || other == claim.namespace else {
      throw failure("it is in namespace \(other), and only sources in the claim's own namespace are served")
    }
    return key.kind == .volumeSnapshot ? try snapshot() : try volume()
  }

  private func failure(_ text: String) -> EffectFailure {
    EffectFailure(.final, "error getting handle for DataSource Type \(key.kind.name) by Name \(key.name): \(text)")
  }

  /// Rule SN11.
  private func snapshot() throws(EffectFailure) -> ContentSource {
    guard let snapshot = world.snapshot(key) else {
      throw failure("volumesnapshots.snapshot.storage.k8s.io \"\(key.name)\" not found")
    }
    guard !snapshot.isTerminating else { throw failure("snapshot \(key.name) is currently being deleted") }
    guard let content = snapshot.boundContentName.flatMap(world.snapshotContent),
      content.snapshotRef.isBound(to: snapshot)
    else { throw failure("snapshot \(key.name) not bound") }
    guard content.driver == driver else {
      throw failure("snapshot \(key.name) is of the driver \(content.driver), the claim's class of \(driver)")
    }
    guard snapshot.isReady else { throw failure("snapshot \(key.name) is not Ready") }
    if let mode = content.sourceVolumeMode, mode != claim.volumeMode {
      throw failure(
        "the source is \(mode.rawValue), the claim \(claim.volumeMode.rawValue): a volume mode is never changed, whatever "
          + "\(WellKnown.allowVolumeModeChange) says")
    }
    guard let handle = content.snapshotHandle else { throw failure("snapshot handle \(key.name) is not available") }
    if let size = content.restoreSize, bytes < size {
      throw failure("requested volume size \(bytes) is less than the size \(size) for the source snapshot \(key.name)")
    }
    return .snapshot(handle: handle)
  }

  /// Rule SN12.
  private func volume() throws(EffectFailure) -> ContentSource {
    guard key != claim.key else { throw failure("a claim cannot be its own source") }
    guard let source = world.claim(key) else {
      throw failure("persistentvolumeclaims \"\(key.name)\" not found")
    }
    guard !source.isTerminating || source.hasFinalizer(WellKnown.cloningProtection) else {
      throw failure("the source claim is being deleted")
    }
    guard source.phase == .bound, let volume = world.volume(source.volumeName), volume.claimRef?.uid == source.uid
    else { throw failure("the source claim is not Bound") }
    guard volume.csiDriver == driver, let handle = volume.csiVolumeHandle else {
      throw failure("the source volume is of the driver \(volume.csiDriver ?? "none"), the claim's class of \(driver)")
    }
    guard volume.volumeMode == claim.volumeMode else {
      throw failure(
        "the source is \(volume.volumeMode.rawValue), the claim \(claim.volumeMode.rawValue): a volume mode is never changed"
      )
    }
    let size = volume.capacityText.flatMap { try? Quantity($0) }?.roundedUpBytes ?? 0
    guard bytes >= size else {
      throw failure(
        "new PVC request must be greater than or equal in size to the specified PVC data source, requested \(bytes) but "
          + "source is \(size)")
    }
    return .volume(handle: handle)
  }
}
