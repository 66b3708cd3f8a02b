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
  public static let delete = ["delete.checked", "delete.renamed", "delete.done"]
  /// All of them.
  public static let all = create + stage + publish + unpublish + grow + shrink + delete
}
