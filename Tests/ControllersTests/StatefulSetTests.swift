// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

@Suite("StatefulSets (SS1-SS5)") struct StatefulSetTests {
  private let orlop = Resource(
    StorageClass(name: "orlop").changed {
      $0.json["provisioner"] = "orlop.io"
      $0.json["volumeBindingMode"] = "Immediate"
      $0.json["reclaimPolicy"] = "Delete"
      $0.setAnnotation(WellKnown.defaultClass, "true")
    })

  private func set(
    _ replicas: Int64 = 3, image: String = "db:1", start: Int64? = nil, parallel: Bool = false,
    retention: JSONObject? = nil, strategy: JSONObject? = nil
  ) -> Resource {
    var set = StatefulSet(name: "db", namespace: "default")
    set.metadata.uid = "uid-db"
    set.json["spec"] = [
      "replicas": .integer(replicas), "serviceName": "db", "selector": ["matchLabels": ["app": "db"]],
      "template": [
        "metadata": ["labels": ["app": "db"]],
        "spec": [
          "containers": [
            ["name": "c", "image": .string(image), "volumeMounts": [["name": "data", "mountPath": "/d"]]]
          ],
          "volumes": [["name": "data", "emptyDir": [:]], ["name": "tmp", "emptyDir": [:]]],
        ],
      ],
      "volumeClaimTemplates": [
        [
          "metadata": ["name": "data", "labels": ["tier": "x"]],
          "spec": ["accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Gi"]]],
        ]
      ],
    ]
    set.json.set(start.map(JSONValue.integer), "spec", "ordinals", "start")
    if parallel { set.json.set("Parallel", "spec", "podManagementPolicy") }
    set.json.set(retention.map(JSONValue.object), "spec", "persistentVolumeClaimRetentionPolicy")
    set.json.set(strategy.map(JSONValue.object), "spec", "updateStrategy")
    return Resource(set)
  }

  private func delete(_ host: inout PodSimulation) {
    host.delete(ObjectKey(.statefulSet, namespace: "default", name: "db"))
  }

  @Test("Pods are numbered, labelled with name and number, and run (SS1)")
  func numbered() throws {
    var host = PodSimulation([orlop, set()])
    host.settle()
    #expect(host.podNames == ["db-0", "db-1", "db-2"])
    let pod = try #require(host.pod("db-1"))
    #expect(pod.metadata.labels["statefulset.kubernetes.io/pod-name"] == "db-1")
    #expect(pod.metadata.labels["apps.kubernetes.io/pod-index"] == "1")
    #expect(pod.metadata.labels["app"] == "db" && pod.phase == "Running")
    #expect(pod.json.string("spec", "hostname") == "db-1" && pod.json.string("spec", "subdomain") == "db")
    let status = try #require(host.world.object(ObjectKey(.statefulSet, namespace: "default", name: "db")))
    #expect(status.json.integer("status", "readyReplicas") == 3 && status.json.integer("status", "replicas") == 3)
  }

  @Test("Numbers begin where ordinals.start says (SS1)")
  func start() {
    var host = PodSimulation([orlop, set(2, start: 5)])
    host.settle()
    #expect(host.podNames == ["db-5", "db-6"])
  }

  @Test("Each pod has its own claim, labelled with the selector, and a volume that refers to it (SS2)")
  func claims() throws {
    var host = PodSimulation([orlop, set(2)])
    host.settle()
    #expect(host.claimNames == ["data-db-0", "data-db-1"])
    let claim = try #require(host.world.all(PersistentVolumeClaim.self).first)
    #expect(claim.metadata.labels == ["app": "db", "tier": "x"])
    #expect(claim.className == "orlop" && claim.phase == .bound && claim.hasFinalizer(WellKnown.claimProtection))
    let volumes = try #require(host.pod("db-1")).volumes
    #expect(volumes.map(\.name) == ["data", "tmp"])
    #expect(volumes[0].claimName == "data-db-1" && volumes[0].source("emptyDir") == nil)
  }

  @Test("Pod n comes after n-1 is ready, and they go in reverse (SS4)")
  func order() {
    var host = PodSimulation([orlop, set()])
    host.settle()
    #expect(host.log == ["+db-0", "+db-1", "+db-2"])
    host.apply(set(0))
    host.settle()
    #expect(host.pods.isEmpty)
    #expect(host.log.suffix(3) == ["-db-2", "-db-1", "-db-0"])
  }

  @Test(
    "A pod that does not get ready holds the next ones up; with Parallel it does not (SS4)", arguments: [false, true])
  func stuck(parallel: Bool) {
    var host = PodSimulation([orlop, set(parallel: parallel)])
    host.failing = ["db-0"]
    host.settle()
    #expect(host.podNames == (parallel ? ["db-0", "db-1", "db-2"] : ["db-0"]))
  }

  @Test("A claim of that name that is being deleted is waited for (SS4)")
  func terminatingClaim() {
    let leaving = PodWorld.claim("data-db-0").changed {
      $0.metadata.deletionTimestamp = PodWorld.now
      $0.addFinalizer("example.com/hold")
    }
    var host = PodSimulation([orlop, set(1), Resource(leaving)])
    host.settle()
    #expect(host.pods.isEmpty)
    host.reconcilerRemoves(leaving.key)
    host.settle()
    #expect(host.podNames == ["db-0"])
  }

  @Test("Claims outlive pods, scaling and the set (SS3)")
  func claimsStay() {
    var host = PodSimulation([orlop, set(2)])
    host.settle()
    let uids = host.world.all(PersistentVolumeClaim.self).map(\.uid)
    host.delete(ObjectKey(.pod, namespace: "default", name: "db-0"))
    host.settle()
    #expect(host.podNames == ["db-0", "db-1"])
    host.apply(set(1))
    host.settle()
    #expect(host.podNames == ["db-0"])
    delete(&host)
    host.settle()
    #expect(host.pods.isEmpty)
    #expect(host.world.all(PersistentVolumeClaim.self).map(\.uid) == uids)
  }

  @Test("With whenScaled Delete the claim goes with its surplus pod (SS3)")
  func whenScaled() {
    let retention: JSONObject = ["whenScaled": "Delete", "whenDeleted": "Retain"]
    var host = PodSimulation([orlop, set(2, retention: retention)])
    host.settle()
    host.apply(set(1, retention: retention))
    host.settle()
    #expect(host.claimNames == ["data-db-0"])
    delete(&host)
    host.settle()
    #expect(host.claimNames == ["data-db-0"])
  }

  @Test("With whenDeleted Delete the claims go with the set, and not with scaling (SS3)")
  func whenDeleted() {
    let retention: JSONObject = ["whenScaled": "Retain", "whenDeleted": "Delete"]
    var host = PodSimulation([orlop, set(2, retention: retention)])
    host.settle()
    host.apply(set(1, retention: retention))
    host.settle()
    #expect(host.claimNames == ["data-db-0", "data-db-1"])
    delete(&host)
    host.settle()
    #expect(host.claimNames.isEmpty)
  }

  @Test("A changed template replaces pods one by one from the highest, down to the partition (SS5)")
  func update() {
    var host = PodSimulation([orlop, set()])
    host.settle()
    host.apply(set(image: "db:2", strategy: ["type": "RollingUpdate", "rollingUpdate": ["partition": 1]]))
    host.settle()
    #expect(host.log.suffix(4) == ["-db-2", "+db-2", "-db-1", "+db-1"])
    #expect(host.pods.map { $0.json.objects("spec", "containers")[0].string("image") } == ["db:1", "db:2", "db:2"])
  }

  @Test("With OnDelete a changed template replaces nothing until somebody deletes the pod (SS5)")
  func onDelete() {
    var host = PodSimulation([orlop, set(1)])
    host.settle()
    host.apply(set(1, image: "db:2", strategy: ["type": "OnDelete"]))
    host.settle()
    #expect(host.log == ["+db-0"])
    host.delete(ObjectKey(.pod, namespace: "default", name: "db-0"))
    host.settle()
    #expect(host.log == ["+db-0", "-db-0", "+db-0"])
  }

  @Test("A foreign pod of that name is left alone, and said to be in the way (SS1)")
  func stranger() {
    var host = PodSimulation([orlop, set(1), Resource(PodWorld.pod("db-0", volumes: []))])
    host.settle()
    #expect(host.podNames == ["db-0"])
    let decision = StatefulSetController().decide(
      ObjectKey(.statefulSet, namespace: "default", name: "db"), in: host.world, at: PodWorld.now)
    #expect(decision.reason.text == "a pod db-0 that is not the set's is in the way")
  }
}
