// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Admission")
struct AdmissionTests {
  private static let now = Timestamp(seconds: 1_600_000_000)

  private func admit(_ object: JSONObject, _ kind: Kind, defaultClass: String? = nil) throws -> JSONObject {
    try Admission.admit(
      object, kind, uid: "u-1", now: Self.now, nameSuffix: "abcde", defaultClass: defaultClass
    ).object
  }

  private static func claim(className: String? = nil, size: String = "1Gi", phase: String? = nil) -> JSONObject {
    var claim = PersistentVolumeClaim(name: "c", namespace: "default")
    claim.json["spec"] = ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": .string(size)]]]
    claim.storageClassName = className
    if let phase { claim.json["status"] = ["phase": .string(phase), "capacity": ["storage": "1Gi"]] }
    return claim.json
  }

  private static let volume: JSONObject = [
    "apiVersion": "v1", "kind": "PersistentVolume",
    "metadata": ["name": "v", "finalizers": ["external-provisioner.volume.kubernetes.io/finalizer"]],
    "spec": ["capacity": ["storage": "1Gi"], "accessModes": ["ReadWriteOnce"], "hostPath": ["path": "/a"]],
  ]

  @Test("What only the API sets is set anew")
  func systemFields() throws {
    var claim = Self.claim()
    claim.set("mine", "metadata", "uid")
    claim.set("7", "metadata", "resourceVersion")
    claim.set("2000-01-01T00:00:00Z", "metadata", "deletionTimestamp")
    let metadata = try admit(claim, .persistentVolumeClaim).object("metadata")
    #expect(
      metadata == [
        "name": "c", "namespace": "default", "uid": "u-1", "creationTimestamp": "2020-09-13T12:26:40Z",
        "finalizers": ["kubernetes.io/pvc-protection"],
      ])
  }

  @Test("Protection goes behind the finalizers that are there, once (T1)")
  func protection() throws {
    let volume = try admit(Self.volume, .persistentVolume)
    #expect(
      volume.strings("metadata", "finalizers") == [
        "external-provisioner.volume.kubernetes.io/finalizer", "kubernetes.io/pv-protection",
      ])
    #expect(try admit(volume, .persistentVolume).strings("metadata", "finalizers").count == 2)
    let attributes: JSONObject = [
      "apiVersion": "storage.k8s.io/v1", "kind": "VolumeAttributesClass", "metadata": ["name": "a"], "driverName": "d",
      "parameters": ["a": "b"],
    ]
    #expect(
      try admit(attributes, .volumeAttributesClass).strings("metadata", "finalizers") == [
        "kubernetes.io/vac-protection"
      ])
  }

  @Test(
    "The default class is for claims that name none (D1, D4)",
    arguments: [
      (nil, "gold", "gold"), ("", "gold", ""), ("silver", "gold", "silver"), (nil, nil, nil),
    ] as [(String?, String?, String?)])
  func defaultClass(named: String?, given: String?, stored: String?) throws {
    let claim = try admit(Self.claim(className: named), .persistentVolumeClaim, defaultClass: given)
    #expect(claim.optionalString("spec", "storageClassName") == stored)
  }

  @Test("The class annotation counts as a name (D1)")
  func annotatedClass() throws {
    var claim = Self.claim()
    claim.set("", "metadata", "annotations", WellKnown.betaStorageClass)
    #expect(
      try admit(claim, .persistentVolumeClaim, defaultClass: "gold").optionalString("spec", "storageClassName") == nil)
  }

  @Test("A generated name keeps at most 58 characters of its beginning (V2)")
  func generatedName() throws {
    var claim = Self.claim()
    claim.set(nil, "metadata", "name")
    claim.set(.string(String(repeating: "x", count: 80)), "metadata", "generateName")
    let name = try admit(claim, .persistentVolumeClaim).string("metadata", "name")
    #expect(name == String(repeating: "x", count: 58) + "abcde")
  }

  @Test("A refusal has the message of kubectl, for one cause and for several")
  func messages() throws {
    var claim = Self.claim()
    claim.set(nil, "spec", "accessModes")
    let one = #expect(throws: StatusError.self) { try admit(claim, .persistentVolumeClaim) }
    #expect(
      one?.message
        == "The PersistentVolumeClaim \"c\" is invalid: spec.accessModes: Required value: at least 1 access mode is required"
    )
    #expect(one?.code == 422 && one?.reason.name == "Invalid")
    claim.set(nil, "spec", "resources")
    let two = #expect(throws: StatusError.self) { try admit(claim, .persistentVolumeClaim) }
    #expect(
      two?.message
        == "The PersistentVolumeClaim \"c\" is invalid: \n* spec.accessModes: Required value: at least 1 access mode is required"
        + "\n* spec.resources[storage]: Required value")
    #expect(two?.causes.map(\.type.name) == ["FieldValueRequired", "FieldValueRequired"])
  }

  @Test(
    "Growth needs a class that allows it (E3)",
    arguments: [
      ("gold", true, true), ("gold", false, false), ("gold", nil, false), ("missing", true, false), ("", true, false),
      (nil, true, false),
    ] as [(String?, Bool?, Bool)])
  func growth(className: String?, allows: Bool?, isAllowed: Bool) throws {
    var gold = StorageClass(name: "gold")
    gold.json["allowVolumeExpansion"] = allows.map(JSONValue.bool)
    let old = Self.claim(className: className, phase: "Bound")
    let grow = {
      try Admission.admitUpdate(Self.claim(className: className, size: "2Gi"), from: old, .persistentVolumeClaim) {
        name in
        name == "gold" ? gold : nil
      }
    }
    if isAllowed {
      #expect(try grow().object.string("spec", "resources", "requests", "storage") == "2Gi")
    } else {
      let error = #expect(throws: StatusError.self) { try grow() }
      #expect(
        error?.message
          == "persistentvolumeclaims \"c\" is forbidden: only dynamically provisioned pvc can be resized and the "
          + "storageclass that provisions the pvc must support resize")
      #expect(error?.code == 403)
    }
  }

  @Test("The same size in another notation needs no class (E5)")
  func sameSize() throws {
    let old = Self.claim(phase: "Bound")
    let new = try Admission.admitUpdate(Self.claim(size: "1024Mi"), from: old, .persistentVolumeClaim) { _ in nil }
    #expect(new.object.string("spec", "resources", "requests", "storage") == "1024Mi")
  }

  @Test("An update keeps the status and what the API set (V4)")
  func update() throws {
    let stored = try admit(Self.volume, .persistentVolume)
    var bound = stored
    bound["status"] = ["phase": "Bound"]
    var wanted = Self.volume
    wanted["status"] = ["phase": "Failed"]
    wanted.set("Delete", "spec", "persistentVolumeReclaimPolicy")
    let new = try Admission.admitUpdate(wanted, from: bound, .persistentVolume) { _ in nil }.object
    #expect(new.string("status", "phase") == "Bound")
    #expect(new.string("metadata", "uid") == "u-1")
    #expect(new.string("metadata", "creationTimestamp") == "2020-09-13T12:26:40Z")
  }
}
