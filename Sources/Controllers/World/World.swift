// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// All objects at one moment, indexed the ways that deciders ask for them.
///
/// A value: deciders see a world that does not move under them. Only a ``Reconciler`` changes it, one object at a time.
public struct World: Sendable {
  private var objects: [Kind: [ObjectKey: Resource]] = [:]
  private var claimKeysByUID: [String: ObjectKey] = [:]
  private var volumeNamesByClaim = GroupedKeys<ObjectKey>()
  private var claimKeysByVolumeName = GroupedKeys<String>()
  private var podKeysByClaim = GroupedKeys<ObjectKey>()
  private var keysByController = GroupedKeys<String>()
  private var keysBySource = GroupedKeys<ObjectKey>()
  private var unboundClaims: Set<ObjectKey> = []
  /// The volumes that any claim may have.
  private(set) var freeVolumes = FreeVolumes()

  /// The world without objects.
  public init() {}

  /// The object `key` now, or nil when there is none.
  public func object(_ key: ObjectKey) -> Resource? { objects[key.kind]?[key] }

  /// The objects of `kind`, sorted by namespace and name.
  public func keys(of kind: Kind) -> [ObjectKey] {
    (objects[kind] ?? [:]).keys.sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
  }

  /// Puts `object` in place of the one with its key, and returns that one.
  @discardableResult
  mutating func put(_ object: Resource, at key: ObjectKey) -> Resource? {
    let old = objects[key.kind, default: [:]].updateValue(object, forKey: key)
    if let old { index(old, at: key, adding: false) }
    index(object, at: key, adding: true)
    return old
  }

  /// Takes the object `key` out, and returns it.
  @discardableResult
  mutating func remove(_ key: ObjectKey) -> Resource? {
    guard let old = objects[key.kind]?.removeValue(forKey: key) else { return nil }
    index(old, at: key, adding: false)
    return old
  }

  private mutating func index(_ object: Resource, at key: ObjectKey, adding: Bool) {
    if let owner = object.metadata.controller { keysByController.change(key, of: owner.uid, adding: adding) }
    switch key.kind {
    case .persistentVolume: index(PersistentVolume(json: object.json), at: key, adding: adding)
    case .persistentVolumeClaim: index(PersistentVolumeClaim(json: object.json), at: key, adding: adding)
    case .pod:
      for claim in Set(Pod(json: object.json).claimKeys) { podKeysByClaim.change(key, of: claim, adding: adding) }
    case .volumeSnapshot:
      let snapshot = VolumeSnapshot(json: object.json)
      for source in snapshot.sourceKeys { keysBySource.change(key, of: source, adding: adding) }
    default: break
    }
  }

  private mutating func index(_ volume: PersistentVolume, at key: ObjectKey, adding: Bool) {
    if let claim = volume.claimRef?.key { volumeNamesByClaim.change(key, of: claim, adding: adding) }
    freeVolumes.change(volume, adding: adding)
  }

  private mutating func index(_ claim: PersistentVolumeClaim, at key: ObjectKey, adding: Bool) {
    claimKeysByUID[claim.uid] = adding ? key : nil
    if let source = claim.sourceKey { keysBySource.change(key, of: source, adding: adding) }
    if !claim.volumeName.isEmpty { claimKeysByVolumeName.change(key, of: claim.volumeName, adding: adding) }
    if adding && !claim.isBoundOnce { unboundClaims.insert(key) } else { unboundClaims.remove(key) }
  }
}

// MARK: - What deciders ask

extension World {
  /// The volume `name`, or nil.
  public func volume(_ name: String) -> PersistentVolume? {
    object(ObjectKey(.persistentVolume, name: name)).map { PersistentVolume(json: $0.json) }
  }

  /// The claim `key`, or nil.
  public func claim(_ key: ObjectKey) -> PersistentVolumeClaim? {
    object(key).map { PersistentVolumeClaim(json: $0.json) }
  }

  /// The claim with this uid, or nil.
  public func claim(uid: String) -> PersistentVolumeClaim? { claimKeysByUID[uid].flatMap(claim) }

  /// The class `name`, or nil.
  public func storageClass(_ name: String) -> StorageClass? {
    object(ObjectKey(.storageClass, name: name)).map { StorageClass(json: $0.json) }
  }

  /// The pod `key`, or nil.
  public func pod(_ key: ObjectKey) -> Pod? { object(key).map { Pod(json: $0.json) } }

  /// All objects of one type, sorted by namespace and name.
  public func all<Object: KindedObject>(_ type: Object.Type = Object.self) -> [Object] {
    keys(of: Object.kind).compactMap { object($0).map { Object(json: $0.json) } }
  }

  /// The volumes whose `claimRef` names the claim `key`, whatever uid it says, sorted by name.
  public func volumes(pointingTo key: ObjectKey) -> [PersistentVolume] {
    volumeNamesByClaim.keys(of: key).compactMap { volume($0.name) }
  }

  /// The claims whose `volumeName` is `name`.
  public func claims(naming name: String) -> [PersistentVolumeClaim] {
    claimKeysByVolumeName.keys(of: name).compactMap(claim)
  }

  /// The pods that use the claim `key`, whatever their phase, sorted by name.
  public func pods(using key: ObjectKey) -> [Pod] { podKeysByClaim.keys(of: key).compactMap(pod) }

  /// The objects that the owner with this uid controls, sorted by kind and name.
  public func keys(controlledBy uid: String) -> [ObjectKey] { keysByController.keys(of: uid) }

  /// The claims and snapshots that are made from `key`, a claim, a snapshot or the content of one.
  func dependents(of key: ObjectKey) -> [ObjectKey] { keysBySource.keys(of: key) }

  /// The claims whose binding has never been finished (rule B1), in no order.
  var claimsWaiting: Set<ObjectKey> { unboundClaims }
}

extension ClaimReference {
  /// The key of the claim that this names.
  public var key: ObjectKey { ObjectKey(.persistentVolumeClaim, namespace: namespace, name: name) }
}

extension Pod {
  /// The keys of all claims that the pod's volumes need, in order.
  public var claimKeys: [ObjectKey] {
    claimNames.map { ObjectKey(.persistentVolumeClaim, namespace: namespace, name: $0) }
  }
}
