// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// What a pod shall see of its volumes on this host: pure data, for whoever mounts.
public struct PublishPlan: Sendable, Hashable {
  /// The pod.
  public let pod: ObjectKey
  /// The pod's uid.
  public let uid: String
  /// The user that owns the pod's directory; 0 when the pod names none.
  public let user: Int64
  /// The group that owns the pod's directory; 0 when the pod names none.
  public let group: Int64
  /// The group that the volumes are given to (rule M17); nil to leave them as they are.
  public let fsGroup: Int64?
  /// The volumes that some container mounts (rule M1), in the pod's order.
  public let volumes: [PlannedVolume]
  /// Where the containers see them, in the pod's order.
  public let mounts: [PlannedMount]

  /// The name and type of each volume that is not served here and does not hold the pod up, as `name (type)`.
  public let unserved: [String]
}

/// One volume of a pod.
public struct PlannedVolume: Sendable, Hashable {
  /// Where a volume's content comes from.
  public enum Source: Sendable, Hashable {
    /// A volume of Orlop's own, or of another served driver, by its id.
    case orlop(handle: String)
    /// A path of the host, checked or made as `type` says (rule M13).
    case hostPath(path: String, type: String)
    /// A directory of the host that must exist (rule M14).
    case local(path: String)
    /// An export of an NFS server (rule M16).
    case nfs(server: String, path: String)
    /// An empty directory that goes with the pod.
    case emptyDir
  }

  /// The volume's name in the pod.
  public let name: String
  /// The name in messages: that of the PersistentVolume, or the name in the pod (rule M7).
  public let specName: String
  /// Where its content comes from.
  public let source: Source
  /// Whether nobody in the pod may write (rule M11).
  public let isReadOnly: Bool
  /// The PersistentVolume's mount options.
  public let mountOptions: [String]
}

/// One place at which a container sees a volume.
public struct PlannedMount: Sendable, Hashable {
  /// The container's name.
  public let container: String
  /// The volume's name in the pod.
  public let volume: String
  /// The path in the container.
  public let mountPath: String
  /// The path within the volume; "" for all of it (rule M18).
  public let subPath: String
  /// Whether the container may not write there (rule M11).
  public let isReadOnly: Bool
}
