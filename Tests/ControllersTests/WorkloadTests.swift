// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

private let orlop = Resource(
  StorageClass(name: "orlop").changed {
    $0.json["provisioner"] = "orlop.io"
    $0.json["volumeBindingMode"] = "WaitForFirstConsumer"
    $0.json["reclaimPolicy"] = "Delete"
  })

private let template: JSONObject = [
  "metadata": ["labels": ["app": "web"]], "spec": ["containers": [["name": "c", "image": "nginx:1"]]],
]

private func deployment(_ replicas: Int64? = 2, strategy: JSONObject? = nil, image: String = "nginx:1") -> Resource {
  var deployment = Deployment(name: "web", namespace: "default")
  deployment.metadata.uid = "uid-web"
  deployment.json.set(replicas.map(JSONValue.integer), "spec", "replicas")
  deployment.json.set(strategy.map(JSONValue.object), "spec", "strategy")
  deployment.json.set(.object(template), "spec", "template")
  deployment.json.set([["name": "c", "image": .string(image)]], "spec", "template", "spec", "containers")
  return Resource(deployment)
}

@Suite("Deployments (SS6)") struct DeploymentTests {
  @Test("Pods are named after the deployment and its template, labelled, owned, and run")
  func pods() throws {
    var host = PodSimulation([deployment()])
    host.settle()
    #expect(host.pods.count == 2)
    for pod in host.pods {
      let hash = try #require(pod.metadata.labels["pod-template-hash"])
      #expect(pod.metadata.labels["app"] == "web")
      let suffix = pod.name.dropFirst("web-\(hash)-".count)
      #expect(pod.name.hasPrefix("web-\(hash)-") && suffix.count == 5)
      #expect(suffix.allSatisfy { "bcdfghjklmnpqrstvwxz2456789".contains($0) })
      #expect(pod.metadata.controller?.uid == "uid-web")
      #expect(pod.phase == "Running")
    }
    let status = try #require(host.world.object(ObjectKey(.deployment, namespace: "default", name: "web")))
    #expect(status.json.integer("status", "readyReplicas") == 2)
    #expect(status.condition("Available")?.string("status") == "True")
  }

  @Test("Without replicas there is one pod")
  func defaultReplicas() {
    var host = PodSimulation([deployment(nil)])
    host.settle()
    #expect(host.pods.count == 1)
  }

  @Test("More and fewer replicas make and delete pods, down to none")
  func scaling() {
    var host = PodSimulation([deployment(1)])
    host.settle()
    let first = host.podNames
    host.apply(deployment(3))
    host.settle()
    #expect(host.pods.count == 3 && Set(host.podNames).isSuperset(of: first))
    host.apply(deployment(0))
    host.settle()
    #expect(host.pods.isEmpty)
  }

  @Test("A deleted pod is replaced by one of another name")
  func replacement() {
    var host = PodSimulation([deployment(1)])
    host.settle()
    let first = host.pods[0]
    host.delete(first.key)
    host.settle()
    #expect(host.pods.count == 1 && host.podNames != [first.name])
    #expect(host.log.contains("-" + first.name))
  }

  @Test("RollingUpdate makes new pods before old ones go, and never has fewer than it may")
  func rollingUpdate() {
    var host = PodSimulation([deployment(4)])
    host.settle()
    let old = Set(host.podNames)
    host.apply(deployment(4, image: "nginx:2"))
    var fewest = 4
    var most = 4
    host.settle { host in
      let active = host.pods.filter { !$0.isTerminating }
      fewest = min(fewest, active.count(where: \.isReady))
      most = max(most, active.count)
    }
    #expect(old.isDisjoint(with: host.podNames) && host.pods.count == 4)
    #expect(fewest >= 3, "a quarter may be missing")
    #expect(most <= 5, "a quarter may be too many")
  }

  @Test("Recreate has all old pods gone before the first new one comes")
  func recreate() {
    let strategy: JSONObject = ["type": "Recreate"]
    var host = PodSimulation([deployment(2, strategy: strategy)])
    host.settle()
    let old = Set(host.podNames)
    host.apply(deployment(2, strategy: strategy, image: "nginx:2"))
    var mixed = false
    host.settle { host in
      let names = Set(host.podNames)
      mixed = mixed || !names.isDisjoint(with: old) && !names.isSubset(of: old)
    }
    #expect(!mixed && old.isDisjoint(with: host.podNames) && host.pods.count == 2)
  }

  @Test("A paused deployment replaces nothing until it goes on (SS6)")
  func paused() {
    var host = PodSimulation([deployment(2)])
    host.settle()
    let old = host.podNames
    host.apply(deployment(2, image: "nginx:2").changed { $0.json.set(true, "spec", "paused") })
    host.settle()
    #expect(host.podNames == old)
    host.apply(deployment(1, image: "nginx:2").changed { $0.json.set(true, "spec", "paused") })
    host.settle()
    #expect(host.pods.count == 1 && Set(old).isSuperset(of: host.podNames))
    host.apply(deployment(2, image: "nginx:2"))
    host.settle()
    #expect(host.pods.count == 2 && Set(old).isDisjoint(with: host.podNames))
  }

  @Test("With a ReadWriteOncePod claim, RollingUpdate waits for ever and Recreate succeeds", arguments: [false, true])
  func exclusiveClaim(recreates: Bool) {
    func exclusive(_ image: String) -> Resource {
      deployment(1, strategy: recreates ? ["type": "Recreate"] : nil, image: image).changed {
        $0.json.set(.array([.object(PodWorld.claimVolume())]), "spec", "template", "spec", "volumes")
        $0.json.set(
          [["name": "c", "image": .string(image), "volumeMounts": [["name": "data", "mountPath": "/d"]]]], "spec",
          "template", "spec", "containers")
      }
    }
    let pair = PodWorld.bound(
      PodWorld.claim(modes: ["ReadWriteOncePod"]), PodWorld.volume(modes: ["ReadWriteOncePod"]))
    var host = PodSimulation(pair + [exclusive("nginx:1")])
    host.settle()
    let old = host.podNames
    host.apply(exclusive("nginx:2"))
    host.settle()
    #expect(host.pods.count == (recreates ? 1 : 2))
    #expect(Set(old).isDisjoint(with: host.podNames) == recreates)
    #expect(host.events.contains { $0.reason == "FailedScheduling" } == !recreates)
  }

  @Test("Deleting the deployment deletes its pods, and the claims that they name stay (SS7)")
  func deletion() {
    let shared = PodWorld.bound(PodWorld.claim(), PodWorld.volume())
    var host = PodSimulation(shared + [deployment()])
    host.settle()
    host.delete(ObjectKey(.deployment, namespace: "default", name: "web"))
    host.settle()
    #expect(host.pods.isEmpty)
    #expect(host.claimNames == ["data"])
  }
}

