// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// A pod in its world, and the volumes it gets or the FailedMount events it gets instead.
struct PublishingRow: Sendable, CustomTestStringConvertible {
  enum Answer: Sendable, Equatable {
    case publish([PlannedVolume.Source])
    case fail([String])
  }

  let name: String
  let pod: Pod
  let others: [Resource]
  let answer: Answer
  var testDescription: String { name }

  init(_ name: String, _ pod: Pod, _ others: [Resource], _ answer: Answer) {
    self.name = name
    self.pod = pod
    self.others = others
    self.answer = answer
  }

  static func unprocessed(_ error: String, volume: String = "data") -> Answer {
    .fail([
      "Unable to attach or mount volumes: unmounted volumes=[\(volume)], unattached volumes=[], failed to process "
        + "volumes=[\(volume)]: \(error)"
    ])
  }

  private static let user = PodWorld.pod(volumes: [PodWorld.claimVolume()])
  private static let data = PodWorld.claim()
  private static func pair(_ spec: JSONObject) -> [Resource] { PodWorld.bound(data, PodWorld.volume(spec: spec)) }
  private static func inline(_ source: JSONObject) -> Pod {
    PodWorld.pod(volumes: [JSONObject(source.members.map { ($0.key, $0.value) } + [("name", "v")])])
  }
  private static let affine = PodWorld.volume().changed { volume in
    let term: JSONValue = [
      "matchExpressions": [["key": "kubernetes.io/hostname", "operator": "In", "values": ["elsewhere"]]]
    ]
    volume.json.set(.array([term]), "spec", "nodeAffinity", "required", "nodeSelectorTerms")
  }

