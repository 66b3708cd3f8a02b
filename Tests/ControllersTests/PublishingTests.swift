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

@Suite("Publishing pods (M)") struct PublishingTests {
  private let publisher = PodPublisher(node: PodWorld.node)

  private func decide(_ pod: Pod, _ others: [Resource] = []) -> Decision {
    publisher.decide(pod.key, in: PodWorld.of(others + [Resource(pod)]), at: PodWorld.now)
  }

  private func planned(_ decision: Decision) -> PublishPlan? {
    guard case .perform(.publish(let plan)) = decision.steps.first else { return nil }
    return plan
  }

  @Test("What a pod's volumes come to", arguments: PublishingRow.rows)
  func table(_ row: PublishingRow) throws {
    let decision = decide(row.pod, row.others)
    switch row.answer {
    case .publish(let sources): #expect(planned(decision)?.volumes.map(\.source) == sources, "\(decision)")
    case .fail(let messages):
      #expect(planned(decision) == nil)
      #expect(PodWorld.messages("FailedMount", in: decision.steps) == messages)
      guard case .updateStatus(let object) = decision.steps.first else {
        Issue.record("the status is not written")
        return
      }
      let pod = Pod(json: object.json)
      #expect(pod.phase == "Pending" && !pod.isPublished)
      #expect(pod.message(of: .volumesReady) == messages.joined(separator: "; "))
      #expect(
        pod.json.objects("status", "containerStatuses").first?.string("state", "waiting", "reason")
          == "ContainerCreating")
      #expect(decide(pod, row.others).steps.isEmpty, "the same is not told twice")
    }
  }

  @Test("Read-only comes from the pod's claim or the container's mount, never from the volume's source (M11)")
  func readOnly() throws {
    let pod = PodWorld.pod(volumes: [
      PodWorld.claimVolume("a", claim: "x", readOnly: true), PodWorld.claimVolume("b", claim: "x"),
      ["name": "n", "nfs": ["server": "s", "path": "/", "readOnly": true]],
    ]).changed { pod in
      pod.json.set(
        [
          [
            "name": "c",
            "volumeMounts": [
              ["name": "a", "mountPath": "/a"], ["name": "b", "mountPath": "/b"],
              ["name": "b", "mountPath": "/br", "readOnly": true], ["name": "n", "mountPath": "/n"],
            ],
          ]
        ], "spec", "containers")
    }
    let volume = PodWorld.volume(
      modes: ["ReadOnlyMany"], spec: ["nfs": ["server": "s", "path": "/", "readOnly": true]])
    let plan = try #require(planned(decide(pod, PodWorld.bound(PodWorld.claim("x"), volume))))
    #expect(plan.volumes.map(\.isReadOnly) == [true, false, true])
    #expect(plan.mounts.map(\.isReadOnly) == [true, false, true, true])
  }

  @Test("A subPath is passed on; a subPathExpr is refused by name (M18)")
  func subPaths() throws {
    var pod = PodWorld.pod(volumes: [["name": "e", "emptyDir": [:]]])
    pod.json.set(
      [["name": "c", "volumeMounts": [["name": "e", "mountPath": "/x", "subPath": "a/b"]]]], "spec", "initContainers")
    let plan = try #require(planned(decide(pod)))
    #expect(plan.mounts.map(\.subPath) == ["a/b", ""])
    pod.json.set(
      [["name": "c", "volumeMounts": [["name": "e", "mountPath": "/x", "subPathExpr": "$(A)"]]]], "spec", "containers")
    #expect(
      PodWorld.messages("FailedMount", in: decide(pod).steps) == [
        #"MountVolume.SetUp failed for volume "e" : container c: subPathExpr is not served here; write subPath instead"#
      ])
  }

  @Test("The pod's user and groups go with the plan (M17)")
  func owner() throws {
    let pod = PodWorld.pod(volumes: []).changed {
      $0.json.set(["runAsUser": 1000, "runAsGroup": 2000, "fsGroup": 3000], "spec", "securityContext")
    }
    let plan = try #require(planned(decide(pod)))
    #expect([plan.user, plan.group, plan.fsGroup] == [1000, 3000, 3000])
  }

  @Test("A published pod is Running, says what was left out, and is left alone (M20)")
  func running() throws {
    let pod = PodWorld.pod(volumes: [["name": "e", "emptyDir": [:]], ["name": "cfg", "configMap": ["name": "x"]]])
    let world = PodWorld.of([Resource(pod)])
    let plan = try #require(planned(publisher.decide(pod.key, in: world, at: PodWorld.now)))
    let after = publisher.followUp(.publish(plan), .done, on: pod.key, in: world, at: PodWorld.now)
    guard case .updateStatus(let object) = after.steps.first else {
      Issue.record("the status is not written")
      return
    }
    let running = Pod(json: object.json)
    #expect(running.phase == "Running" && running.isPublished && running.isReady)
    #expect(running.message(of: .volumesReady) == "not served here, and empty: cfg (configMap)")
    #expect(decide(running).steps.isEmpty)
  }

  @Test("A failed mount is told with the volume's name, and tried again (M7)")
  func failure() throws {
    let pod = PodWorld.pod(volumes: [PodWorld.claimVolume()])
    let world = PodWorld.of([Resource(pod)] + PodWorld.bound(PodWorld.claim(), PodWorld.volume()))
    let plan = try #require(planned(publisher.decide(pod.key, in: world, at: PodWorld.now)))
    let outcome = Outcome.failed(EffectFailure(.final, "no free loop device"))
    let after = publisher.followUp(.publish(plan), outcome, on: pod.key, in: world, at: PodWorld.now)
    #expect(after.retries)
    #expect(
      PodWorld.messages("FailedMount", in: after.steps) == [
        #"MountVolume.SetUp failed for volume "pv" : no free loop device"#
      ])
  }

  @Test("A pod that is being deleted is unpublished first and goes then (M5)")
  func deletion() {
    let pod = PodWorld.pod(volumes: []).changed { $0.metadata.deletionTimestamp = PodWorld.now }
    let world = PodWorld.of([Resource(pod)])
    let unpublish = Effect.unpublish(pod: pod.key, uid: pod.uid)
    #expect(decide(pod).steps == [.perform(unpublish)])
    let done = publisher.followUp(unpublish, .done, on: pod.key, in: world, at: PodWorld.now)
    #expect(done.steps == [.remove(pod.key, uid: pod.uid)])
    let busy = Outcome.failed(EffectFailure(.inUse, "/x is busy"))
    let failed = publisher.followUp(unpublish, busy, on: pod.key, in: world, at: PodWorld.now)
    #expect(PodWorld.messages("FailedUnmount", in: failed.steps) == ["/x is busy"])
    #expect(failed.retries)
  }

  @Test("A finished pod's mounts go, the pod stays (M5, T3)")
  func finished() {
    let pod = PodWorld.pod(volumes: []).changed {
      $0.state(StatusCondition(.volumesReady, true), at: PodWorld.now)
      $0.phase = "Succeeded"
    }
    let unpublish = Effect.unpublish(pod: pod.key, uid: pod.uid)
    #expect(decide(pod).steps == [.perform(unpublish)])
    let after = publisher.followUp(unpublish, .done, on: pod.key, in: PodWorld.of([Resource(pod)]), at: PodWorld.now)
    guard case .updateStatus(let object) = after.steps.first else {
      Issue.record("the status is not written")
      return
    }
    #expect(Pod(json: object.json).phase == "Succeeded")
    #expect(decide(Pod(json: object.json)).steps.isEmpty)
  }

  @Test("Pods of other nodes are left alone, but for one that is being deleted where no node is (M1, M5)")
  func otherNodes() {
    let pod = PodWorld.pod(node: "elsewhere", volumes: [])
    #expect(decide(pod).steps.isEmpty)
    let leaving = pod.changed { $0.metadata.deletionTimestamp = PodWorld.now }
    #expect(decide(leaving).steps == [.remove(pod.key, uid: pod.uid)])
    #expect(decide(leaving, [Resource(Node(name: "elsewhere"))]).steps.isEmpty)
  }

  @Test("A published pod stays so when its claim is lost (T14)")
  func lostLater() {
    let pod = PodWorld.pod(volumes: [PodWorld.claimVolume()]).changed {
      $0.state(StatusCondition(.volumesReady, true), at: PodWorld.now)
    }
    #expect(decide(pod).steps.isEmpty)
  }
}
