// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Which objects have to be looked at again because another one has changed (rules B56, T13).
enum Wakening {
  /// Whether the change may give a claim that waits what it waits for: a free volume or a class.
  static func freesVolumes(old: Resource?, new: Resource?) -> Bool {
    guard let new else { return false }
    switch new.kind {
    case Kind.storageClass: return true
    case Kind.persistentVolume:
      return isFree(PersistentVolume(json: new.json)) && old.map { !isFree(PersistentVolume(json: $0.json)) } != false
    default: return false
    }
  }

  private static func isFree(_ volume: PersistentVolume) -> Bool {
    volume.claimRef == nil && volume.phase == .available
  }
}

extension World {
  /// The objects, other than `key` itself, whose deciders may now decide otherwise.
  func keysAffected(by key: ObjectKey, old: Resource?, new: Resource?) -> Set<ObjectKey> {
    var keys: Set<ObjectKey> = []
    for object in [old, new].compactMap(\.self) {
      if let owner = object.metadata.controller { keys.formUnion(ownerKey(owner, namespace: object.namespace)) }
      switch key.kind {
      case .persistentVolume: keys.formUnion(keysAffected(by: PersistentVolume(json: object.json)))
      case .persistentVolumeClaim: keys.formUnion(keysAffected(by: PersistentVolumeClaim(json: object.json)))
      case .pod: keys.formUnion(keysAffected(by: Pod(json: object.json)))
      case .deployment, .statefulSet: keys.formUnion(self.keys(controlledBy: object.uid))
      case .node: keys.formUnion(self.keys(of: .pod))
      case .volumeSnapshot: keys.formUnion(keysAffected(by: VolumeSnapshot(json: object.json)))
      case .volumeSnapshotContent: keys.formUnion(keysAffected(by: VolumeSnapshotContent(json: object.json)))
      case .volumeSnapshotClass: keys.formUnion(self.keys(of: .volumeSnapshot))
      default: break
      }
    }
    if let old, new == nil { keys.formUnion(keysFreed(by: old, key)) }
    let namespace = ObjectKey(.namespace, name: key.namespace)
    if key.kind.isNamespaced, object(namespace)?.isTerminating == true { keys.insert(namespace) }
    return keys
  }

  /// What has waited for `object` to go: what it owned, the other pods of a claim that only one may use (rules M9, W16),
  /// and the sets that need a claim of its name (rule SS4).
  private func keysFreed(by object: Resource, _ key: ObjectKey) -> [ObjectKey] {
    let owned = keys(controlledBy: object.uid)
    switch key.kind {
    case .pod:
      let exclusive = Pod(json: object.json).claimKeys.filter { claim in
        self.claim(claim)?.accessModes.contains(AccessMode.readWriteOncePod.rawValue) == true
      }
      return owned + exclusive.flatMap { pods(using: $0).map(\.key) }
    case .persistentVolumeClaim: return owned + keys(of: .statefulSet).filter { $0.namespace == key.namespace }
    default: return owned
    }
  }

  private func ownerKey(_ owner: OwnerReference, namespace: String) -> [ObjectKey] {
    Kind.all.filter { $0.name == owner.kind }.map { ObjectKey($0, namespace: namespace, name: owner.name) }
  }

  private func keysAffected(by volume: PersistentVolume) -> [ObjectKey] {
    let pointed = [volume.claimRef?.key].compactMap(\.self)
    return pointed + claims(naming: volume.name).map(\.key) + pointed.flatMap { pods(using: $0).map(\.key) }
      + pointed.flatMap(dependents)
  }

  private func keysAffected(by claim: PersistentVolumeClaim) -> [ObjectKey] {
    let named = claim.volumeName.isEmpty ? [] : [ObjectKey(.persistentVolume, name: claim.volumeName)]
    return named + volumes(pointingTo: claim.key).map(\.key) + pods(using: claim.key).map(\.key)
      + dependents(of: claim.key) + [claim.sourceKey].compactMap(\.self)
  }

  private func keysAffected(by snapshot: VolumeSnapshot) -> [ObjectKey] {
    let bound = snapshot.boundContentName.map { [ObjectKey(.volumeSnapshotContent, name: $0)] } ?? []
    return snapshot.sourceKeys + bound + dependents(of: snapshot.key)
  }

  private func keysAffected(by content: VolumeSnapshotContent) -> [ObjectKey] {
    [content.snapshotRef.key] + dependents(of: content.key)
  }

  private func keysAffected(by pod: Pod) -> [ObjectKey] {
    pod.claimKeys.flatMap { [$0] + volumes(pointingTo: $0).map(\.key) }
  }
}
