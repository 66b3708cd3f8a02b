// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Seeds
import StorageAPI
import Testing

@testable import Controllers

/// Users who do what comes to their minds: pods, claims and workloads come, change and go.
private struct RandomUsers {
  private static let modes = ["ReadWriteOnce", "ReadWriteOncePod"]
  private static let claims = ["a", "b", "c"]
  var random: SeededRandom

  mutating func act(on host: inout PodSimulation) {
    switch random.below(8) {
    case 0, 1: host.applyNew(Resource(claim(Self.claims[random.below(3)])))
    case 2, 3: host.applyNew(Resource(pod()))
    case 4: delete(Pod.self, from: &host)
    case 5: if random.below(3) == 0 { delete(PersistentVolumeClaim.self, from: &host) }
    case 6: host.apply(Resource(deployment()))
    default: host.apply(Resource(set()))
    }
  }

  private mutating func claim(_ name: String) -> PersistentVolumeClaim {
    PodWorld.claim(name, className: ["now", "late"][random.below(2)], modes: [Self.modes[random.below(2)]])
  }

  private mutating func volumes() -> [JSONObject] {
    (0..<random.below(3)).map { PodWorld.claimVolume("v\($0)", claim: Self.claims[random.below(3)]) }
  }

  private mutating func pod() -> Pod {
    var pod = PodWorld.pod("p\(random.below(6))", node: random.below(2) == 0 ? "here" : "", volumes: volumes())
    pod.metadata.uid = "uid-\(random.next())"
    return pod
  }

  private mutating func template() -> JSONValue {
    [
      "metadata": ["labels": ["version": .string(String(random.below(2)))]],
      "spec": .object(PodWorld.pod(node: "", volumes: volumes()).json.object("spec") ?? [:]),
    ]
  }

  private mutating func deployment() -> Deployment {
    var deployment = Deployment(name: "web", namespace: "default")
    deployment.json.set(.integer(Int64(random.below(4))), "spec", "replicas")
    deployment.json.set(.string(["Recreate", "RollingUpdate"][random.below(2)]), "spec", "strategy", "type")
    deployment.json.set(template(), "spec", "template")
    return deployment
  }

  private mutating func set() -> StatefulSet {
    var set = StatefulSet(name: "db", namespace: "default")
    set.json.set(.integer(Int64(random.below(4))), "spec", "replicas")
    set.json.set(template(), "spec", "template")
    let template = PodWorld.claim("own", className: "late").json
    set.json.set([.object(template)], "spec", "volumeClaimTemplates")
    return set
  }

  private mutating func delete<Object: KindedObject>(_ type: Object.Type, from host: inout PodSimulation) {
    let all = host.world.all(type)
    if !all.isEmpty { host.delete(all[random.below(all.count)].key) }
  }
}

@Suite("Pods in bad times") struct PodChaosTests {
  private static func storageClass(_ name: String, _ mode: String) -> Resource {
    Resource(
      StorageClass(name: name).changed {
        $0.json["provisioner"] = "orlop.io"
        $0.json["volumeBindingMode"] = .string(mode)
        $0.json["reclaimPolicy"] = "Delete"
      })
  }

  @Test(
    "Whatever users do and whenever the process dies, nothing happens that never may, and all comes to rest",
    arguments: Seeds.run(of: 40))
  func chaos(seed: UInt64) {
    var users = RandomUsers(random: SeededRandom(seed: seed))
    var host = PodSimulation([Self.storageClass("now", "Immediate"), Self.storageClass("late", "WaitForFirstConsumer")])
    for _ in 0..<30 {
      users.act(on: &host)
      host.misfortune = SeededRandom(seed: users.random.next())
      host.settle()
    }
    host.misfortune = nil
    host.restart()
    host.settleInTime()

    #expect(host.violations.isEmpty, "seed \(seed)")
    let mounted = Set(host.published.values.map(\.name))
    let said = Set(host.pods.filter(\.isPublished).map(\.name))
    #expect(mounted == said, "seed \(seed): what the status says is what is mounted")
    #expect(host.pods.allSatisfy { !$0.isTerminating }, "seed \(seed)")
    for deployment in host.world.all(Deployment.self) {
      let pods = host.world.pods(controlledBy: deployment.uid)
      #expect(pods.count >= Int(deployment.replicas), "seed \(seed)")
    }
    for set in host.world.all(StatefulSet.self) {
      let ordinals = host.world.pods(controlledBy: set.uid).compactMap { Int64($0.name.dropFirst(3)) }.sorted()
      #expect(ordinals == Array(0..<Int64(ordinals.count)), "seed \(seed): the set has no gaps")
    }
    var again = host
    again.restart()
    again.settleInTime()
    #expect(again.world.all(Pod.self) == host.world.all(Pod.self), "seed \(seed): a second look changes nothing")
  }
}
