// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

@Suite struct DescribeClaimTests {
  @Test("A class without an expansion says unset (O8)") func thinClass() throws {
    let thin = try storageClass(
      "thin",
      #"{"provisioner": "kubernetes.io/vsphere-volume", "parameters": {"diskformat": "thin", "fsType": "ext3"}}"#)
    #expect(
      describe(thin)
        == lines(
          """
          Name:                  thin
          IsDefaultClass:        No
          Annotations:           <none>
          Provisioner:           kubernetes.io/vsphere-volume
          Parameters:            diskformat=thin,fsType=ext3
          AllowVolumeExpansion:  <unset>
          MountOptions:          <none>
          ReclaimPolicy:         Delete
          VolumeBindingMode:     Immediate
          Events:                <none>
          """))
  }

  @Test("A migrated claim tells its annotations and how often it waited (O5, EV30)") func waitingClaim() throws {
    let waiting = try claim(
      "pvcsc001", spec: #"{"storageClassName": "thin"}"#,
      metadata: """
        {"annotations": {"pv.kubernetes.io/migrated-to": "csi.vsphere.vmware.com",
          "volume.beta.kubernetes.io/storage-provisioner": "csi.vsphere.vmware.com",
          "volume.kubernetes.io/storage-provisioner": "csi.vsphere.vmware.com"}}
        """)
    let repeated = try event(
      of: waiting, "Normal", "ExternalProvisioning", from: "persistentvolume-controller", first: 51, last: 51, count: 3,
      "Waiting for a volume to be created either by the external provisioner 'csi.vsphere.vmware.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
    )
    #expect(
      describe(waiting, events: [repeated])
        == lines(
          """
          Name:          pvcsc001
          Namespace:     default
          StorageClass:  thin
          Status:        Pending
          Volume:
          Labels:        <none>
          Annotations:   pv.kubernetes.io/migrated-to: csi.vsphere.vmware.com
                         volume.beta.kubernetes.io/storage-provisioner: csi.vsphere.vmware.com
                         volume.kubernetes.io/storage-provisioner: csi.vsphere.vmware.com
          Finalizers:    [kubernetes.io/pvc-protection]
          Capacity:
          Access Modes:
          VolumeMode:    Filesystem
          Used By:       <none>
          Events:
            Type    Reason                Age                From                         Message
            ----    ------                ----               ----                         -------
            Normal  ExternalProvisioning  51s (x3 over 51s)  persistentvolume-controller  Waiting for a volume to be created either by the external provisioner 'csi.vsphere.vmware.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.
          """))
  }

  @Test("A provisioned claim tells what happened, in order (O5)") func provisionedClaim() throws {
    let bound = try boundClaim(
      "pvcsc001", to: dynamicVolume, "390625Ki", mode: "ReadWriteOnce", spec: #"{"storageClassName": "thin"}"#
    ).with(
      """
      {"metadata": {"annotations": {"volume.beta.kubernetes.io/storage-provisioner": "storage.example.com",
        "volume.kubernetes.io/storage-provisioner": "storage.example.com"}}}
      """)
    let events = [
      try event(
        of: bound, "Normal", "ProvisioningSucceeded", from: "storage.example.com_node1_7f3c", first: 58,
        "Successfully provisioned volume \(dynamicVolume)"),
      try event(
        of: bound, "Normal", "ExternalProvisioning", from: "persistentvolume-controller", first: 60,
        "Waiting for a volume to be created either by the external provisioner 'storage.example.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered."
      ),
      try event(
        of: bound, "Normal", "Provisioning", from: "storage.example.com_node1_7f3c", first: 59,
        #"External provisioner is provisioning volume for claim "default/pvcsc001""#),
    ]
    #expect(
      describe(bound, events: events)
        == lines(
          """
          Name:          pvcsc001
          Namespace:     default
          StorageClass:  thin
          Status:        Bound
          Volume:        pvc-0c3d7a6e-5b0e-4a53-9a43-3f0d5f6a7b11
          Labels:        <none>
          Annotations:   pv.kubernetes.io/bind-completed: yes
                         pv.kubernetes.io/bound-by-controller: yes
                         volume.beta.kubernetes.io/storage-provisioner: storage.example.com
                         volume.kubernetes.io/storage-provisioner: storage.example.com
          Finalizers:    [kubernetes.io/pvc-protection]
          Capacity:      390625Ki
          Access Modes:  RWO
          VolumeMode:    Filesystem
          Used By:       <none>
          Events:
            Type    Reason                 Age   From                            Message
            ----    ------                 ----  ----                            -------
            Normal  ExternalProvisioning   60s   persistentvolume-controller     Waiting for a volume to be created either by the external provisioner 'storage.example.com' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.
            Normal  Provisioning           59s   storage.example.com_node1_7f3c  External provisioner is provisioning volume for claim "default/pvcsc001"
            Normal  ProvisioningSucceeded  58s   storage.example.com_node1_7f3c  Successfully provisioned volume pvc-0c3d7a6e-5b0e-4a53-9a43-3f0d5f6a7b11
          """))
  }

  @Test("A claim that waits for its first consumer says so (W2)") func lazyClaim() throws {
    let lazy = try claim("lazy", spec: #"{"storageClassName": "local-wait"}"#)
    let repeated = try event(
      of: lazy, "Normal", "WaitForFirstConsumer", from: "persistentvolume-controller", first: 11, last: 11, count: 5,
      "waiting for first consumer to be created before binding")
    #expect(
      describe(lazy, events: [repeated])
        == lines(
          """
          Name:          lazy
          Namespace:     default
          StorageClass:  local-wait
          Status:        Pending
          Volume:
          Labels:        <none>
          Annotations:   <none>
          Finalizers:    [kubernetes.io/pvc-protection]
          Capacity:
          Access Modes:
          VolumeMode:    Filesystem
          Used By:       <none>
          Events:
            Type    Reason                Age                From                         Message
            ----    ------                ----               ----                         -------
            Normal  WaitForFirstConsumer  11s (x5 over 11s)  persistentvolume-controller  waiting for first consumer to be created before binding
          """))
  }

  @Test("A claim without a volume and a class tells why (EV1)") func otherClaim() throws {
    let other = try claim("otherclaim")
    let repeated = try event(
      of: other, "Normal", "FailedBinding", from: "persistentvolume-controller", first: 11, last: 11, count: 2,
      "no persistent volumes available for this claim and no storage class is set")
    #expect(
      describe(other, events: [repeated])
        == lines(
          """
          Name:          otherclaim
          Namespace:     default
          StorageClass:
          Status:        Pending
          Volume:
          Labels:        <none>
          Annotations:   <none>
          Finalizers:    [kubernetes.io/pvc-protection]
          Capacity:
          Access Modes:
          VolumeMode:    Filesystem
          Used By:       <none>
          Events:
            Type    Reason         Age                From                         Message
            ----    ------         ----               ----                         -------
            Normal  FailedBinding  11s (x2 over 11s)  persistentvolume-controller  no persistent volumes available for this claim and no storage class is set
          """))
  }

  @Test("A shared claim names its pods (O6)") func sharedClaim() throws {
    let shared = try boundClaim("shared", to: "shared-nfs", "10Gi", mode: "ReadWriteMany")
    let pods = try ["web-3", "web-1", "web-2"].map { try user($0, of: "shared") }
    let others = [try user("other", of: "another"), try user("elsewhere", of: "shared", namespace: "team-b")]
    #expect(
      describe(shared, pods: pods + others)
        == lines(
          """
          Name:          shared
          Namespace:     default
          StorageClass:
          Status:        Bound
          Volume:        shared-nfs
          Labels:        <none>
          Annotations:   pv.kubernetes.io/bind-completed: yes
                         pv.kubernetes.io/bound-by-controller: yes
          Finalizers:    [kubernetes.io/pvc-protection]
          Capacity:      10Gi
          Access Modes:  RWX
          VolumeMode:    Filesystem
          Used By:       web-1
                         web-2
                         web-3
          Events:        <none>
          """))
  }

  @Test("A claim that is being deleted tells how long (O5)") func terminatingClaim() throws {
    let going = try boundClaim("shared", to: "shared-nfs", "10Gi", mode: "ReadWriteMany")
      .with(#"{"metadata": {"deletionTimestamp": "\#(ago(21))"}}"#)
    #expect(
      describe(going, pods: [try user("web-1", of: "shared")])
        == lines(
          """
          Name:          shared
          Namespace:     default
          StorageClass:
          Status:        Terminating (lasts 21s)
          Volume:        shared-nfs
          Labels:        <none>
          Annotations:   pv.kubernetes.io/bind-completed: yes
                         pv.kubernetes.io/bound-by-controller: yes
          Finalizers:    [kubernetes.io/pvc-protection]
          Capacity:      10Gi
          Access Modes:  RWX
          VolumeMode:    Filesystem
          Used By:       web-1
          Events:        <none>
          """))
  }

  @Test("A claim whose volume is taken warns (EV2)") func namedClaim() throws {
    let named = try claim("named", spec: #"{"volumeName": "pv-a"}"#)
    let repeated = try event(
      of: named, "Warning", "FailedBinding", from: "persistentvolume-controller", first: 11, last: 11, count: 4,
      #"volume "pv-a" already bound to a different claim."#)
    #expect(
      describe(named, events: [repeated])
        == lines(
          """
          Name:          named
          Namespace:     default
          StorageClass:
          Status:        Pending
          Volume:        pv-a
          Labels:        <none>
          Annotations:   <none>
          Finalizers:    [kubernetes.io/pvc-protection]
          Capacity:      0
          Access Modes:
          VolumeMode:    Filesystem
          Used By:       <none>
          Events:
            Type     Reason         Age                From                         Message
            ----     ------         ----               ----                         -------
            Warning  FailedBinding  11s (x4 over 11s)  persistentvolume-controller  volume "pv-a" already bound to a different claim.
          """))
  }

  @Test("A lost claim warns (EV6)") func lostClaim() throws {
    let lost = try claim(
      "lost", spec: #"{"volumeName": "pv-gone"}"#, status: #"{"phase": "Lost"}"#,
      metadata: """
        {"annotations": {"pv.kubernetes.io/bind-completed": "yes", "pv.kubernetes.io/bound-by-controller": "yes"}}
        """)
    let event = try event(
      of: lost, "Warning", "ClaimLost", from: "persistentvolume-controller", first: 51,
      "Bound claim has lost its PersistentVolume. Data on the volume is lost!")
    #expect(
      describe(lost, events: [event])
        == lines(
          """
          Name:          lost
          Namespace:     default
          StorageClass:
          Status:        Lost
          Volume:        pv-gone
          Labels:        <none>
          Annotations:   pv.kubernetes.io/bind-completed: yes
                         pv.kubernetes.io/bound-by-controller: yes
          Finalizers:    [kubernetes.io/pvc-protection]
          Capacity:      0
          Access Modes:
          VolumeMode:    Filesystem
          Used By:       <none>
          Events:
            Type     Reason     Age   From                         Message
            ----     ------     ----  ----                         -------
            Warning  ClaimLost  51s   persistentvolume-controller  Bound claim has lost its PersistentVolume. Data on the volume is lost!
          """))
  }

  @Test("A claim bound without a class object names its class (B20)") func logsClaim() throws {
    let logs = try boundClaim(
      "logs", to: "logs-pv", "500Mi", mode: "ReadWriteMany", spec: #"{"storageClassName": "manual"}"#)
    #expect(
      describe(logs, pods: [try user("app", of: "logs")])
        == lines(
          """
          Name:          logs
          Namespace:     default
          StorageClass:  manual
          Status:        Bound
          Volume:        logs-pv
          Labels:        <none>
          Annotations:   pv.kubernetes.io/bind-completed: yes
                         pv.kubernetes.io/bound-by-controller: yes
          Finalizers:    [kubernetes.io/pvc-protection]
          Capacity:      500Mi
          Access Modes:  RWX
          VolumeMode:    Filesystem
          Used By:       app
          Events:        <none>
          """))
  }

  @Test("A claim over NFS names both pods (O6)") func commonClaim() throws {
    let common = try boundClaim(
      "common", to: "common-nfs", "20Gi", mode: "ReadWriteMany", spec: #"{"storageClassName": "nfs-common"}"#)
    let pods = [try user("reader-a", of: "common"), try user("writer-b", of: "common")]
    #expect(
      describe(common, pods: pods)
        == lines(
          """
          Name:          common
          Namespace:     default
          StorageClass:  nfs-common
          Status:        Bound
          Volume:        common-nfs
          Labels:        <none>
          Annotations:   pv.kubernetes.io/bind-completed: yes
                         pv.kubernetes.io/bound-by-controller: yes
          Finalizers:    [kubernetes.io/pvc-protection]
          Capacity:      20Gi
          Access Modes:  RWX
          VolumeMode:    Filesystem
          Used By:       reader-a
                         writer-b
          Events:        <none>
          """))
  }
}
