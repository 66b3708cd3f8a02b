// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// What users are told who want a larger volume.
struct ExpansionTests {
  static let growing = storageClass("c", by: provisioner) { $0.json["allowVolumeExpansion"] = true }

  static func wish(_ request: String = "2Gi", className: String = "c") -> Resource {
    boundClaim("x", on: "a") {
      $0.storageClassName = className
      $0.json.set(.string(request), "spec", "resources", "requests", "storage")
    }
  }

  static func bound(change: (inout PersistentVolume) -> Void = { _ in }) -> Resource {
    volume("a", for: "x", uid: "uid-x", phase: .bound, change: change)
  }

  static let waiting = "Normal ExternalExpanding x: waiting for an external controller to expand this PVC"

  static let rows: [DecisionRow] = [
    aboutClaim(
      "A larger request is for an external controller (E6, EV22)", [growing, bound(), wish()], "E6", [waiting]),
    aboutClaim("The same size in other words is no wish (E5, E6)", [growing, bound(), wish("1024Mi")], "E6"),
    aboutClaim(
      "A claim that is not Bound does not grow (E6)",
      [growing, volume("a", for: "x"), claim("x", "2Gi", on: "a", className: "c")], "E6"),
    aboutClaim(
      "A class that does not allow it is left alone (E3)",
      [storageClass("c", by: provisioner), bound(), wish()], "E3"),
    aboutClaim(
      "A volume that has grown waits for its node (E10)",
      [growing, bound { $0.setAnnotation(WellKnown.preResizeCapacity, "1Gi") }, wish()], "E10"),
    aboutClaim(
      "A replaced plugin's driver is named as the resizer (E7)",
      [growing, bound { $0.has("vsphereVolume") }, wish()], "E7",
      [
        "Normal ExternalExpanding x: CSI migration enabled for kubernetes.io/vsphere-volume; waiting for external "
          + "resizer to expand the pvc", "x: volume.kubernetes.io/storage-resizer=csi.vsphere.vmware.com",
      ]),
  ]

  @Test("A wish to grow is announced", arguments: rows)
  func announces(row: DecisionRow) { row.check { ClaimExpander(settings: $0) } }
}
