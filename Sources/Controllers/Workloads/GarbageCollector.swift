// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Deletes objects all of whose owners are gone (rules SS3, SS7, M22).
public struct GarbageCollector: Decider {
  /// Its name in logs.
  public let name = "garbage-collector"
  /// The kind that it decides about.
  public let kind: Kind

  /// A collector of objects of `kind`.
  public init(kind: Kind) { self.kind = kind }

  /// One collector for each kind that anything of ours owns.
  public static let all: [any Decider] = [
    GarbageCollector(kind: .pod), GarbageCollector(kind: .persistentVolumeClaim),
    GarbageCollector(kind: .deployment), GarbageCollector(kind: .statefulSet),
  ]

  /// Whether the object has lost its last owner.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let object = world.object(key), !object.isTerminating else {
      return Decision(Reason("SS7", "the object is gone or going"))
    }
    let owners = object.metadata.ownerReferences
    guard !owners.isEmpty, !owners.contains(where: { Self.exists($0, besides: object, in: world) }) else {
      return Decision(Reason("SS7", "the object has an owner, or needs none"))
    }
    return Decision(Reason("SS7", "the object's owners are gone"), [.delete(key, uid: object.uid)])
  }

  /// Whether the owner is there; of kinds that are unknown here nobody can say that it is not.
  private static func exists(_ owner: OwnerReference, besides object: Resource, in world: World) -> Bool {
    guard let kind = Kind.named(owner.kind, apiVersion: owner.json.string("apiVersion")) else { return true }
    return world.object(ObjectKey(kind, namespace: object.namespace, name: owner.name))?.uid == owner.uid
  }
}
