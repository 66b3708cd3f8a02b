// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Validation of classes")
struct ClassValidationTests {
  private static func storageClass(_ fields: String...) -> String {
    "{apiVersion: storage.k8s.io/v1, kind: StorageClass, metadata: {name: sc1}, " + fields.joined(separator: ", ") + "}"
  }

  private static func topology(_ expressions: String) -> String {
    "allowedTopologies: [{matchLabelExpressions: [\(expressions)]}]"
  }

  private static func parameters(count: Int) -> String {
    "parameters: {" + (0..<count).map { "k\($0): v" }.joined(separator: ", ") + "}"
  }

  @Test(
    "Provisioner",
    arguments: [
      Row("a qualified name (V45)", "provisioner: kubernetes.io/vsphere-volume"),
      Row("capitals (V45)", "provisioner: Example.com/Storage"),
      Row("a plain name (V45)", "provisioner: p"),
      Row("none (V45)", "mountOptions: []", "provisioner: Required value"),
      Row(
        "blanks (V45)", "provisioner: my provisioner",
        "provisioner: Invalid value: \"my provisioner\": name part must consist"),
      Row(
        "two slashes (V45)", "provisioner: a/b/c",
        "provisioner: Invalid value: \"a/b/c\": a qualified name must consist"),
    ])
  func provisioner(row: Row) throws {
    let verdict = try Verdict.create(Self.storageClass(row.text))
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  @Test(
    "What else a class says",
    arguments: [
      Row("512 parameters (V46)", parameters(count: 512)),
      Row("513 parameters (V46)", parameters(count: 513), "parameters: Too long: may not be more than 512 bytes"),
      Row(
        "parameters of more than 256 KiB (V46)", "parameters: {a: \(String(repeating: "x", count: 262_144))}",
        "parameters: Too long: may not be more than 262144 bytes"),
      Row(
        "a parameter without key (V46)", "parameters: {\"\": x}",
        "parameters: Invalid value: \"\": field can not be empty."),
      Row("a parameter without value (V46)", "parameters: {a: \"\"}"),
      Row(
        "Recycle (V47, R16)", "reclaimPolicy: Recycle",
        "reclaimPolicy: Unsupported value: \"Recycle\": supported values: \"Delete\", \"Retain\""),
      Row(
        "an unknown binding mode (V47)", "volumeBindingMode: Later",
        "volumeBindingMode: Unsupported value: \"Later\": supported values: \"Immediate\", \"WaitForFirstConsumer\""),
      Row("an empty binding mode (V47)", "volumeBindingMode: \"\"", "volumeBindingMode: Unsupported value: \"\""),
      Row("a topology (V48)", topology("{key: zone, values: [a, b]}")),
      Row(
        "a topology without values (V48)", topology("{key: zone}"),
        "allowedTopologies[0].matchLabelExpressions[0].values: Required value"),
      Row(
        "a topology without key (V48)", topology("{values: [a]}"),
        "allowedTopologies[0].matchLabelExpressions[0].key: Invalid value",
        "allowedTopologies[0].matchLabelExpressions[0].key: Invalid value"),
      Row(
        "a value twice (V48)", topology("{key: zone, values: [a, a]}"),
        "allowedTopologies[0].matchLabelExpressions[0].values[1]: Duplicate value: \"a\""),
      Row(
        "a key twice (V48)", topology("{key: zone, values: [a]}, {key: zone, values: [b]}"),
        "allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: \"zone\""),
      Row(
        "a term twice (V48)",
        "allowedTopologies: [{matchLabelExpressions: [{key: zone, values: [a, b]}]}, {matchLabelExpressions: [{key: zone, values: [b, a]}]}]",
        "allowedTopologies[1].matchLabelExpressions: Duplicate value: \"\""),
      Row(
        "an empty term (V48)", "allowedTopologies: [{}]",
        "allowedTopologies[0].matchLabelExpressions: Duplicate value: \"\""),
    ])
  func rest(row: Row) throws {
    let verdict = try Verdict.create(Self.storageClass("provisioner: p", row.text))
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  @Test("Defaults are Delete and Immediate (V47)")
  func defaults() throws {
    let object = try Verdict.create(Self.storageClass("provisioner: p")).object
    #expect(object.string("reclaimPolicy") == "Delete")
    #expect(object.string("volumeBindingMode") == "Immediate")
  }

  @Test(
    "Updates (V49)",
    arguments: [
      Row("another provisioner", "provisioner: q", "provisioner: Invalid value: \"q\": field is immutable"),
      Row(
        "a parameter", "provisioner: p, parameters: {a: c}",
        "parameters: Invalid value: {\"a\":\"c\"}: field is immutable"),
      Row(
        "another policy", "provisioner: p, reclaimPolicy: Retain",
        "reclaimPolicy: Invalid value: \"Retain\": field is immutable"),
      Row(
        "another binding mode", "provisioner: p, volumeBindingMode: WaitForFirstConsumer",
        "volumeBindingMode: Invalid value: \"WaitForFirstConsumer\": field is immutable"),
      Row("expansion", "provisioner: p, allowVolumeExpansion: true"),
      Row("mount options", "provisioner: p, mountOptions: [ro]"),
      Row("topologies", "provisioner: p, allowedTopologies: [{matchLabelExpressions: [{key: zone, values: [a]}]}]"),
    ])
  func updates(row: Row) throws {
    let verdict = try Verdict.update(Self.storageClass(row.text), old: Self.storageClass("provisioner: p"))
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  @Test(
    "Attributes classes need a driver and parameters, and never change",
    arguments: [
      Row("good", "driverName: d, parameters: {a: b}"),
      Row(
        "no parameters", "driverName: d", "parameters: Required value: must contain at least one key/value pair",
        "parameters: Invalid value: null: field is immutable"),
      Row(
        "another driver", "driverName: e, parameters: {a: b}", "driverName: Invalid value: \"e\": field is immutable"),
    ])
  func attributesClasses(row: Row) throws {
    func text(_ fields: String) -> String {
      "{apiVersion: storage.k8s.io/v1, kind: VolumeAttributesClass, metadata: {name: a}, \(fields)}"
    }
    let verdict = try Verdict.update(text(row.text), old: text("driverName: d, parameters: {a: b}"))
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }
}