@Suite("Ephemeral volumes and garbage (M22, SS7)") struct OwnershipTests {
  private let pod = PodWorld.pod(
    node: "",
    volumes: [
      [
        "name": "scratch",
        "ephemeral": [
          "volumeClaimTemplate": [
            "metadata": ["labels": ["kind": "scratch"]],
            "spec": [
              "accessModes": ["ReadWriteOnce"], "storageClassName": "orlop",
              "resources": ["requests": ["storage": "1Gi"]],
            ],
          ]
        ],
      ]
    ])

  @Test("The claim of an ephemeral volume is made, owned by its pod, and goes with it (M22, T5)")
  func ephemeral() throws {
    var host = PodSimulation([orlop, Resource(pod)])
    host.settle()
    let claim = try #require(host.world.all(PersistentVolumeClaim.self).first)
    #expect(claim.name == "web-scratch" && claim.metadata.controller?.uid == pod.uid)
    #expect(claim.metadata.labels == ["kind": "scratch"] && claim.phase == .bound)
    #expect(host.pod("web")?.phase == "Running")
    host.delete(pod.key)
    host.settle()
    #expect(host.world.all(PersistentVolumeClaim.self).isEmpty && host.world.all(PersistentVolume.self).isEmpty)
  }

  @Test("A claim of that name that is not the pod's is left alone and told (M22, EV3)")
  func stranger() {
    var host = PodSimulation([orlop, Resource(pod), Resource(PodWorld.claim("web-scratch"))])
    host.settle()
    #expect(
      host.events.filter { $0.source == "ephemeral_volume" }.map(\.message).first
        == "ephemeral volume scratch: PVC default/web-scratch was not created for pod default/web (pod is not owner)")
    #expect(host.pod("web")?.nodeName == "")
  }

  private func owned(by owners: [JSONValue]) -> Resource {
    Resource(PodWorld.claim().changed { $0.json.set(.array(owners), "metadata", "ownerReferences") })
  }

  @Test("An object goes when the last of its owners is gone, and not before (SS7)")
  func lastOwner() {
    let here: JSONValue = ["apiVersion": "v1", "kind": "Pod", "name": "web", "uid": "uid-web"]
    let gone: JSONValue = ["apiVersion": "v1", "kind": "Pod", "name": "old", "uid": "uid-old"]
    let reborn: JSONValue = ["apiVersion": "v1", "kind": "Pod", "name": "web", "uid": "uid-before"]
    let unknown: JSONValue = ["apiVersion": "apps/v1", "kind": "ReplicaSet", "name": "rs", "uid": "x"]
    let web = Resource(PodWorld.pod(volumes: []))
    for (owners, stays) in [
      ([here, gone], true), ([gone], false), ([reborn], false), ([gone, unknown], true), ([JSONValue](), true),
    ] {
      let claim = owned(by: owners)
      let world = PodWorld.of([web, claim])
      let decision = GarbageCollector(kind: .persistentVolumeClaim).decide(
        ObjectKey(.persistentVolumeClaim, namespace: "default", name: "data"), in: world, at: PodWorld.now)
      #expect(decision.steps.isEmpty == stays, "\(owners)")
    }
  }
}
