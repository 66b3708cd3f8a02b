// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The named places at which the survival tests kill the process (`ORLOP_FAULT=<step>`), in the order of a volume's life.
///
/// What is on the disk after each of them, and who repairs it, is told in docs/recovery.md. A name stands here and at one
/// `FaultPoint.reach` in this module, nowhere else.
public enum VolumeSteps {
  /// Creation.
  public static let create = [
    "create.admitted", "create.imaged", "create.synced", "create.renamed", "create.done",
  ]
  /// The copying of a payload: for a snapshot, and for a volume that begins as a copy.
  public static let copy = ["copy.frozen", "copy.copied", "copy.thawed"]
  /// A volume that begins as a copy, between the copying and what every creation has.
  public static let clone = ["clone.copied", "clone.renamed"]
  /// A snapshot.
  public static let snapshot = ["snapshot.admitted", "snapshot.synced", "snapshot.renamed", "snapshot.done"]
  /// The end of a snapshot.
  public static let deleteSnapshot = ["deleteSnapshot.renamed", "deleteSnapshot.done"]
  /// Within creation and deletion, for a directory with a quota.
  public static let quota = ["quota.recorded", "quota.limited", "quota.emptied"]
  /// From an image to the staging mount.
  public static let stage = ["attach.locked", "attach.attached", "stage.mounted"]
  /// From the staging mount to the sandbox.
  public static let publish = ["publish.directories", "publish.bound", "publish.viewed", "publish.done"]
  /// And back.
  public static let unpublish = ["unpublish.unbound", "unpublish.removed", "unstage.unmounted", "unstage.done"]
  /// Growth, of a volume that is mounted or is not.
  public static let grow = ["grow.noted", "grow.enlarged", "grow.told", "grow.resized", "grow.confirmed"]
  /// And back, for an image that nobody uses.
  public static let shrink = ["shrink.copied", "shrink.noted", "shrink.swapped"]
  /// The end.
  public static let delete = ["delete.checked", "delete.renamed", "delete.erased", "delete.done"]
  /// All of them.
  public static let all =
    create + quota + copy + clone + stage + publish + unpublish + grow + shrink + snapshot + deleteSnapshot + delete
}
