// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Validation of snapshots")
struct SnapshotValidationTests {
  private static func manifest(_ kind: String, _ fields: String) -> String {
    "{apiVersion: snapshot.storage.k8s.io/v1, kind: \(kind), metadata: {name: s1}, \(fields)}"
  }

  private static let reference = "volumeSnapshotRef: {name: s, namespace: default}"
  private static let oneSource =
    "spec.source: Invalid value: \"object\": exactly one of volumeSnapshotContentName and persistentVolumeClaimName"

  @Test(
    "A snapshot has exactly one source",
    arguments: [
      Row("a claim (SN1)", "spec: {source: {persistentVolumeClaimName: x}}"),
      Row("a content (SN1)", "spec: {source: {volumeSnapshotContentName: x}, volumeSnapshotClassName: gold}"),
      Row(
        "both (SN1)", "spec: {source: {persistentVolumeClaimName: x, volumeSnapshotContentName: w}}", oneSource),
      Row("neither (SN1)", "spec: {source: {}}", oneSource),
      Row("no source (SN1)", "spec: {}", "spec.source: Required value"),
      Row("nothing (SN1)", "status: {}", "spec: Required value"),
      Row(
        "a class without name (SN2)", "spec: {source: {persistentVolumeClaimName: x}, volumeSnapshotClassName: \"\"}",
        "spec.volumeSnapshotClassName: Invalid value: \"string\": volumeSnapshotClassName must not be the empty string"),
    ])
  func snapshots(row: Row) throws {
    let verdict = try Verdict.create(Self.manifest("VolumeSnapshot", row.text))
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  @Test(
    "What a content says",
    arguments: [
      Row("all (SN4)", "spec: {driver: d, deletionPolicy: Delete, source: {volumeHandle: v}, \(reference)}"),
      Row(
        "a snapshot made beforehand (SN9)",
        "spec: {driver: d, deletionPolicy: Retain, source: {snapshotHandle: v}, \(reference)}"),
      Row(
        "both sources (SN9)",
        "spec: {driver: d, deletionPolicy: Delete, source: {volumeHandle: v, snapshotHandle: v}, \(reference)}",
        "spec.source: Invalid value: \"object\": exactly one of volumeHandle and snapshotHandle must be set"),
      Row(
        "an unknown policy (SN4)",
        "spec: {driver: d, deletionPolicy: Recycle, source: {volumeHandle: v}, \(reference)}",
        "spec.deletionPolicy: Unsupported value: \"Recycle\": supported values: \"Delete\", \"Retain\""),
      Row(
        "no namespace (SN4)",
        "spec: {driver: d, deletionPolicy: Delete, source: {volumeHandle: v}, volumeSnapshotRef: {name: s}}",
        "spec.volumeSnapshotRef: Invalid value: \"object\": both spec.volumeSnapshotRef.name and"),
      Row(
        "nearly nothing (SN4)", "spec: {source: {volumeHandle: v}}", "spec.deletionPolicy: Required value",
        "spec.driver: Required value", "spec.volumeSnapshotRef: Required value"),
    ])
  func contents(row: Row) throws {
    let verdict = try Verdict.create(Self.manifest("VolumeSnapshotContent", row.text))
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  @Test(
    "What a class says",
    arguments: [
      Row("all (SN2)", "driver: d, deletionPolicy: Delete, parameters: {a: b}"),
      Row("no driver (SN2)", "deletionPolicy: Retain", "driver: Required value"),
      Row("no policy (SN2)", "driver: d", "deletionPolicy: Required value"),
    ])
  func classes(row: Row) throws {
    let verdict = try Verdict.create(Self.manifest("VolumeSnapshotClass", row.text))
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  @Test(
    "The source of a snapshot stays (SN1)",
    arguments: [
      Row("the same", "{persistentVolumeClaimName: x}"),
      Row(
        "another claim", "{persistentVolumeClaimName: w}",
        "spec.source.persistentVolumeClaimName: Invalid value: \"string\": persistentVolumeClaimName is immutable"),
      Row(
        "a content instead", "{volumeSnapshotContentName: w}",
        "spec.source: Invalid value: \"object\": persistentVolumeClaimName is required once set"),
    ])
  func updates(row: Row) throws {
    let old = Self.manifest("VolumeSnapshot", "spec: {source: {persistentVolumeClaimName: x}}")
    let new = Self.manifest("VolumeSnapshot", "spec: {source: \(row.text)}")
    let verdict = try Verdict.update(new, old: old)
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  @Test("The source of a content stays, and so does the mode of its volume (SN9)")
  func contentUpdates() throws {
    let old = "driver: d, deletionPolicy: Delete, sourceVolumeMode: Filesystem, \(Self.reference)"
    let verdict = try Verdict.update(
      Self.manifest(
        "VolumeSnapshotContent",
        "spec: {driver: d, deletionPolicy: Retain, sourceVolumeMode: Block, source: {snapshotHandle: w}, \(Self.reference)}"
      ), old: Self.manifest("VolumeSnapshotContent", "spec: {source: {snapshotHandle: v}, \(old)}"))
    #expect(
      verdict.causes == [
        "spec.source.snapshotHandle: Invalid value: \"string\": snapshotHandle is immutable",
        "spec.sourceVolumeMode: Invalid value: \"string\": sourceVolumeMode is immutable",
      ])
  }

  @Test("What nobody knows is refused, and a status is not the user's (SN1, SN5)")
  func strict() throws {
    #expect(throws: StatusError.self) {
      try ManifestReader.read(Self.manifest("VolumeSnapshot", "spec: {source: {persistentVolumeClaim: x}}"))
    }
    let verdict = try Verdict.create(
      Self.manifest("VolumeSnapshot", "spec: {source: {persistentVolumeClaimName: x}}, status: {readyToUse: true}"))
    #expect(verdict.object["status"] == nil)
    #expect(verdict.object.string("metadata", "namespace") == "default")
  }

  @Test(
    "Their short names (SN13)",
    arguments: [("vs", Kind.volumeSnapshot), ("vsc", .volumeSnapshotContent), ("vsclass", .volumeSnapshotClass)])
  func names(_ word: String, _ kind: Kind) { #expect(Kind.meant(by: word) == kind) }
}
