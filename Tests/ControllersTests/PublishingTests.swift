// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

@Suite("Publishing pods (M)") struct PublishingTests {
  private let publisher = PodPublisher(node: PodWorld.node)

  private func decide(_ pod: Pod, _ others: [Resource] = []) -> Decision {
    publisher.decide(pod.key, in: PodWorld.of(others + [Resource(pod)]), at: PodWorld.now)
  }

  private func planned(_ decision: Decision) -> PublishPlan? {
    guard case .perform(.publish(let plan)) = decision.steps.last else { return nil }
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

  @Test("Every pod of a claim is published by itself, from the same volume (M6, M18, M19)")
  func sharedClaim() throws {
    let pair = PodWorld.bound(PodWorld.claim(), PodWorld.volume())
    let plans = try ["one", "two"].map { name in
      try #require(planned(decide(PodWorld.pod(name, volumes: [PodWorld.claimVolume()]), pair)))
    }
    #expect(plans.map(\.pod.name) == ["one", "two"])
    #expect(plans.map(\.volumes)[0] == plans.map(\.volumes)[1])
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

  @Test("What is about to be published is said before it is done, and once (M9)")
  func intention() throws {
    let pod = PodWorld.pod(volumes: [])
    let decision = decide(pod)
    guard case .updateStatus(let object) = decision.steps.first else {
      Issue.record("the status is not written")
      return
    }
    #expect(!Pod(json: object.json).isPublished)
    #expect(decide(Pod(json: object.json)).steps == Array(decision.steps.dropFirst()))
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

  @Test("A failure that reads otherwise each time does not keep the pod busy")
  func everNewFailure() throws {
    let pod = PodWorld.pod(volumes: [["name": "e", "emptyDir": [:]]])
    func fail(_ pod: Pod, _ text: String, after seconds: Int64) -> [Resource] {
      let world = PodWorld.of([Resource(pod)])
      let now = Timestamp(seconds: PodWorld.now.seconds + seconds)
      guard let plan = PublishPlanner(node: PodWorld.node).plan(for: pod, in: world) else { return [] }
      let outcome = Outcome.failed(EffectFailure(.final, text))
      return publisher.followUp(.publish(plan), outcome, on: pod.key, in: world, at: now).steps.compactMap {
        if case .updateStatus(let object) = $0 { object } else { nil }
      }
    }
    let failed = Pod(json: try #require(fail(pod, "/dev/loop1", after: 0).first).json)
    #expect(fail(failed, "/dev/loop2", after: 1).isEmpty)
    #expect(fail(failed, "/dev/loop1", after: 60).isEmpty)
    let later = Pod(json: try #require(fail(failed, "/dev/loop3", after: 10).first).json)
    #expect(fail(later, "/dev/loop4", after: 11).isEmpty)
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
