// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Validation of claims")
struct ClaimValidationTests {
  static let size = "resources: {requests: {storage: 1Gi}}"
  static let modes = "accessModes: [ReadWriteOnce]"

  private func check(_ row: Row, _ text: String) throws {
    let verdict = try Verdict.create(text)
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  private static func claim(metadata: String = "name: c1", spec: String) -> String {
    "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {\(metadata)}\nspec: {\(spec)}\n"
  }

  @Test(
    "Metadata",
    arguments: [
      Row("a good name (V1)", "name: a.b-c"),
      Row("253 characters (V1)", "name: " + String(repeating: "a", count: 253)),
      Row("254 characters (V1)", "name: " + String(repeating: "a", count: 254), "metadata.name: Invalid value: "),
      Row(
        "capitals and underscores (V1)", "name: PV_1",
        "metadata.name: Invalid value: \"PV_1\": a lowercase RFC 1123 subdomain must"),
      Row("a slash (V1)", "name: a/b", "metadata.name: Invalid value"),
      Row("two dots (V1)", "name: ..", "metadata.name: Invalid value"),
      Row("no name (V2)", "labels: {}", "metadata.name: Required value: name or generateName is required"),
      Row("a name to be completed (V2)", "generateName: data-"),
      Row(
        "a bad beginning of a name (V1)", "generateName: Data-", "metadata.generateName: Invalid value: \"Data-\"",
        "metadata.name: Invalid value: \"Data-abcde\""),
      Row(
        "a bad namespace (V5)", "name: a, namespace: A.b",
        "metadata.namespace: Invalid value: \"A.b\": a lowercase RFC 1123 label must"),
      Row(
        "a long label value (V7)", "name: a, labels: {a: \(String(repeating: "x", count: 64))}",
        "metadata.labels: Invalid value"),
      Row(
        "a label value that ends in a dash (V7)", "name: a, labels: {a: x-}",
        "metadata.labels: Invalid value: \"x-\": a valid label must be"),
      Row("an empty label value (V7)", "name: a, labels: {a: \"\"}"),
      Row(
        "a label key without name (V7)", "name: a, labels: {x/: z}",
        "metadata.labels: Invalid value: \"x/\": name part must be non-empty",
        "metadata.labels: Invalid value: \"x/\": name part must consist"),
      Row(
        "an annotation key with blanks (V7)", "name: a, annotations: {\"a b\": c}",
        "metadata.annotations: Invalid value: \"a b\": name part must consist"),
      Row("an annotation key with capitals (V7)", "name: a, annotations: {Example.com/A: b}"),
      Row(
        "annotations of more than 256 KiB (V7)", "name: a, annotations: {a: \(String(repeating: "x", count: 262_144))}",
        "metadata.annotations: Too long: may not be more than 262144 bytes"),
      Row(
        "a finalizer without prefix", "name: a, finalizers: [mine]",
        "metadata.finalizers[0]: Invalid value: \"mine\": name is neither"),
      Row(
        "an owner without uid", "name: a, ownerReferences: [{apiVersion: v1, kind: Pod, name: p}]",
        "metadata.ownerReferences.uid: Invalid value: \"\": must not be empty"),
    ])
  func metadata(row: Row) throws { try check(row, Self.claim(metadata: row.text, spec: Self.modes + ", " + Self.size)) }

  @Test(
    "Access modes",
    arguments: [
      Row("none (V8)", "volumeName: a", "spec.accessModes: Required value: at least 1 access mode is required"),
      Row(
        "an empty list (V8)", "accessModes: []", "spec.accessModes: Required value: at least 1 access mode is required"),
      Row(
        "an abbreviation (V9)", "accessModes: [RWO]",
        "spec.accessModes: Unsupported value: \"RWO\": supported values: \"ReadOnlyMany\", \"ReadWriteMany\", \"ReadWriteOnce\", \"ReadWriteOncePod\""
      ),
      Row("another capitalisation (V9)", "accessModes: [readWriteOnce]", "spec.accessModes: Unsupported value"),
      Row("twice the same (B61)", "accessModes: [ReadWriteOnce, ReadWriteOnce]"),
      Row(
        "ReadWriteOncePod and another (V10)", "accessModes: [ReadWriteOncePod, ReadWriteMany]",
        "spec.accessModes: Forbidden: may not use ReadWriteOncePod with other access modes"),
      Row("ReadWriteOncePod twice (V10)", "accessModes: [ReadWriteOncePod, ReadWriteOncePod]"),
    ])
  func accessModes(row: Row) throws { try check(row, Self.claim(spec: row.text + ", " + Self.size)) }

  @Test(
    "Sizes",
    arguments: [
      Row("no resources (V11)", "volumeName: a", "spec.resources[storage]: Required value"),
      Row("a limit alone (V11)", "resources: {limits: {storage: 1Gi}}", "spec.resources[storage]: Required value"),
      Row("another resource alone (V11)", "resources: {requests: {cpu: 1}}", "spec.resources[storage]: Required value"),
      Row(
        "zero (V12)", "resources: {requests: {storage: 0}}",
        "spec.resources[storage]: Invalid value: \"0\": must be greater than zero"),
      Row(
        "less than nothing (V12)", "resources: {requests: {storage: -1Gi}}",
        "spec.resources[storage]: Invalid value: \"-1Gi\": must be greater than zero"),
      Row(
        "null is nothing (Q15)", "resources: {requests: {storage: null}}",
        "spec.resources[storage]: Invalid value: \"0\""),
      Row("a bare number (V13)", "resources: {requests: {storage: 1073741824}}"),
      Row("a limit below the request (V15)", "resources: {requests: {storage: 2Gi}, limits: {storage: 1Gi}}"),
    ])
  func sizes(row: Row) throws { try check(row, Self.claim(spec: Self.modes + ", " + row.text)) }

  @Test(
    "What else a claim says",
    arguments: [
      Row(
        "an unknown mode (V16)", "volumeMode: Raw",
        "spec.volumeMode: Unsupported value: \"Raw\": supported values: \"Block\", \"Filesystem\""),
      Row("an empty mode (V16)", "volumeMode: \"\"", "spec.volumeMode: Unsupported value: \"\""),
      Row("a block volume (V16)", "volumeMode: Block"),
      Row("an empty class (V17)", "storageClassName: \"\""),
      Row("a bad class (V17)", "storageClassName: Bad_Class", "spec.storageClassName: Invalid value: \"Bad_Class\""),
      Row(
        "an unknown operator (V18)", "selector: {matchExpressions: [{key: a, operator: Gt, values: [\"1\"]}]}",
        "spec.selector.matchExpressions[0].operator: Invalid value: \"Gt\": not a valid selector operator"),
      Row(
        "In without values (V18)", "selector: {matchExpressions: [{key: a, operator: In}]}",
        "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'"
      ),
      Row(
        "Exists with values (V18)", "selector: {matchExpressions: [{key: a, operator: Exists, values: [b]}]}",
        "spec.selector.matchExpressions[0].values: Forbidden: may not be specified when `operator` is 'Exists' or 'DoesNotExist'"
      ),
      Row(
        "a bad value in a selector (V18)", "selector: {matchExpressions: [{key: a, operator: In, values: [b-]}]}",
        "spec.selector.matchExpressions[0].values[0]: Invalid value: \"b-\""),
      Row(
        "a bad key in a selector (V18)", "selector: {matchExpressions: [{key: \"\", operator: Exists}]}",
        "spec.selector.matchExpressions[0].key: Invalid value: \"\": name part must be non-empty",
        "spec.selector.matchExpressions[0].key: Invalid value"),
      Row(
        "a bad label in a selector (V18)", "selector: {matchLabels: {a: b-}}",
        "spec.selector.matchLabels: Invalid value: \"b-\""),
      Row("an empty selector (B15)", "selector: {}"),
      Row("a volume that need not exist (V19)", "volumeName: Not A Name"),
      Row(
        "a data source without name (V20)", "dataSource: {kind: PersistentVolumeClaim, name: \"\"}",
        "spec.dataSource.name: Required value", "spec.dataSourceRef.name: Required value"),
      Row(
        "two data sources that differ (V20)",
        "dataSource: {kind: PersistentVolumeClaim, name: a}, dataSourceRef: {kind: PersistentVolumeClaim, name: b}",
        "spec: Invalid value: \"spec.dataSource\": must match dataSourceRef"),
      Row(
        "another kind in the core group (V21)", "dataSourceRef: {kind: Pod, name: a}",
        "spec.dataSource: Invalid value: \"Pod\": must be 'PersistentVolumeClaim' when referencing the default apiGroup",
        "spec.dataSourceRef: Invalid value: \"Pod\""),
      Row(
        "a bad group (V20)", "dataSourceRef: {apiGroup: Bad_Group, kind: A, name: a}",
        "spec.dataSource.apiGroup: Invalid value: \"Bad_Group\"", "spec.dataSourceRef.apiGroup: Invalid value"),
      Row(
        "a bad attributes class", "volumeAttributesClassName: Bad Name",
        "spec.volumeAttributesClassName: Invalid value: \"Bad Name\""),
      Row("an empty attributes class", "volumeAttributesClassName: \"\""),
    ])
  func rest(row: Row) throws {
    try check(row, Self.claim(spec: [Self.modes, Self.size, row.text].joined(separator: ", ")))
  }

  @Test("A volume mode is stored though none is given, and the status is the API's (V4, V16)")
  func stored() throws {
    let text =
      Self.claim(metadata: "name: c, namespace: x", spec: Self.modes + ", " + Self.size) + "status: {phase: Bound}\n"
    let object = try Verdict.create(text).object
    #expect(object.string("spec", "volumeMode") == "Filesystem")
    #expect(object.object("status") == ["phase": "Pending"])
    #expect(object.string("metadata", "namespace") == "x")
  }

  @Test(
    "Data sources are copied to each other, and unknown ones dropped (V20)",
    arguments: [
      ("dataSource: {kind: PersistentVolumeClaim, name: a}", true, true),
      ("dataSourceRef: {kind: PersistentVolumeClaim, name: a}", true, true),
      ("dataSource: {apiGroup: snapshot.storage.k8s.io, kind: VolumeSnapshot, name: a}", true, true),
      ("dataSource: {apiGroup: example.com, kind: Thing, name: a}", false, false),
      ("dataSourceRef: {apiGroup: example.com, kind: Thing, name: a}", true, true),
      ("dataSourceRef: {kind: PersistentVolumeClaim, name: a, namespace: other}", false, false),
    ])
  func dataSources(text: String, source: Bool, reference: Bool) throws {
    let object = try Verdict.create(Self.claim(spec: [Self.modes, Self.size, text].joined(separator: ", "))).object
    #expect((object.object("spec", "dataSource") != nil) == source)
    #expect((object.object("spec", "dataSourceRef") != nil) == reference)
  }

  @Test("Fractions and the old annotation are accepted with a warning (V14, V22)")
  func warnings() throws {
    let text = Self.claim(
      metadata: "name: c, annotations: {volume.beta.kubernetes.io/storage-class: gold}",
      spec: Self.modes + ", resources: {requests: {storage: 400m}}")
    #expect(
      try Verdict.create(text).warnings == [
        "metadata.annotations[volume.beta.kubernetes.io/storage-class]: deprecated since v1.8; use \"storageClassName\" attribute instead",
        "spec.resources.requests[storage]: fractional byte value \"400m\" is invalid, must be an integer",
      ])
  }

  @Test("Amounts finer than a thousandth are rounded up")
  func rounding() throws {
    let object = try Verdict.create(Self.claim(spec: Self.modes + ", resources: {requests: {storage: 1n}}")).object
    #expect(object.string("spec", "resources", "requests", "storage") == "1m")
  }
}
