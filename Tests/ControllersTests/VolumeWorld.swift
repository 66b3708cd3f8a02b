// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

@testable import Controllers

/// A volume of 1Gi, ReadWriteOnce, Available, on a hostPath, with policy Retain; `change` makes it what a test needs.
func volume(
  _ name: String, _ capacity: String = "1Gi", for claim: String? = nil, uid: String = "",
  phase: PersistentVolume.Phase = .available, change: (inout PersistentVolume) -> Void = { _ in }
) -> Resource {
  var volume = PodWorld.volume(name, capacity: capacity, spec: ["hostPath": ["path": .string("/tmp/" + name)]])
  volume.phase = phase
  volume.json.set("Retain", "spec", "persistentVolumeReclaimPolicy")
  volume.addFinalizer(WellKnown.volumeProtection)
  if let claim {
    var reference: JSONObject = ["namespace": "default", "name": .string(claim)]
    if !uid.isEmpty { reference["uid"] = .string(uid) }
    volume.claimRef = ClaimReference(json: reference)
  }
  change(&volume)
  return Resource(volume)
}

/// A Pending claim on 1Gi, ReadWriteOnce, without a class; its uid is `uid-` and its name.
func claim(
  _ name: String, _ request: String = "1Gi", on volumeName: String = "", className: String? = nil,
  change: (inout PersistentVolumeClaim) -> Void = { _ in }
) -> Resource {
  var claim = PodWorld.claim(name, className: className, request: request)
  claim.volumeName = volumeName
  claim.addFinalizer(WellKnown.claimProtection)
  change(&claim)
  return Resource(claim)
}

/// A claim that is Bound to `volumeName` since long.
func boundClaim(
  _ name: String, on volumeName: String, change: (inout PersistentVolumeClaim) -> Void = { _ in }
) -> Resource {
  claim(name, on: volumeName) { claim in
    claim.setAnnotation(WellKnown.bindCompleted, "yes")
    claim.phase = .bound
    claim.statusAccessModes = ["ReadWriteOnce"]
    claim.statusCapacityText = "1Gi"
    change(&claim)
  }
}

/// A class with the defaults of the API.
func storageClass(
  _ name: String, by provisioner: String, delayed: Bool = false, change: (inout StorageClass) -> Void = { _ in }
) -> Resource {
  var storageClass = StorageClass(name: name)
  storageClass.json["provisioner"] = .string(provisioner)
  storageClass.json["reclaimPolicy"] = "Delete"
  storageClass.json["volumeBindingMode"] = .string(delayed ? "WaitForFirstConsumer" : "Immediate")
  change(&storageClass)
  return Resource(storageClass)
}

/// A pod that uses the claim `claim`, on `node` unless that is empty.
func pod(_ name: String, using claim: String, node: String = "n1", phase: String = "Running") -> Resource {
  var pod = PodWorld.pod(name, node: node, volumes: [PodWorld.claimVolume(claim: claim)])
  pod.phase = phase
  return Resource(pod)
}

let provisioner = "ext.example.com"

extension PersistentVolume {
  /// Makes it one that `provisioner` has made, with policy Delete.
  mutating func isMadeByProvisioner() {
    json.set(nil, "spec", "hostPath")
    json.set(["driver": .string(provisioner), "volumeHandle": .string(name)], "spec", "csi")
    json.set("Delete", "spec", "persistentVolumeReclaimPolicy")
    setAnnotation(WellKnown.provisionedBy, provisioner)
    addFinalizer(WellKnown.externalProvisionerFinalizer)
  }

  /// Puts `source` in place of the hostPath.
  mutating func has(_ source: String, _ members: JSONObject = [:], policy: String = "Delete") {
    json.set(nil, "spec", "hostPath")
    json.set(.object(members), "spec", source)
    json.set(.string(policy), "spec", "persistentVolumeReclaimPolicy")
  }
}

extension APIObject {
  /// Asks for its deletion.
  mutating func isBeingDeleted() { metadata.deletionTimestamp = PodWorld.now }
}
