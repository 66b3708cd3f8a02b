// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

@testable import Controllers

/// The snapshot `s` of the claim `x`; its uid is `uid-s`.
func snapshot(
  _ name: String = "s", of claim: String? = "x", className: String? = "gold",
  change: (inout VolumeSnapshot) -> Void = { _ in }
) -> Resource {
  var snapshot = VolumeSnapshot(name: name, namespace: "default")
  snapshot.metadata.uid = "uid-" + name
  snapshot.addFinalizer(WellKnown.snapshotAsSourceProtection)
  snapshot.json["spec"] = ["source": [:]]
  snapshot.json.set(claim.map(JSONValue.string), "spec", "source", "persistentVolumeClaimName")
  snapshot.className = className
  change(&snapshot)
  return Resource(snapshot)
}

extension VolumeSnapshot {
  /// Makes it ready, bound to its own content.
  mutating func isReadyToUse() {
    addFinalizer(WellKnown.snapshotBoundProtection)
    json["status"] = [
      "boundVolumeSnapshotContentName": .string(requestedContentName ?? "snapcontent-" + uid),
      "creationTime": "2027-01-15T08:00:00Z", "readyToUse": true, "restoreSize": "1Gi",
    ]
  }

  /// Lets it be one of the content `name`, made beforehand.
  mutating func requests(content name: String) {
    json.set(["volumeSnapshotContentName": .string(name)], "spec", "source")
  }
}

/// The content that belongs to the snapshot `s`.
func content(
  _ name: String = "snapcontent-uid-s", for snapshot: String = "s", uid: String = "uid-s", policy: String = "Delete",
  change: (inout VolumeSnapshotContent) -> Void = { _ in }
) -> Resource {
  var content = VolumeSnapshotContent(name: name)
  content.metadata.uid = "uid-" + name
  content.addFinalizer(WellKnown.contentBoundProtection)
  var reference: JSONObject = ["namespace": "default", "name": .string(snapshot)]
  if !uid.isEmpty { reference["uid"] = .string(uid) }
  content.json["spec"] = [
    "deletionPolicy": .string(policy), "driver": .string(provisioner), "source": ["volumeHandle": "a"],
    "sourceVolumeMode": "Filesystem", "volumeSnapshotClassName": "gold", "volumeSnapshotRef": .object(reference),
  ]
  change(&content)
  return Resource(content)
}

extension VolumeSnapshotContent {
  /// Makes it ready, as `provisioner` does.
  mutating func isReadyToUse() {
    json["status"] = [
      "creationTime": 1_800_000_000_000_000_000, "readyToUse": true, "restoreSize": 1_073_741_824,
      "snapshotHandle": "snapshot-uid-s",
    ]
  }

  /// Lets it stand for the snapshot `handle`, which was made beforehand.
  mutating func stands(for handle: String) {
    json.set(["snapshotHandle": .string(handle)], "spec", "source")
  }
}

/// A snapshot class of `driver`.
func snapshotClass(_ name: String = "gold", driver: String = provisioner, isDefault: Bool = false) -> Resource {
  var snapshotClass = VolumeSnapshotClass(name: name)
  snapshotClass.json["driver"] = .string(driver)
  snapshotClass.json["deletionPolicy"] = "Delete"
  if isDefault { snapshotClass.setAnnotation(WellKnown.defaultSnapshotClass, "true") }
  return Resource(snapshotClass)
}

/// The claim `x`, Bound to the volume `a` of `provisioner`.
func sourceClaim(change: (inout PersistentVolumeClaim) -> Void = { _ in }) -> [Resource] {
  [
    boundClaim("x", on: "a", change: change),
    volume("a", for: "x", uid: "uid-x", phase: .bound) { $0.isMadeByProvisioner() },
  ]
}

/// The claim `copy` that begins as a copy of `kind/name`.
func copy(
  of kind: Kind, _ name: String, request: String = "1Gi", change: (inout PersistentVolumeClaim) -> Void = { _ in }
) -> Resource {
  claim("copy", request, className: "fast") { claim in
    claim.setAnnotation(WellKnown.storageProvisioner, provisioner)
    claim.json.set(["kind": .string(kind.name), "name": .string(name)], "spec", "dataSource")
    if !kind.group.isEmpty { claim.json.set(.string(kind.group), "spec", "dataSource", "apiGroup") }
    claim.json.set(claim.json.value("spec", "dataSource"), "spec", "dataSourceRef")
    change(&claim)
  }
}