  static let rows: [PublishingRow] = [
    .init(
      "M1: a bound claim's volume is published", user, PodWorld.bound(data, PodWorld.volume()),
      .publish([.orlop(handle: "vol-1")])),
    .init(
      "M1: a volume that no container mounts is skipped",
      user.changed { $0.json.set([["name": "c"]], "spec", "containers") }, [], .publish([])),
    .init(
      "M2: the claim does not exist", user, [],
      unprocessed(
        #"error processing PVC default/data: failed to fetch PVC from API server: persistentvolumeclaims "data" not found"#
      )),
    .init(
      "M2: the claim is not bound", user, [Resource(data)],
      unprocessed("error processing PVC default/data: PVC is not bound")),
    .init(
      "M2: the volume is gone", user, [PodWorld.bound(data, PodWorld.volume())[0]],
      unprocessed(
        #"error processing PVC default/data: failed to fetch PV pv from API server: persistentvolumes "pv" not found"#)),
    .init(
      "M2: the volume points at nobody", user,
      [PodWorld.bound(data, PodWorld.volume())[0], Resource(PodWorld.volume())],
      unprocessed(
        "error processing PVC default/data: found PV object pv but it has a nil pv.Spec.ClaimRef indicating it is not "
          + "yet bound to the claim")),
    .init(
      "M2: the volume points at another claim", user,
      PodWorld.bound(data, PodWorld.volume()).map { object in
        object.changed { if $0.kind == .persistentVolume { $0.json.set("other", "spec", "claimRef", "uid") } }
      },
      unprocessed(
        "error processing PVC default/data: found PV object pv but its pv.Spec.ClaimRef.UID other does not point to "
          + "claim.UID uid-data")),
    .init(
      "T14: a claim that is being deleted, without its finalizer", user,
      PodWorld.bound(data.changed { $0.metadata.deletionTimestamp = PodWorld.now }, PodWorld.volume()),
      unprocessed("error processing PVC default/data: PVC is being deleted")),
    .init(
      "T14: a claim that is being deleted, with its finalizer", user,
      PodWorld.bound(
        data.changed {
          $0.metadata.deletionTimestamp = PodWorld.now
          $0.addFinalizer(WellKnown.claimProtection)
        }, PodWorld.volume()),
      .publish([.orlop(handle: "vol-1")])),
    .init(
      "M3: several volumes are named together",
      PodWorld.pod(volumes: [PodWorld.claimVolume("b", claim: "x"), PodWorld.claimVolume("a", claim: "y")]),
      [Resource(PodWorld.claim("x")), Resource(PodWorld.claim("y"))],
      .fail([
        "Unable to attach or mount volumes: unmounted volumes=[a b], unattached volumes=[], failed to process "
          + "volumes=[a b]: [error processing PVC default/x: PVC is not bound, error processing PVC default/y: PVC is not bound]"
      ])),
    .init(
      "M4: a block claim in volumeMounts", user,
      PodWorld.bound(data.changed { $0.json.set("Block", "spec", "volumeMode") }, PodWorld.volume()),
      unprocessed("volume data has volumeMode Block, but is specified in volumeMounts")),
    .init(
      "M4: a filesystem claim in volumeDevices",
      user.changed {
        $0.json.set(
          [["name": "c", "volumeDevices": [["name": "data", "devicePath": "/dev/x"]]]], "spec", "containers")
      }, PodWorld.bound(data, PodWorld.volume()),
      unprocessed("volume data has volumeMode Filesystem, but is specified in volumeDevices")),
    .init(
      "A raw block volume is refused, and the sentence says what to do instead",
      user.changed {
        $0.json.set(
          [["name": "c", "volumeDevices": [["name": "data", "devicePath": "/dev/x"]]]], "spec", "containers")
      }, PodWorld.bound(data.changed { $0.json.set("Block", "spec", "volumeMode") }, PodWorld.volume()),
      unprocessed(
        "volume data is a raw block volume, which Orlop does not publish yet; use a claim with volumeMode: Filesystem "
          + "and volumeMounts")),
    .init(
      "M8: the volume belongs on another node", user, PodWorld.bound(data, affine),
      .fail([#"MountVolume.NodeAffinity check failed for volume "pv" : no matching NodeSelectorTerms"#])),
    .init(
      "M9: another pod has the ReadWriteOncePod volume",
      user,
      PodWorld.bound(
        PodWorld.claim(modes: ["ReadWriteOncePod"]), PodWorld.volume(modes: ["ReadWriteOncePod"])) + [
          Resource(
            PodWorld.pod("zeta", volumes: [PodWorld.claimVolume()]).changed {
              $0.state(StatusCondition(.volumesReady, true), at: PodWorld.now)
            })
        ],
      .fail([
        #"MountVolume.SetUp failed for volume "pv" : volume uses the ReadWriteOncePod access mode and is already in use "#
          + "by another pod (zeta)"
      ])),
    .init(
      "M9: another pod has begun to get the ReadWriteOncePod volume",
      user,
      PodWorld.bound(
        PodWorld.claim(modes: ["ReadWriteOncePod"]), PodWorld.volume(modes: ["ReadWriteOncePod"])) + [
          Resource(PodWorld.pod("zeta", volumes: [PodWorld.claimVolume()]).publishing(at: PodWorld.now))
        ],
      .fail([
        #"MountVolume.SetUp failed for volume "pv" : volume uses the ReadWriteOncePod access mode and is already in use "#
          + "by another pod (zeta)"
      ])),
    .init(
      "M10: another pod has the ReadWriteOnce volume, which is no obstacle", user,
      PodWorld.bound(data, PodWorld.volume()) + [
        Resource(
          PodWorld.pod("zeta", volumes: [PodWorld.claimVolume()]).changed {
            $0.state(StatusCondition(.volumesReady, true), at: PodWorld.now)
          })
      ], .publish([.orlop(handle: "vol-1")])),
    .init(
      "M12: a hostPath volume takes no mount options", user,
      pair(["hostPath": ["path": "/srv"], "mountOptions": ["ro"]]),
      .fail([
        #"MountVolume.MountOptionSupport check failed for volume "pv" : mount options are not supported for this volume type"#
      ])),
    .init(
      "M13: a hostPath volume, with its type", user, pair(["hostPath": ["path": "/srv", "type": "Directory"]]),
      .publish([.hostPath(path: "/srv", type: "Directory")])),
    .init("M14: a local volume", user, pair(["local": ["path": "/disk"]]), .publish([.local(path: "/disk")])),
    .init(
      "M16: an NFS volume", user, pair(["nfs": ["server": "n", "path": "/e"]]),
      .publish([.nfs(server: "n", path: "/e")])),
    .init(
      "A volume of another CSI driver is refused", user, pair(["csi": ["driver": "x.io", "volumeHandle": "h"]]),
      .fail([
        #"MountVolume.MountDevice failed for volume "pv" : driver name x.io not found in the list of registered CSI drivers"#
      ])),
    .init("An emptyDir is served", inline(["emptyDir": [:]]), [], .publish([.emptyDir])),
    .init(
      "M13: an inline hostPath is served", inline(["hostPath": ["path": "/var/log", "type": "DirectoryOrCreate"]]), [],
      .publish([.hostPath(path: "/var/log", type: "DirectoryOrCreate")])),
    .init("A configMap holds nobody up", inline(["configMap": ["name": "x"]]), [], .publish([])),
    .init(
      "An unknown inline source is named", inline(["gitRepo": ["repository": "x"]]), [],
      .fail([
        #"MountVolume.SetUp failed for volume "v" : Orlop publishes claims, emptyDir, hostPath and nfs, not volumes of "#
          + "type gitRepo"
      ])),
    .init(
      "M22: an ephemeral volume's claim that belongs to somebody else",
      PodWorld.pod(volumes: [["name": "scratch", "ephemeral": [:]]]),
      PodWorld.bound(PodWorld.claim("web-scratch"), PodWorld.volume()),
      unprocessed(
        "error processing PVC default/web-scratch: PVC default/web-scratch was not created for pod default/web (pod is "
          + "not owner)", volume: "scratch")),
  ]
}
