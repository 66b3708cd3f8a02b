// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Validation of volumes")
struct VolumeValidationTests {
  static let frame = "capacity: {storage: 1Gi}, accessModes: [ReadWriteOnce]"
  static let affinity =
    "nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: kubernetes.io/hostname, operator: In, values: [n1]}]}]}}"

  private static func volume(metadata: String = "name: pv1", spec: String) -> String {
    "apiVersion: v1\nkind: PersistentVolume\nmetadata: {\(metadata)}\nspec: {\(spec)}\n"
  }

  private func check(_ row: Row, _ text: String) throws {
    let verdict = try Verdict.create(text)
    #expect(row.matches(verdict.causes), "\(verdict.causes)")
  }

  @Test(
    "Capacity and modes",
    arguments: [
      Row(
        "no capacity (V28)", "accessModes: [ReadWriteOnce]", "spec.capacity: Required value",
        "spec.capacity: Unsupported value: null: supported values: \"storage\""),
      Row(
        "two resources (V28)", "capacity: {storage: 1Gi, cpu: 1}, accessModes: [ReadWriteOnce]",
        "spec.capacity: Unsupported value: {\"cpu\":\"1\",\"storage\":\"1Gi\"}: supported values: \"storage\""),
      Row(
        "another resource (V28)", "capacity: {cpu: 1}, accessModes: [ReadWriteOnce]", "spec.capacity: Unsupported value"
      ),
      Row(
        "zero (V29)", "capacity: {storage: 0}, accessModes: [ReadWriteOnce]",
        "spec.capacity[storage]: Invalid value: \"0\": must be greater than zero"),
      Row(
        "less than nothing (V29)", "capacity: {storage: -1}, accessModes: [ReadWriteOnce]",
        "spec.capacity[storage]: Invalid value: -1: must be a valid resource quantity",
        "spec.capacity[storage]: Invalid value: \"-1\": must be greater than zero"),
      Row("no modes (V30)", "capacity: {storage: 1Gi}", "spec.accessModes: Required value"),
      Row(
        "an unknown mode (V30)", "capacity: {storage: 1Gi}, accessModes: [RWX]",
        "spec.accessModes: Unsupported value: \"RWX\""),
      Row(
        "ReadWriteOncePod and another (V30)", "capacity: {storage: 1Gi}, accessModes: [ReadWriteOncePod, ReadOnlyMany]",
        "spec.accessModes: Forbidden"),
    ])
  func frame(row: Row) throws { try check(row, Self.volume(spec: row.text + ", hostPath: {path: /tmp/x}")) }

  @Test(
    "Sources on a host",
    arguments: [
      Row("none (V31)", "volumeMode: Filesystem", "spec: Required value: must specify a volume type"),
      Row(
        "two (V31)", "nfs: {server: s, path: /e}, hostPath: {path: /a}",
        "spec.nfs: Forbidden: may not specify more than 1 volume type"),
      Row(
        "two, the other way round (V31)", "csi: {driver: d, volumeHandle: h}, nfs: {server: s, path: /e}",
        "spec.csi: Forbidden"),
      Row("a hostPath without path (V32)", "hostPath: {}", "spec.hostPath.path: Required value"),
      Row(
        "a hostPath with .. (V32)", "hostPath: {path: /tmp/../etc}",
        "spec.hostPath.path: Invalid value: \"/tmp/../etc\": must not contain '..'"),
      Row("dots that are no .. (V32)", "hostPath: {path: /tmp/..a/b..}"),
      Row("a relative hostPath (V32)", "hostPath: {path: tmp}"),
      Row(
        "an unknown type (V32)", "hostPath: {path: /a, type: Dir}",
        "spec.hostPath.type: Unsupported value: \"Dir\": supported values: \"\", \"BlockDevice\", \"CharDevice\", \"Directory\", \"DirectoryOrCreate\", \"File\", \"FileOrCreate\", \"Socket\""
      ),
      Row(
        "local without affinity (V33)", "local: {path: /a}",
        "spec.nodeAffinity: Required value: Local volume requires node affinity"),
      Row("local without path (V33)", "local: {}, \(affinity)", "spec.local.path: Required value"),
      Row(
        "local with .. (V33)", "local: {path: ../a}, \(affinity)",
        "spec.local.path: Invalid value: \"../a\": must not contain '..'"),
      Row("a good local volume (V33)", "local: {path: /a}, \(affinity)"),
    ])
  func hostSources(row: Row) throws { try check(row, Self.volume(spec: Self.frame + ", " + row.text)) }

