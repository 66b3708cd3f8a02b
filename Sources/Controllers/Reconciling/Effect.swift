// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// An act on storage, outside the objects. Each may be repeated: what is done already is done.
public enum Effect: Sendable, Hashable {
  /// Make the volume, or find the one of that name that an earlier attempt made.
  case provision(ProvisionRequest)
  /// Remove the storage behind a Released volume.
  case deleteBackend(PersistentVolume)
  /// Empty a Released volume for its next claim.
  case recycle(PersistentVolume)
  /// Cut the snapshot, or find the one of that name that an earlier attempt or an administrator made.
  case snapshot(SnapshotRequest)
  /// Remove the snapshot of this name in storage; `of` is the content that stands for it.
  case deleteSnapshot(handle: String, of: ObjectKey)
  /// Make a claim's volume hold more, its filesystem included where that can be done now (rules E8-E14).
  case expand(ExpandRequest)
  /// Mount the pod's volumes into its directory and its containers' directories, as planned.
  case publish(PublishPlan)
  /// Take the pod's mounts and its directory away; the volumes keep what they hold.
  case unpublish(pod: ObjectKey, uid: String)
}

/// What a storage system needs to know to make a volume (rules P24-P31).
public struct ProvisionRequest: Sendable, Hashable {
  /// The volume's name, `pvc-<uid of the claim>` (rule P8).
  public let volumeName: String
  /// The claim to make it for.
  public let claim: PersistentVolumeClaim
  /// The claim's class.
  public let storageClass: StorageClass
  /// The served name that makes the volume: the class's provisioner, or the driver that has replaced it (rules A1, P20).
  public let provisioner: String
  /// The CSI driver that the volume's source is to name.
  public let driver: String
  /// The claim's request, rounded up to whole bytes.
  public let bytes: Int64
  /// The filesystem that the class asks for, or nil (rule P26).
  public let fsType: String?
  /// The class's parameters without those that every provisioner consumes itself (rule P27).
  public let parameters: [String: String]
  /// The node that the scheduler chose, or nil when the class does not wait for one (rule P21).
  public let selectedNode: String?
  /// What the volume begins as a copy of; nil for an empty one.
  public let content: ContentSource?
}

/// A volume that a storage system has made.
public struct ProvisionedVolume: Sendable, Hashable {
  /// The volume's size; 0 means unknown and reads as the request (rule P29).
  public let bytes: Int64
  /// The members of `spec` that say where the volume is, such as `csi` and `nodeAffinity`.
  public let source: JSONObject
  /// Annotations for its object, by their names.
  public let annotations: [String: String]
  /// What the user should know of it though all went well, by the word for the REASON column.
  public let warnings: [String: String]

  /// A volume of `bytes` at `source`.
  public init(
    bytes: Int64, source: JSONObject, annotations: [String: String] = [:], warnings: [String: String] = [:]
  ) {
    self.bytes = bytes
    self.source = source
    self.annotations = annotations
    self.warnings = warnings
  }
}

/// How an ``Effect`` ended.
public enum Outcome: Sendable, Hashable {
  /// It is done, now or already before.
  case done
  /// The volume of a `provision` exists.
  case provisioned(ProvisionedVolume)
  /// The snapshot of a `snapshot` exists.
  case snapshotted(MadeSnapshot)
  /// The volume of an `expand` has grown, or will have.
  case expanded(Expansion)
  /// It failed, for the reason given.
  case failed(EffectFailure)
}

/// Why an effect failed, as far as deciders care (rules P34, R8).
public struct EffectFailure: Error, Sendable, Hashable {
  /// What the failure means for the next attempt.
  public enum Meaning: Sendable, Hashable {
    /// The request can never succeed as it stands; retried slowly.
    case infeasible
    /// Somebody still uses it; no failure of the storage.
    case inUse
    /// The work may go on in the background; the same call is made again.
    case unfinished
    /// The chosen node lacks room; another may do.
    case exhausted
    /// Anything else; retried with back-off.
    case final
  }

  /// What it means.
  public let meaning: Meaning
  /// One sentence for the user.
  public let message: String
  /// The volume of the plan, by its name in the pod, that a `publish` failed for; nil when it was none or is not known.
  public let volume: String?

  /// A failure of `meaning`, told as `message`; of `volume` where one is to blame for a `publish`.
  public init(_ meaning: Meaning, _ message: String, volume: String? = nil) {
    self.meaning = meaning
    self.message = message
    self.volume = volume
  }
}
