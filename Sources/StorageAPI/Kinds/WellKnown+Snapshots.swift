// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension WellKnown {
  /// On a snapshot class: snapshots without a class get it, where the driver fits (rule SN2).
  public static let defaultSnapshotClass = "snapshot.storage.kubernetes.io/is-default-class"
  /// On a snapshot's content: its snapshot is going, and it goes too (rule SN7).
  public static let snapshotBeingDeleted = "snapshot.storage.kubernetes.io/volumesnapshot-being-deleted"
  /// On a snapshot's content: a claim may have another volume mode than the snapshot's source (rule SN11).
  public static let allowVolumeModeChange = "snapshot.storage.kubernetes.io/allow-volume-mode-change"

  /// Finalizer: a snapshot stays while a claim is being made from it (rule SN6).
  public static let snapshotAsSourceProtection = "snapshot.storage.kubernetes.io/volumesnapshot-as-source-protection"
  /// Finalizer: a snapshot stays until its content is gone, or is to stay (rule SN6).
  public static let snapshotBoundProtection = "snapshot.storage.kubernetes.io/volumesnapshot-bound-protection"
  /// Finalizer: a content stays while its snapshot needs it (rule SN6).
  public static let contentBoundProtection = "snapshot.storage.kubernetes.io/volumesnapshotcontent-bound-protection"
  /// Finalizer: a claim stays while a snapshot of it is being cut (rule SN6).
  public static let claimAsSourceProtection = "snapshot.storage.kubernetes.io/pvc-as-source-protection"
  /// Finalizer: a claim stays while another is being made from it (rule SN12).
  public static let cloningProtection = "provisioner.storage.kubernetes.io/cloning-protection"
}