  @Test(
    "Sources on a network",
    arguments: [
      Row("nfs without server (V34)", "nfs: {path: /e}", "spec.nfs.server: Required value"),
      Row(
        "nfs without path (V34)", "nfs: {server: s}", "spec.nfs.path: Required value",
        "spec.nfs.path: Invalid value: \"\": must be an absolute path"),
      Row(
        "nfs with a relative path (V34)", "nfs: {server: s, path: e}",
        "spec.nfs.path: Invalid value: \"e\": must be an absolute path"),
      Row(
        "csi without driver (V35)", "csi: {volumeHandle: h}", "spec.csi.driver: Required value",
        "spec.csi.driver: Invalid value: \"\""),
      Row("csi without handle (V35)", "csi: {driver: d}", "spec.csi.volumeHandle: Required value"),
      Row(
        "a driver of 64 bytes (V35)", "csi: {driver: \(String(repeating: "d", count: 64)), volumeHandle: h}",
        "spec.csi.driver: Too long: may not be more than 63 bytes"),
      Row("a driver in capitals (V35)", "csi: {driver: CSI.example.com, volumeHandle: h}"),
      Row(
        "a driver with a blank (V35)", "csi: {driver: a b, volumeHandle: h}", "spec.csi.driver: Invalid value: \"a b\""),
      Row(
        "a secret without namespace (V35)", "csi: {driver: d, volumeHandle: h, nodePublishSecretRef: {name: s}}",
        "spec.csi.nodePublishSecretRef.namespace: Required value"),
      Row(
        "a secret without name (V35)", "csi: {driver: d, volumeHandle: h, controllerExpandSecretRef: {namespace: ns}}",
        "spec.csi.controllerExpandSecretRef.name: Required value"),
      Row("iscsi", "iscsi: {targetPortal: a, iqn: \"iqn.2020-01.com.example:a\", lun: 0}"),
      Row(
        "iscsi without anything", "iscsi: {}", "spec.iscsi.targetPortal: Required value",
        "spec.iscsi.iqn: Required value"),
      Row(
        "iscsi with bad values", "iscsi: {targetPortal: a, iqn: x, lun: 256, chapAuthSession: true}",
        "spec.iscsi.iqn: Invalid value: \"x\"",
        "spec.iscsi.lun: Invalid value: 256: must be between 0 and 255, inclusive",
        "spec.iscsi.secretRef: Required value"),
      Row("rbd without anything", "rbd: {}", "spec.rbd.monitors: Required value", "spec.rbd.image: Required value"),
      Row("cephfs without monitors", "cephfs: {}", "spec.cephfs.monitors: Required value"),
      Row(
        "cephfs as the second one", "cephfs: {monitors: [a]}, rbd: {monitors: [a], image: b}", "spec.cephFS: Forbidden"),
      Row(
        "glusterfs", "glusterfs: {endpointsNamespace: \"\"}", "spec.glusterfs.endpoints: Required value",
        "spec.glusterfs.path: Required value", "spec.glusterfs.endpointsNamespace: Invalid value"),
      Row("flocker", "flocker: {}", "spec.flocker: Required value: one of datasetName and datasetUUID is required"),
      Row(
        "flocker with both", "flocker: {datasetName: a/b, datasetUUID: c}", "spec.flocker: Invalid value",
        "spec.flocker.datasetName: Invalid value: \"a/b\": must not contain '/'"),
      Row(
        "quobyte", "quobyte: {registry: a, volume: v}",
        "spec.quobyte.registry: Invalid value: \"a\": must be a host:port pair"),
      Row("quobyte with two registries", "quobyte: {registry: \"a:1,[::1]:2\", volume: v}"),
      Row("fc", "fc: {}", "spec.fc.targetWWNs: Required value"),
      Row(
        "fc without lun", "fc: {targetWWNs: [a]}",
        "spec.fc.lun: Required value: lun is required if targetWWNs is specified"),
      Row(
        "cinder", "cinder: {secretRef: {}}", "spec.cinder.volumeID: Required value",
        "spec.cinder.secretRef.name: Required value", "spec.cinder.secretRef.namespace: Required value"),
      Row(
        "a disk of gce", "gcePersistentDisk: {partition: 256}", "spec.persistentDisk.pdName: Required value",
        "spec.persistentDisk.partition: Invalid value: 256"),
      Row("a disk of aws", "awsElasticBlockStore: {}", "spec.awsElasticBlockStore.volumeID: Required value"),
      Row(
        "flexVolume", "flexVolume: {options: {kubernetes.io/x: z}}", "spec.flexVolume.driver: Required value",
        "spec.flexVolume.options[kubernetes.io/x]: Invalid value"),
      Row(
        "azureFile", "azureFile: {secretNamespace: \"\"}", "spec.azureFile.secretName: Required value",
        "spec.azureFile.shareName: Required value", "spec.azureFile.secretNamespace: Required value"),
      Row("azureDisk", "azureDisk: {diskName: a, diskURI: b}", "spec.azureDisk.diskURI: Unsupported value: \"b\""),
      Row("vsphereVolume", "vsphereVolume: {}", "spec.vsphereVolume.volumePath: Required value"),
      Row("photonPersistentDisk", "photonPersistentDisk: {}", "spec.photonPersistentDisk.pdID: Required value"),
      Row("portworxVolume", "portworxVolume: {}", "spec.portworxVolume.volumeID: Required value"),
      Row(
        "scaleIO", "scaleIO: {}", "spec.scaleIO.gateway: Required value", "spec.scaleIO.system: Required value",
        "spec.scaleIO.volumeName: Required value"),
      Row("storageos", "storageos: {volumeName: A}", "spec.storageos.volumeName: Invalid value: \"A\""),
    ])
  func networkSources(row: Row) throws { try check(row, Self.volume(spec: Self.frame + ", " + row.text)) }

