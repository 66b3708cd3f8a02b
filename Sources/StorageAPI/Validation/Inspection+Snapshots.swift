// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Snapshots are custom resources in Kubernetes: what a value that breaks a rule looks like is not told, only its type.
extension Inspection {
  private static let spec = FieldPath("spec")
  private static let source = FieldPath("spec").child("source")

  /// A VolumeSnapshot: exactly one source, and no empty class (rule SN1).
  mutating func checkSnapshot(_ snapshot: JSONObject) {
    checkMetadata(snapshot, .volumeSnapshot)
    guard snapshot.object("spec") != nil else { return add(.required(Self.spec)) }
    checkSource(snapshot, oneOf: ("volumeSnapshotContentName", "persistentVolumeClaimName"))
    if snapshot.optionalString("spec", "volumeSnapshotClassName") == "" {
      add(
        .invalid(
          Self.spec.child("volumeSnapshotClassName"), shown: "\"string\"",
          "volumeSnapshotClassName must not be the empty string when set"))
    }
  }

  /// A changed VolumeSnapshot: its source stays (rule SN1).
  mutating func checkSnapshotUpdate(_ new: JSONObject, _ old: JSONObject) {
    checkSnapshot(new)
    checkMetadataUpdate(new, old)
    checkSourceUpdate(["volumeSnapshotContentName", "persistentVolumeClaimName"], new, old)
  }

  /// A VolumeSnapshotContent (rules SN4, SN9).
  mutating func checkSnapshotContent(_ content: JSONObject) {
    checkMetadata(content, .volumeSnapshotContent)
    guard let spec = content.object("spec") else { return add(.required(Self.spec)) }
    checkDeletionPolicy(spec, Self.spec)
    if spec["driver"] == nil { add(.required(Self.spec.child("driver"))) }
    checkSource(content, oneOf: ("volumeHandle", "snapshotHandle"))
    check("sourceVolumeMode", of: spec, isOneOf: ["Block", "Filesystem"], Self.spec)
    let reference = Self.spec.child("volumeSnapshotRef")
    guard let snapshot = spec.object("volumeSnapshotRef") else { return add(.required(reference)) }
    if snapshot.string("name").isEmpty || snapshot.string("namespace").isEmpty {
      add(
        .invalid(
          reference, shown: "\"object\"",
          "both spec.volumeSnapshotRef.name and spec.volumeSnapshotRef.namespace must be set"))
    }
  }

  /// A changed VolumeSnapshotContent: its source and the mode of its volume stay.
  mutating func checkSnapshotContentUpdate(_ new: JSONObject, _ old: JSONObject) {
    checkSnapshotContent(new)
    checkMetadataUpdate(new, old)
    checkSourceUpdate(["volumeHandle", "snapshotHandle"], new, old)
    guard let mode = old.optionalString("spec", "sourceVolumeMode") else { return }
    switch new.optionalString("spec", "sourceVolumeMode") {
    case nil: add(.invalid(Self.spec, shown: "\"object\"", "sourceVolumeMode is required once set"))
    case mode?: break
    case .some:
      add(.invalid(Self.spec.child("sourceVolumeMode"), shown: "\"string\"", "sourceVolumeMode is immutable"))
    }
  }

  /// A VolumeSnapshotClass: a driver and a deletion policy.
  mutating func checkSnapshotClass(_ object: JSONObject) {
    checkMetadata(object, .volumeSnapshotClass)
    let root = FieldPath("")
    if object["driver"] == nil { add(.required(root.child("driver"))) }
    checkDeletionPolicy(object, root)
  }

  /// A changed VolumeSnapshotClass.
  mutating func checkSnapshotClassUpdate(_ new: JSONObject, _ old: JSONObject) {
    checkSnapshotClass(new)
    checkMetadataUpdate(new, old)
  }

  private mutating func checkDeletionPolicy(_ object: JSONObject, _ path: FieldPath) {
    guard object["deletionPolicy"] != nil else { return add(.required(path.child("deletionPolicy"))) }
    check("deletionPolicy", of: object, isOneOf: ["Delete", "Retain"], path)
  }

  private mutating func checkSource(_ object: JSONObject, oneOf names: (String, String)) {
    guard let source = object.object("spec", "source") else { return add(.required(Self.source)) }
    guard (source[names.0] != nil) == (source[names.1] != nil) else { return }
    add(.invalid(Self.source, shown: "\"object\"", "exactly one of \(names.0) and \(names.1) must be set"))
  }

  private mutating func checkSourceUpdate(_ names: [String], _ new: JSONObject, _ old: JSONObject) {
    for name in names {
      guard let before = old.optionalString("spec", "source", name) else { continue }
      guard let after = new.optionalString("spec", "source", name) else {
        add(.invalid(Self.source, shown: "\"object\"", "\(name) is required once set"))
        continue
      }
      if after != before {
        add(.invalid(Self.source.child(name), shown: "\"string\"", "\(name) is immutable"))
      }
    }
  }
}
