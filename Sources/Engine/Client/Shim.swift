// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors
internal import StorageAPI
enum Defaulting { static func apply(to object: inout Resource) -> [String] {
  if object.kind == .storageClass { if object.json["reclaimPolicy"] == nil { object.json["reclaimPolicy"] = "Delete" }; if object.json["volumeBindingMode"] == nil { object.json["volumeBindingMode"] = "Immediate" } }
  return [] } }
enum Admission { static func admit(_ object: inout Resource, uid: String, now: Timestamp, classes: [StorageClass]) { object.metadata.uid = uid; object.json["status"] = nil
  if object.kind == .persistentVolumeClaim { object.addFinalizer(WellKnown.claimProtection); object.json.set("Pending", "status", "phase") }
  if object.kind == .persistentVolume { object.addFinalizer(WellKnown.volumeProtection) ; object.json.set("Pending", "status", "phase")}
  if object.kind == .pod { object.json.set("Pending", "status", "phase")}
 } }
enum Validation { static func validate(_ o: Resource) throws -> [String] { [] }
 static func validate(_ o: Resource, replacing: Resource, classes: [StorageClass]) throws -> [String] { [] } }
