// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Validation of changes")
struct UpdateValidationTests {
  private static let forbidden =
    "spec: Forbidden: spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n@@ "

  private static func claim(_ spec: String..., size: String = "1Gi", annotation: String? = nil, status: String = "{}")
    -> String
  {
    let annotations = annotation.map { ", annotations: {volume.beta.kubernetes.io/storage-class: \($0)}" } ?? ""
    let fields = ["accessModes: [ReadWriteOnce]", "resources: {requests: {storage: \(size)}}"] + spec
    return "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c1\(annotations)}, "
      + "spec: {\(fields.filter { !$0.isEmpty }.joined(separator: ", "))}, status: \(status)}"
  }

  /// A change: what is stored, what is wanted, and the causes of its refusal.
  struct Change: Sendable, CustomTestStringConvertible {
    let name: String
    let old: String
    let new: String
    let causes: [String]
    init(_ name: String, from old: String, to new: String, _ causes: String...) {
      self.name = name
      self.old = old
      self.new = new
      self.causes = causes
    }
    var testDescription: String { name }
  }

  private func check(_ change: Change) throws {
    let verdict = try Verdict.update(change.new, old: change.old)
    #expect(
      verdict.causes.count == change.causes.count && zip(verdict.causes, change.causes).allSatisfy { $0.hasPrefix($1) },
      "\(verdict.causes)")
  }

  private static let bound = "{phase: Bound, capacity: {storage: 1Gi}}"

  @Test(
    "Sizes of claims",
    arguments: [
      Change("a bound claim may grow (E1)", from: claim(status: bound), to: claim(size: "2Gi")),
      Change("another claim may not (E2)", from: claim(), to: claim(size: "2Gi"), forbidden),
      Change(
        "what the user says of the status does not count (V4)", from: claim(), to: claim(size: "2Gi", status: bound),
        forbidden),
      Change("the same size in another notation (E5)", from: claim(), to: claim(size: "1024Mi")),
      Change(
        "back down to more than the capacity (E4)", from: claim(size: "3Gi", status: bound), to: claim(size: "2Gi")),
      Change(
        "back down to the capacity (E4)", from: claim(size: "3Gi", status: bound), to: claim(size: "1Gi"),
        "spec.resources.requests.storage: Forbidden: field can not be less than status.capacity"),
      Change(
        "less than the capacity (E4)", from: claim(status: bound), to: claim(size: "512Mi"),
        "spec.resources.requests.storage: Forbidden"),
      Change(
        "a limit", from: claim(status: bound),
        to:
          "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: c1}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}, limits: {storage: 2Gi}}}}",
        forbidden),
    ])
  func sizes(change: Change) throws { try check(change) }

  @Test(
    "Attributes classes of claims (E20)",
    arguments: [
      Change(
        "of a bound claim", from: claim("volumeAttributesClassName: a", status: bound),
        to: claim("volumeAttributesClassName: b")),
      Change(
        "of another one", from: claim("volumeAttributesClassName: a"), to: claim("volumeAttributesClassName: b"),
        forbidden),
      Change(
        "taken away", from: claim("volumeAttributesClassName: a", status: bound), to: claim(), forbidden,
        "spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden"),
      Change(
        "made empty", from: claim("volumeAttributesClassName: a", status: bound),
        to: claim("volumeAttributesClassName: \"\""),
        "spec.volumeAttributesClassName: Forbidden: update from non-nil value to an empty string is forbidden"),
      Change("given for the first time", from: claim(status: bound), to: claim("volumeAttributesClassName: a")),
    ])
  func attributesClasses(change: Change) throws { try check(change) }

  @Test(
    "Classes of claims",
    arguments: [
      Change("from nothing to one (D8)", from: claim(), to: claim("storageClassName: b")),
      Change("from nothing to none (D8)", from: claim(), to: claim("storageClassName: \"\"")),
      Change(
        "from one to another (D8)", from: claim("storageClassName: a"), to: claim("storageClassName: b"), forbidden),
      Change(
        "from none to one (D8)", from: claim("storageClassName: \"\""), to: claim("storageClassName: b"), forbidden),
      Change("from one to nothing (D8)", from: claim("storageClassName: a"), to: claim(), forbidden),
      Change("from the annotation to the field (V23)", from: claim(annotation: "a"), to: claim("storageClassName: a")),
      Change(
        "from the annotation to both (V23)", from: claim(annotation: "a"),
        to: claim("storageClassName: a", annotation: "a")),
      Change(
        "from the annotation to another field (V26)", from: claim(annotation: "a"), to: claim("storageClassName: b"),
        "metadata.annotations.volume.beta.kubernetes.io/storage-class: Invalid value: \"\": field is immutable",
        forbidden),
      Change(
        "another annotation (V26)", from: claim(annotation: "a"), to: claim(annotation: "b"),
        "metadata.annotations.volume.beta.kubernetes.io/storage-class: Invalid value: \"b\": field is immutable"),
      Change(
        "no annotation (V26)", from: claim(annotation: "a"), to: claim(),
        "metadata.annotations.volume.beta.kubernetes.io/storage-class: Invalid value: \"\": field is immutable"),
    ])
  func classes(change: Change) throws { try check(change) }

  @Test(
    "What else of claims",
    arguments: [
      Change("a volume for the first time (V24)", from: claim(), to: claim("volumeName: pv1")),
      Change("another volume (V24)", from: claim("volumeName: pv1"), to: claim("volumeName: pv2"), forbidden),
      Change("no volume any more (V24)", from: claim("volumeName: pv1"), to: claim(), forbidden),
      Change(
        "another mode (V25)", from: claim(), to: claim("volumeMode: Block"), forbidden,
        "volumeMode: Invalid value: \"Block\": field is immutable"),
      Change("a selector (V23)", from: claim(), to: claim("selector: {}"), forbidden),
      Change(
        "access modes (V23)", from: claim(), to: claim().replacing("ReadWriteOnce", with: "ReadWriteMany"), forbidden),
      Change(
        "a data source that is the same (V20)", from: claim("dataSource: {kind: PersistentVolumeClaim, name: a}"),
        to: claim("dataSourceRef: {kind: PersistentVolumeClaim, name: a}")),
      Change(
        "labels, annotations and finalizers (V27)", from: claim(),
        to: claim().replacing(
          "{name: c1}",
          with:
            "{name: c1, labels: {a: b}, annotations: {c: d}, finalizers: [a/b], ownerReferences: [{apiVersion: v1, kind: Pod, name: p, uid: u}]}"
        )),
      Change(
        "a finalizer while it goes",
        from: claim().replacing("{name: c1}", with: "{name: c1, deletionTimestamp: \"2020-01-01T00:00:00Z\"}"),
        to: claim().replacing("{name: c1}", with: "{name: c1, finalizers: [a/b]}"),
        "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{\"a/b\"}"
      ),
    ])
  func rest(change: Change) throws { try check(change) }

  @Test("The refusal shows what would change, line by line (V23)")
  func difference() throws {
    let causes = try Verdict.update(Self.claim(size: "2Gi"), old: Self.claim()).causes
    #expect(
      causes == [
        Self.forbidden
          + "-6,7 +6,7 @@\n  \"Resources\": {\n   \"Limits\": null,\n   \"Requests\": {\n-   \"storage\": \"1Gi\"\n"
          + "+   \"storage\": \"2Gi\"\n   }\n  },\n  \"VolumeName\": \"\",\n"
      ])
  }

  private static func volume(_ spec: String...) -> String {
    "{apiVersion: v1, kind: PersistentVolume, metadata: {name: pv1}, spec: {"
      + (["accessModes: [ReadWriteOnce]"] + spec).joined(separator: ", ") + "}}"
  }

  private static let host = "hostPath: {path: /a}"
  private static let size = "capacity: {storage: 1Gi}"
  private static let secret = "{name: s, namespace: ns}"

  private static func affinity(_ key: String) -> String {
    "nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: \(key), operator: In, values: [a]}]}]}}"
  }

  @Test(
    "Volumes",
    arguments: [
      Change(
        "another path (V41)", from: volume(size, host), to: volume(size, "hostPath: {path: /b}"),
        "spec.persistentvolumesource: Forbidden: spec.persistentvolumesource is immutable after creation\n@@ "),
      Change(
        "another source (V41)", from: volume(size, host), to: volume(size, "nfs: {server: s, path: /a}"),
        "spec.persistentvolumesource: Forbidden"),
      Change(
        "a secret for growth (V41)", from: volume(size, "csi: {driver: d, volumeHandle: h}"),
        to: volume(size, "csi: {driver: d, volumeHandle: h, controllerExpandSecretRef: \(secret)}")),
      Change(
        "another secret (V41)", from: volume(size, "csi: {driver: d, volumeHandle: h}"),
        to: volume(size, "csi: {driver: d, volumeHandle: h, nodePublishSecretRef: \(secret)}"),
        "spec.persistentvolumesource: Forbidden"),
      Change(
        "a mode (V42)", from: volume(size, host), to: volume(size, host, "volumeMode: Block"),
        "volumeMode: Invalid value: \"Block\": field is immutable"),
      Change(
        "an affinity for the first time (V43)", from: volume(size, host), to: volume(size, host, affinity("zone"))),
      Change(
        "another affinity (V43)", from: volume(size, host, affinity("zone")), to: volume(size, host, affinity("rack")),
        "nodeAffinity: Invalid value: {\"Required\":{\"NodeSelectorTerms\":[{\"MatchExpressions\":[{\"Key\":\"rack\",\"Operator\":\"In\",\"Values\":[\"a\"]}],\"MatchFields\":null}]}}: field is immutable, except for updating from beta label to GA"
      ),
      Change(
        "no affinity any more (V43)", from: volume(size, host, affinity("zone")), to: volume(size, host),
        "nodeAffinity: Invalid value: null: field is immutable"),
      Change(
        "an affinity that leaves its beta (V43)",
        from: volume(size, host, affinity("failure-domain.beta.kubernetes.io/zone")),
        to: volume(size, host, affinity("topology.kubernetes.io/zone"))),
      Change(
        "capacity, class, policy, claim and options (V44)", from: volume(size, host),
        to: volume(
          "capacity: {storage: 2Gi}", host, "storageClassName: a", "persistentVolumeReclaimPolicy: Delete",
          "claimRef: {name: c}", "mountOptions: [ro]")),
      Change(
        "no attributes class any more",
        from: volume(size, "csi: {driver: d, volumeHandle: h}", "volumeAttributesClassName: a"),
        to: volume(size, "csi: {driver: d, volumeHandle: h}"),
        "spec.volumeAttributesClassName: Forbidden: update from non-nil value to nil is forbidden"),
    ])
  func volumes(change: Change) throws { try check(change) }
}
