// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Takes everything in a namespace away with it: the namespace goes last.
public struct NamespaceEmptier: Decider {
  /// Its name in logs.
  public let name = "namespace-emptier"
  /// It decides about namespaces.
  public let kind = Kind.namespace

  /// An emptier of namespaces.
  public init() {}

  /// What is left to delete in a namespace that is on its way out.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let object = world.object(key), object.isTerminating else {
      return Decision(Reason("T2", "the namespace stays"))
    }
    let left = Self.contents(of: key.name, in: world)
    guard left.isEmpty else {
      let steps = left.filter { !$0.isTerminating }.compactMap { object in
        object.key.map { Step.delete($0, uid: object.uid) }
      }
      return Decision(Reason("T2", "\(left.count) objects in the namespace go first"), steps)
    }
    var emptied = object
    emptied.removeFinalizer(WellKnown.namespaceContents)
    return Decision(Reason("T2", "the namespace is empty"), [.update(emptied)])
  }

  /// The objects in the namespace, workloads before their pods and pods before their claims. Events expire by themselves.
  private static func contents(of namespace: String, in world: World) -> [Resource] {
    Kind.all.reversed()
      .filter { $0.isNamespaced && $0 != .event }
      .flatMap { kind in world.keys(of: kind).filter { $0.namespace == namespace } }
      .compactMap(world.object)
  }
}