  @Test(
    "What else a volume says",
    arguments: [
      Row(
        "an unknown policy (V36)", "persistentVolumeReclaimPolicy: Keep, hostPath: {path: /a}",
        "spec.persistentVolumeReclaimPolicy: Unsupported value: \"Keep\": supported values: \"Delete\", \"Recycle\", \"Retain\""
      ),
      Row(
        "recycling the root (V36)", "persistentVolumeReclaimPolicy: Recycle, hostPath: {path: //.//}",
        "spec.persistentVolumeReclaimPolicy: Forbidden: may not be 'recycle' for a hostPath mount of '/'"),
      Row("recycling a directory (V36)", "persistentVolumeReclaimPolicy: Recycle, hostPath: {path: /a}"),
      Row(
        "affinity without required (V37)", "nodeAffinity: {}, hostPath: {path: /a}",
        "spec.nodeAffinity.required: Required value: must specify required node constraints"),
      Row(
        "affinity without terms (V37)", "nodeAffinity: {required: {nodeSelectorTerms: []}}, hostPath: {path: /a}",
        "spec.nodeAffinity.required.nodeSelectorTerms: Required value: must have at least one node selector term"),
      Row(
        "an unknown operator (V37)",
        "nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Is}]}]}}, hostPath: {path: /a}",
        "spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].operator: Invalid value: \"Is\""),
      Row(
        "Gt without value (V37)",
        "nodeAffinity: {required: {nodeSelectorTerms: [{matchExpressions: [{key: a, operator: Gt}]}]}}, hostPath: {path: /a}",
        "spec.nodeAffinity.required.nodeSelectorTerms[0].matchExpressions[0].values: Required value: must be specified single value"
      ),
      Row(
        "a field that is none (V37)",
        "nodeAffinity: {required: {nodeSelectorTerms: [{matchFields: [{key: spec.x, operator: In, values: [a]}]}]}}, hostPath: {path: /a}",
        "spec.nodeAffinity.required.nodeSelectorTerms[0].matchFields[0].key: Invalid value: \"spec.x\": not a valid field selector key"
      ),
      Row("mount options (V38)", "mountOptions: [ro], hostPath: {path: /a}"),
      Row(
        "an attributes class without csi (V39)", "volumeAttributesClassName: a, hostPath: {path: /a}",
        "spec.csi: Required value: has to be specified when using volumeAttributesClassName"),
      Row(
        "an empty attributes class (V39)", "volumeAttributesClassName: \"\", csi: {driver: d, volumeHandle: h}",
        "spec.volumeAttributesClassName: Required value: an empty string is disallowed"),
      Row("a claim by name only (V40)", "claimRef: {name: c}, hostPath: {path: /a}"),
      Row("an empty claim (V40)", "claimRef: {}, hostPath: {path: /a}"),
      Row("a claim of another kind (V40)", "claimRef: {kind: Pod, apiVersion: x, name: \"A B\"}, hostPath: {path: /a}"),
      Row(
        "a bad class (V17)", "storageClassName: A, hostPath: {path: /a}", "spec.storageClassName: Invalid value: \"A\""),
      Row(
        "an unknown mode (V16)", "volumeMode: raw, hostPath: {path: /a}", "spec.volumeMode: Unsupported value: \"raw\""),
    ])
  func rest(row: Row) throws { try check(row, Self.volume(spec: Self.frame + ", " + row.text)) }

  @Test(
    "Mount options in the old annotation (V38)",
    arguments: [
      Row(
        "a hostPath", "hostPath: {path: /a}",
        "metadata.annotations.volume.beta.kubernetes.io/mount-options: Forbidden: may not specify mount options for this volume type"
      ),
      Row(
        "csi", "csi: {driver: d, volumeHandle: h}",
        "metadata.annotations.volume.beta.kubernetes.io/mount-options: Forbidden"),
      Row("nfs", "nfs: {server: s, path: /e}"),
    ])
  func annotation(row: Row) throws {
    let metadata = "name: a, annotations: {volume.beta.kubernetes.io/mount-options: ro}"
    try check(row, Self.volume(metadata: metadata, spec: Self.frame + ", " + row.text))
  }

  @Test("Defaults are stored, the namespace and the status are dropped (V4, V5, V36)")
  func stored() throws {
    let text = Self.volume(metadata: "name: a, namespace: b", spec: Self.frame + ", hostPath: {path: /a}, claimRef: {}")
    let object = try Verdict.create(text + "status: {phase: Available}\n").object
    #expect(object.object("metadata") == ["name": "a"])
    #expect(object.object("status") == ["phase": "Pending"])
    #expect(
      object.object("spec") == [
        "accessModes": ["ReadWriteOnce"], "capacity": ["storage": "1Gi"], "claimRef": [:],
        "hostPath": ["path": "/a", "type": ""], "persistentVolumeReclaimPolicy": "Retain", "volumeMode": "Filesystem",
      ])
  }
}
