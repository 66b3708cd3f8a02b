// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

@Suite struct StorageTableTests {
  @Test("A class prints false for an unset expansion (O1)") func classTable() throws {
    let thin = try storageClass("thin", #"{"provisioner": "kubernetes.io/vsphere-volume"}"#, age: 300)
    #expect(
      table(.storageClass, [thin])
        == lines(
          """
          NAME   PROVISIONER                    RECLAIMPOLICY   VOLUMEBINDINGMODE   ALLOWVOLUMEEXPANSION   AGE
          thin   kubernetes.io/vsphere-volume   Delete          Immediate           false                  5m
          """))
  }

  @Test("The default class is marked (O1, D10)") func defaultClass() throws {
    let standard = try storageClass(
      "standard", #"{"metadata": {"annotations": {"storageclass.kubernetes.io/is-default-class": "true"}}}"#)
    #expect(
      table(.storageClass, [try storageClass("thin", "{}"), standard])
        == lines(
          """
          NAME                 PROVISIONER           RECLAIMPOLICY   VOLUMEBINDINGMODE   ALLOWVOLUMEEXPANSION   AGE
          thin                 storage.example.com   Delete          Immediate           false                  5m1s
          standard (default)   storage.example.com   Delete          Immediate           false                  5m1s
          """))
  }

  @Test("A class that waits and may grow says so (O1)") func waitingClass() throws {
    let wait = try storageClass(
      "local-wait", #"{"volumeBindingMode": "WaitForFirstConsumer", "allowVolumeExpansion": true}"#)
    #expect(
      table(.storageClass, [wait])
        == lines(
          """
          NAME         PROVISIONER           RECLAIMPOLICY   VOLUMEBINDINGMODE      ALLOWVOLUMEEXPANSION   AGE
          local-wait   storage.example.com   Delete          WaitForFirstConsumer   true                   5m1s
          """))
  }

