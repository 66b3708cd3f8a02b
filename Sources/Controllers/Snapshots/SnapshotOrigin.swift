// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Why a snapshot cannot be cut now.
enum SourceTrouble: Error {
  /// No class is named, and there is no default for the volume's driver, or more than one.
  case noDefaultClass(String)
  /// The class that is named is not there.
  case noClass(String)
  /// The claim, or its volume, cannot be cut.
  case source(String)
}

/// What a snapshot is cut from, and by whom (rules SN2, SN3).
struct SnapshotOrigin {
  let snapshotClass: VolumeSnapshotClass
  let claim: PersistentVolumeClaim
  let volume: PersistentVolume
  let volumeHandle: String

  /// What `snapshot`, of the claim `key`, is cut from.
  ///
  /// - Throws: what keeps it from being cut; to be tried again.
  init(of snapshot: VolumeSnapshot, _ key: ObjectKey, in world: World) throws(SourceTrouble) {
    if let name = snapshot.className {
      guard let found = world.snapshotClass(name) else {
        throw .noClass("volumesnapshotclass.snapshot.storage.k8s.io \"\(name)\" not found")
      }
      snapshotClass = found
      (claim, volume) = try Self.source(key, in: world) { (text) in .source(text) }
    } else {
      (claim, volume) = try Self.source(key, in: world) { (text) in .noDefaultClass(text) }
      snapshotClass = try Self.defaultClass(for: volume.csiDriver ?? "", in: world)
    }
    guard volume.csiDriver == snapshotClass.driver, let handle = volume.csiVolumeHandle else {
      throw .source(
        "the volume \(volume.name) is of the driver \(volume.csiDriver ?? "none"), the class \(snapshotClass.name) of "
          + snapshotClass.driver)
    }
    guard !claim.isTerminating || claim.hasFinalizer(WellKnown.claimAsSourceProtection) else {
      throw .source("the PVC \(claim.name) is being deleted")
    }
    volumeHandle = handle
  }

  /// The claim, which must be Bound to a CSI volume (rule SN3).
  private static func source(
    _ key: ObjectKey, in world: World, _ trouble: (String) -> SourceTrouble
  ) throws(SourceTrouble) -> (PersistentVolumeClaim, PersistentVolume) {
    guard let claim = world.claim(key) else {
      throw trouble("persistentvolumeclaim \"\(key.name)\" not found in namespace \(key.namespace)")
    }
    guard claim.phase == .bound else {
      throw trouble("the PVC \(claim.name) is not yet bound to a PV, will not attempt to take a snapshot")
    }
    guard let volume = world.volume(claim.volumeName), volume.claimRef?.uid == claim.uid else {
      throw trouble("the PVC \(claim.name) and the PV \(claim.volumeName) are not bound to each other")
    }
    guard volume.csiDriver != nil else { throw trouble("the PV \(volume.name) is no CSI volume") }
    return (claim, volume)
  }

  /// The one default class of `driver` (rule SN2).
  private static func defaultClass(for driver: String, in world: World) throws(SourceTrouble) -> VolumeSnapshotClass {
    let classes = world.all(VolumeSnapshotClass.self).filter { $0.isDefault && $0.driver == driver }
    guard let first = classes.first else {
      throw .noDefaultClass(
        "cannot find default snapshot class of driver \(driver): name one, or annotate one with "
          + "\(WellKnown.defaultSnapshotClass): \"true\"")
    }
    guard classes.count == 1 else {
      throw .noDefaultClass(
        "\(classes.count) default snapshot classes were found: \(classes.map(\.name).joined(separator: ", "))")
    }
    return first
  }

  /// The content for `snapshot` (rule SN4).
  func content(for snapshot: VolumeSnapshot) -> VolumeSnapshotContent {
    var content = VolumeSnapshotContent(name: snapshot.dynamicContentName)
    content.addFinalizer(WellKnown.contentBoundProtection)
    content.json["spec"] = [
      "deletionPolicy": .string(snapshotClass.deletionPolicyText), "driver": .string(snapshotClass.driver),
      "source": ["volumeHandle": .string(volumeHandle)], "sourceVolumeMode": .string(volume.volumeMode.rawValue),
      "volumeSnapshotClassName": .string(snapshotClass.name),
      "volumeSnapshotRef": .object(SnapshotReference(to: snapshot).json),
    ]
    return content
  }
}
