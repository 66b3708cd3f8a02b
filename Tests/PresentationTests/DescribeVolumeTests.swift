// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

private let boundByController = #"{"metadata": {"annotations": {"pv.kubernetes.io/bound-by-controller": "yes"}}}"#

private func hostPath(_ path: String, type: String = "") -> String {
  #"{"hostPath": {"path": "\#(path)", "type": "\#(type)"}}"#
}

@Suite struct DescribeVolumeTests {
  @Test("A provisioned volume tells its CSI source (O7)") func dynamicVolumeText() throws {
    let bound = try volume(
      dynamicVolume, "390625Ki", phase: "Bound", claim: "default/pvcsc001",
      spec: """
        {"storageClassName": "thin", "persistentVolumeReclaimPolicy": "Delete",
         "csi": {"driver": "storage.example.com", "fsType": "ext3", "volumeHandle": "vol-0001", "volumeAttributes":
           {"storage.kubernetes.io/csiProvisionerIdentity": "1700000000000-1234-storage.example.com"}}}
        """
    ).with(
      """
      {"metadata": {"annotations": {"pv.kubernetes.io/provisioned-by": "storage.example.com",
         "volume.kubernetes.io/provisioner-deletion-secret-name": "",
         "volume.kubernetes.io/provisioner-deletion-secret-namespace": ""},
        "finalizers": ["external-provisioner.volume.kubernetes.io/finalizer", "kubernetes.io/pv-protection"]}}
      """)
    #expect(
      describe(bound)
        == lines(
          """
          Name:            pvc-0c3d7a6e-5b0e-4a53-9a43-3f0d5f6a7b11
          Labels:          <none>
          Annotations:     pv.kubernetes.io/provisioned-by: storage.example.com
                           volume.kubernetes.io/provisioner-deletion-secret-name:
                           volume.kubernetes.io/provisioner-deletion-secret-namespace:
          Finalizers:      [external-provisioner.volume.kubernetes.io/finalizer kubernetes.io/pv-protection]
          StorageClass:    thin
          Status:          Bound
          Claim:           default/pvcsc001
          Reclaim Policy:  Delete
          Access Modes:    RWO
          VolumeMode:      Filesystem
          Capacity:        390625Ki
          Node Affinity:   <none>
          Message:
          Source:
              Type:              CSI (a Container Storage Interface (CSI) volume source)
              Driver:            storage.example.com
              FSType:            ext3
              VolumeHandle:      vol-0001
              ReadOnly:          false
              VolumeAttributes:      storage.kubernetes.io/csiProvisionerIdentity=1700000000000-1234-storage.example.com
          Events:                <none>
          """))
  }

  @Test("A reserved volume is Available and names its claim (O7)") func reservedVolume() throws {
    let reserved = try volume(
      "pv0001", "5Gi", phase: "Available", claim: "default/myclaim", spec: hostPath("/data/pv0001"))
    #expect(
      describe(reserved)
        == lines(
          """
          Name:            pv0001
          Labels:          <none>
          Annotations:     <none>
          Finalizers:      [kubernetes.io/pv-protection]
          StorageClass:
          Status:          Available
          Claim:           default/myclaim
          Reclaim Policy:  Retain
          Access Modes:    RWO
          VolumeMode:      Filesystem
          Capacity:        5Gi
          Node Affinity:   <none>
          Message:
          Source:
              Type:          HostPath (bare host directory volume)
              Path:          /data/pv0001
              HostPathType:
          Events:            <none>
          """))
  }

  @Test("A bound static volume keeps no annotations (O7)") func staticVolume() throws {
    let bound = try volume("pv0001", "5Gi", phase: "Bound", claim: "default/myclaim", spec: hostPath("/data/pv0001"))
    #expect(
      describe(bound)
        == lines(
          """
          Name:            pv0001
          Labels:          <none>
          Annotations:     <none>
          Finalizers:      [kubernetes.io/pv-protection]
          StorageClass:
          Status:          Bound
          Claim:           default/myclaim
          Reclaim Policy:  Retain
          Access Modes:    RWO
          VolumeMode:      Filesystem
          Capacity:        5Gi
          Node Affinity:   <none>
          Message:
          Source:
              Type:          HostPath (bare host directory volume)
              Path:          /data/pv0001
              HostPathType:
          Events:            <none>
          """))
  }

  @Test("An NFS volume tells its server (O7)") func nfsVolume() throws {
    let bound = try volume(
      "shared-nfs", "10Gi", mode: "ReadWriteMany", phase: "Bound", claim: "default/shared",
      spec: #"{"nfs": {"server": "127.0.0.1", "path": "/export/shared"}}"#
    ).with(boundByController)
    #expect(
      describe(bound)
        == lines(
          """
          Name:            shared-nfs
          Labels:          <none>
          Annotations:     pv.kubernetes.io/bound-by-controller: yes
          Finalizers:      [kubernetes.io/pv-protection]
          StorageClass:
          Status:          Bound
          Claim:           default/shared
          Reclaim Policy:  Retain
          Access Modes:    RWX
          VolumeMode:      Filesystem
          Capacity:        10Gi
          Node Affinity:   <none>
          Message:
          Source:
              Type:      NFS (an NFS mount that lasts the lifetime of a pod)
              Server:    127.0.0.1
              Path:      /export/shared
              ReadOnly:  false
          Events:        <none>
          """))
  }

  @Test("A volume that is being deleted tells how long (O7)") func terminatingVolume() throws {
    let going = try volume(
      "pv-a", "1Gi", phase: "Bound", claim: "default/first", spec: hostPath("/data/a")
    ).with(boundByController).with(#"{"metadata": {"deletionTimestamp": "\#(ago(20))"}}"#)
    #expect(
      describe(going)
        == lines(
          """
          Name:            pv-a
          Labels:          <none>
          Annotations:     pv.kubernetes.io/bound-by-controller: yes
          Finalizers:      [kubernetes.io/pv-protection]
          StorageClass:
          Status:          Terminating (lasts 20s)
          Claim:           default/first
          Reclaim Policy:  Retain
          Access Modes:    RWO
          VolumeMode:      Filesystem
          Capacity:        1Gi
          Node Affinity:   <none>
          Message:
          Source:
              Type:          HostPath (bare host directory volume)
              Path:          /data/a
              HostPathType:
          Events:            <none>
          """))
  }

  @Test("A volume that cannot be deleted tells why twice (EV15)") func failedVolume() throws {
    let message = "host_path deleter only supports /tmp/.+ but received provided /data/x"
    let failed = try volume("pv-del", "1Gi", phase: "Failed", claim: "default/gone", spec: hostPath("/data/x"))
      .with(#"{"spec": {"persistentVolumeReclaimPolicy": "Delete"}, "status": {"message": "\#(message)"}}"#)
    let event = try event(
      of: failed, "Warning", "VolumeFailedDelete", from: "persistentvolume-controller", first: 51, message)
    #expect(
      describe(failed, events: [event])
        == lines(
          """
          Name:            pv-del
          Labels:          <none>
          Annotations:     <none>
          Finalizers:      [kubernetes.io/pv-protection]
          StorageClass:
          Status:          Failed
          Claim:           default/gone
          Reclaim Policy:  Delete
          Access Modes:    RWO
          VolumeMode:      Filesystem
          Capacity:        1Gi
          Node Affinity:   <none>
          Message:         host_path deleter only supports /tmp/.+ but received provided /data/x
          Source:
              Type:          HostPath (bare host directory volume)
              Path:          /data/x
              HostPathType:
          Events:
            Type     Reason              Age   From                         Message
            ----     ------              ----  ----                         -------
            Warning  VolumeFailedDelete  51s   persistentvolume-controller  host_path deleter only supports /tmp/.+ but received provided /data/x
          """))
  }

  @Test("A directory volume tells its type (O7)") func directoryVolume() throws {
    let bound = try volume(
      "logs-pv", "500Mi", mode: "ReadWriteMany", phase: "Bound", claim: "default/logs",
      spec: hostPath("/var/log/apps", type: "DirectoryOrCreate")
    ).with(boundByController).with(#"{"spec": {"storageClassName": "manual"}}"#)
    #expect(
      describe(bound)
        == lines(
          """
          Name:            logs-pv
          Labels:          <none>
          Annotations:     pv.kubernetes.io/bound-by-controller: yes
          Finalizers:      [kubernetes.io/pv-protection]
          StorageClass:    manual
          Status:          Bound
          Claim:           default/logs
          Reclaim Policy:  Retain
          Access Modes:    RWX
          VolumeMode:      Filesystem
          Capacity:        500Mi
          Node Affinity:   <none>
          Message:
          Source:
              Type:          HostPath (bare host directory volume)
              Path:          /var/log/apps
              HostPathType:  DirectoryOrCreate
          Events:            <none>
          """))
  }

  @Test("A local volume tells its node (O7)") func localVolume() throws {
    let local = try volume(
      "logs-local", "500Mi", phase: "Available",
      spec: """
        {"storageClassName": "local", "local": {"path": "/var/log/apps"}, "nodeAffinity": {"required":
          {"nodeSelectorTerms": [{"matchExpressions":
            [{"key": "kubernetes.io/hostname", "operator": "In", "values": ["node1"]}]}]}}}
        """)
    #expect(
      describe(local)
        == lines(
          """
          Name:              logs-local
          Labels:            <none>
          Annotations:       <none>
          Finalizers:        [kubernetes.io/pv-protection]
          StorageClass:      local
          Status:            Available
          Claim:
          Reclaim Policy:    Retain
          Access Modes:      RWO
          VolumeMode:        Filesystem
          Capacity:          500Mi
          Node Affinity:
            Required Terms:
              Term 0:        kubernetes.io/hostname in [node1]
          Message:
          Source:
              Type:  LocalVolume (a persistent volume backed by local storage on a node)
              Path:  /var/log/apps
          Events:    <none>
          """))
  }

  @Test("A volume with mount options does not tell them (O7)") func commonVolume() throws {
    let bound = try volume(
      "common-nfs", "20Gi", mode: "ReadWriteMany", phase: "Bound", claim: "default/common",
      spec: """
        {"storageClassName": "nfs-common", "mountOptions": ["nfsvers=4.1", "hard"],
         "nfs": {"server": "192.0.2.10", "path": "/export/common"}}
        """
    ).with(boundByController)
    #expect(
      describe(bound)
        == lines(
          """
          Name:            common-nfs
          Labels:          <none>
          Annotations:     pv.kubernetes.io/bound-by-controller: yes
          Finalizers:      [kubernetes.io/pv-protection]
          StorageClass:    nfs-common
          Status:          Bound
          Claim:           default/common
          Reclaim Policy:  Retain
          Access Modes:    RWX
          VolumeMode:      Filesystem
          Capacity:        20Gi
          Node Affinity:   <none>
          Message:
          Source:
              Type:      NFS (an NFS mount that lasts the lifetime of a pod)
              Server:    192.0.2.10
              Path:      /export/common
              ReadOnly:  false
          Events:        <none>
          """))
  }

  @Test("An NFS volume has no deleter and says so (EV15)") func failedNFS() throws {
    let message = #"error getting deleter volume plugin for volume "nfs-del": no deletable volume plugin matched"#
    var failed = try volume(
      "nfs-del", "20Gi", mode: "ReadWriteMany", phase: "Failed", claim: "default/common",
      spec: """
        {"storageClassName": "nfs-common", "persistentVolumeReclaimPolicy": "Delete",
         "nfs": {"server": "192.0.2.10", "path": "/export/common"}}
        """
    ).with(boundByController)
    failed.json.set(.string(message), "status", "message")
    let event = try event(
      of: failed, "Warning", "VolumeFailedDelete", from: "persistentvolume-controller", first: 50, message)
    #expect(
      describe(failed, events: [event])
        == lines(
          """
          Name:            nfs-del
          Labels:          <none>
          Annotations:     pv.kubernetes.io/bound-by-controller: yes
          Finalizers:      [kubernetes.io/pv-protection]
          StorageClass:    nfs-common
          Status:          Failed
          Claim:           default/common
          Reclaim Policy:  Delete
          Access Modes:    RWX
          VolumeMode:      Filesystem
          Capacity:        20Gi
          Node Affinity:   <none>
          Message:         error getting deleter volume plugin for volume "nfs-del": no deletable volume plugin matched
          Source:
              Type:      NFS (an NFS mount that lasts the lifetime of a pod)
              Server:    192.0.2.10
              Path:      /export/common
              ReadOnly:  false
          Events:
            Type     Reason              Age   From                         Message
            ----     ------              ----  ----                         -------
            Warning  VolumeFailedDelete  50s   persistentvolume-controller  error getting deleter volume plugin for volume "nfs-del": no deletable volume plugin matched
          """))
  }
}