  @Test("A pending claim has blank volume, capacity and modes (O3)") func pendingClaim() throws {
    #expect(
      table(.persistentVolumeClaim, [try claim("pvcsc001", spec: #"{"storageClassName": "thin"}"#)])
        == lines(
          """
          NAME       STATUS    VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE
          pvcsc001   Pending                                      thin           <unset>                 61s
          """))
  }

  @Test("A bound claim prints its status; wide adds the volume mode (O3)") func boundClaimTable() throws {
    let bound = try boundClaim(
      "pvcsc001", to: dynamicVolume, "390625Ki", mode: "ReadWriteOnce", spec: #"{"storageClassName": "thin"}"#)
    #expect(
      table(.persistentVolumeClaim, [bound])
        == lines(
          """
          NAME       STATUS   VOLUME                                     CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE
          pvcsc001   Bound    pvc-0c3d7a6e-5b0e-4a53-9a43-3f0d5f6a7b11   390625Ki   RWO            thin           <unset>                 61s
          """))
    #expect(
      table(.persistentVolumeClaim, [bound]) { $0.isWide = true }
        == lines(
          """
          NAME       STATUS   VOLUME                                     CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE   VOLUMEMODE
          pvcsc001   Bound    pvc-0c3d7a6e-5b0e-4a53-9a43-3f0d5f6a7b11   390625Ki   RWO            thin           <unset>                 61s   Filesystem
          """))
  }

  @Test("A claim that names a volume but is not bound has capacity 0 (O3)") func namedClaim() throws {
    #expect(
      table(.persistentVolumeClaim, [try claim("named", spec: #"{"volumeName": "pv-a"}"#)])
        == lines(
          """
          NAME    STATUS    VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE
          named   Pending   pv-a     0                                        <unset>                 61s
          """))
  }

  @Test("Claims of one list stand under each other (O3)") func twoClaims() throws {
    let claims = [
      try boundClaim("myclaim", to: "pv0001", "5Gi", mode: "ReadWriteOnce"), try claim("otherclaim"),
    ]
    #expect(
      table(.persistentVolumeClaim, claims)
        == lines(
          """
          NAME         STATUS    VOLUME   CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE
          myclaim      Bound     pv0001   5Gi        RWO                           <unset>                 61s
          otherclaim   Pending                                                     <unset>                 61s
          """))
  }

  @Test("A claim that is being deleted is Terminating, a lost one Lost (O3, O9)") func endingClaims() throws {
    let going = try boundClaim("shared", to: "shared-nfs", "10Gi", mode: "ReadWriteMany")
      .with(#"{"metadata": {"deletionTimestamp": "\#(ago(21))"}}"#)
    #expect(
      table(.persistentVolumeClaim, [going])
        == lines(
          """
          NAME     STATUS        VOLUME       CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE
          shared   Terminating   shared-nfs   10Gi       RWX                           <unset>                 61s
          """))
    let lost = try claim("lost", spec: #"{"volumeName": "pv-gone"}"#, status: #"{"phase": "Lost"}"#)
    #expect(
      table(.persistentVolumeClaim, [lost])
        == lines(
          """
          NAME   STATUS   VOLUME    CAPACITY   ACCESS MODES   STORAGECLASS   VOLUMEATTRIBUTESCLASS   AGE
          lost   Lost     pv-gone   0                                        <unset>                 61s
          """))
  }

  @Test("A provisioned volume prints its claim and policy (O2)") func dynamicVolumeTable() throws {
    let bound = try volume(
      dynamicVolume, "390625Ki", phase: "Bound", claim: "default/pvcsc001",
      spec: #"{"storageClassName": "thin", "persistentVolumeReclaimPolicy": "Delete"}"#)
    #expect(
      table(.persistentVolume, [bound])
        == lines(
          """
          NAME                                       CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS   CLAIM              STORAGECLASS   VOLUMEATTRIBUTESCLASS   REASON   AGE
          pvc-0c3d7a6e-5b0e-4a53-9a43-3f0d5f6a7b11   390625Ki   RWO            Delete           Bound    default/pvcsc001   thin           <unset>                          61s
          """))
  }

  @Test("A reserved volume is Available and prints its claim (O2)") func reservedVolume() throws {
    let reserved = try volume("pv0001", "5Gi", phase: "Available", claim: "default/myclaim", spec: "{}")
    #expect(
      table(.persistentVolume, [reserved])
        == lines(
          """
          NAME     CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS      CLAIM             STORAGECLASS   VOLUMEATTRIBUTESCLASS   REASON   AGE
          pv0001   5Gi        RWO            Retain           Available   default/myclaim                  <unset>                          61s
          """))
  }

  @Test("A free volume of a class has no claim (O2)") func freeVolume() throws {
    let free = try volume("logs-local", "500Mi", phase: "Available", spec: #"{"storageClassName": "local"}"#, age: 60)
    #expect(
      table(.persistentVolume, [free])
        == lines(
          """
          NAME         CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS      CLAIM   STORAGECLASS   VOLUMEATTRIBUTESCLASS   REASON   AGE
          logs-local   500Mi      RWO            Retain           Available           local          <unset>                          60s
          """))
  }

  @Test("Released, Failed and Terminating volumes keep their claim (O2, O9)") func endingVolumes() throws {
    let released = try volume("pv-a", "1Gi", phase: "Released", claim: "default/first", spec: "{}")
    #expect(
      table(.persistentVolume, [released])
        == lines(
          """
          NAME   CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS     CLAIM           STORAGECLASS   VOLUMEATTRIBUTESCLASS   REASON   AGE
          pv-a   1Gi        RWO            Retain           Released   default/first                  <unset>                          61s
          """))
    let going = try volume("pv-a", "1Gi", phase: "Bound", claim: "default/first", spec: "{}", age: 60)
      .with(#"{"metadata": {"deletionTimestamp": "\#(ago(20))"}}"#)
    #expect(
      table(.persistentVolume, [going])
        == lines(
          """
          NAME   CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS        CLAIM           STORAGECLASS   VOLUMEATTRIBUTESCLASS   REASON   AGE
          pv-a   1Gi        RWO            Retain           Terminating   default/first                  <unset>                          60s
          """))
    let failed = try volume(
      "nfs-del", "20Gi", mode: "ReadWriteMany", phase: "Failed", claim: "default/common",
      spec: #"{"persistentVolumeReclaimPolicy": "Delete", "storageClassName": "nfs-common"}"#, age: 60)
    #expect(
      table(.persistentVolume, [failed])
        == lines(
          """
          NAME      CAPACITY   ACCESS MODES   RECLAIM POLICY   STATUS   CLAIM            STORAGECLASS   VOLUMEATTRIBUTESCLASS   REASON   AGE
          nfs-del   20Gi       RWX            Delete           Failed   default/common   nfs-common     <unset>                          60s
          """))
  }

  @Test("Access modes print in a fixed order, each once (O4)") func modeOrder() throws {
    let many = try volume("v", "1Gi", phase: "Available", spec: "{}").with(
      #"{"spec": {"accessModes": ["ReadWriteOncePod", "ReadWriteMany", "ReadWriteOnce", "ReadOnlyMany", "ReadWriteOnce"]}}"#
    )
    #expect(table(.persistentVolume, [many]).contains("   RWO,ROX,RWX,RWOP   "))
  }
}
