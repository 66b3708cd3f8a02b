// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Validation of workloads and the other kinds")
struct WorkloadValidationTests {
  private static func statefulSet(_ fields: String..., template: String = "metadata: {name: data}") -> String {
    let pod =
      "{metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, volumeMounts: [{name: data, mountPath: /d}]}]}}"
    let claim = "{\(template), spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}"
    let spec = [
      "serviceName: s", "selector: {matchLabels: {a: b}}", "template: \(pod)", "volumeClaimTemplates: [\(claim)]",
    ]
    return "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: s}, spec: {"
      + (spec + fields).joined(separator: ", ")
      + "}}"
  }

  @Test("A mount may name a claim template, and defaults keep claims (SS2, SS3, SS4)")
  func defaults() throws {
    let verdict = try Verdict.create(Self.statefulSet())
    #expect(verdict.causes.isEmpty)
    let spec = try #require(verdict.object.object("spec"))
    #expect(spec.object("persistentVolumeClaimRetentionPolicy") == ["whenDeleted": "Retain", "whenScaled": "Retain"])
    #expect(spec.string("podManagementPolicy") == "OrderedReady")
    #expect(spec.integer("replicas") == 1)
  }

  @Test(
    "Stateful sets",
    arguments: [
      Row("an unknown policy (SS4)", "podManagementPolicy: Random", "spec.podManagementPolicy: Unsupported value"),
      Row(
        "an unknown retention (SS3)", "persistentVolumeClaimRetentionPolicy: {whenDeleted: Keep}",
        "spec.persistentVolumeClaimRetentionPolicy.whenDeleted: Unsupported value: \"Keep\": supported values: \"Delete\", \"Retain\""
      ),
      Row("a negative count", "replicas: -1", "spec.replicas: Invalid value: -1: must be greater than or equal to 0"),
      Row("a negative start (SS1)", "ordinals: {start: -1}", "spec.ordinals.start: Invalid value: -1"),
    ])
  func statefulSets(row: Row) throws {
    let verdict = try Verdict.create(Self.statefulSet(row.text))
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  @Test("Only some fields of a stateful set may change (SS5)")
  func updates() throws {
    let old = Self.statefulSet()
    for field in ["replicas: 3", "ordinals: {start: 1}", "minReadySeconds: 1", "updateStrategy: {type: OnDelete}"] {
      #expect(try Verdict.update(Self.statefulSet(field), old: old).causes.isEmpty)
    }
    let refused = try Verdict.update(Self.statefulSet(template: "metadata: {name: data, labels: {a: b}}"), old: old)
      .causes
    #expect(
      refused.count == 1 && refused[0].hasPrefix("spec: Forbidden: updates to statefulset spec for fields other than"))
  }

  @Test(
    "Deployments",
    arguments: [
      Row(
        "a good one",
        "selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}"
      ),
      Row(
        "a selector that misses",
        "selector: {matchLabels: {a: c}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}",
        "spec.template.metadata.labels: Invalid value: {\"a\":\"b\"}: `selector` does not match template `labels`"),
      Row(
        "no selector", "template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}",
        "spec.selector: Required value"),
      Row(
        "an unknown strategy",
        "strategy: {type: Fast}, selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}",
        "spec.strategy.type: Unsupported value: \"Fast\""),
      Row(
        "a pod that ends",
        "selector: {matchLabels: {a: b}}, template: {metadata: {labels: {a: b}}, spec: {restartPolicy: Never, containers: [{name: c, image: i}]}}",
        "spec.template.spec.restartPolicy: Unsupported value: \"Never\": supported values: \"Always\""),
    ])
  func deployments(row: Row) throws {
    let verdict = try Verdict.create(
      "{apiVersion: apps/v1, kind: Deployment, metadata: {name: d}, spec: {\(row.text)}}")
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  @Test("A namespace's name is a label (V1)")
  func namespaces() throws {
    let verdict = try Verdict.create("{apiVersion: v1, kind: Namespace, metadata: {name: a.b}}")
    #expect(
      verdict.causes.count == 1
        && verdict.causes[0].hasPrefix("metadata.name: Invalid value: \"a.b\": a lowercase RFC 1123 label"))
    #expect(try Verdict.create("{apiVersion: v1, kind: Node, metadata: {name: a.b}}").causes.isEmpty)
  }
}
