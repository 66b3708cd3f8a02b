// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Controllers
import Seeds
import StorageAPI
import Testing

@testable import Engine

/// Random small worlds: users do this and that, steps are lost and repeated, and in the end everything is in order.
@Suite("Random worlds") struct SimulationRandomTests {
  private static let claimNames = ["c1", "c2", "c3", "c4"]
  private static let volumeNames = ["v1", "v2", "v3", "v4", "v5"]
  private static let podNames = ["p1", "p2"]

  @Test(
    "Whatever users do and whichever steps are lost, the end is in order (B51, B58, R2, T3, T8)",
    arguments: Seeds.run(of: 150))
  func inOrder(seed: UInt64) {
    var loop = ShakyLoop(seed: seed)
    for storageClass in Self.classes { loop.create(storageClass) }
    for _ in 0..<40 {
      act(&loop)
      loop.take(turns: loop.dice.below(8))
      if loop.dice.once(in: 15) { loop.restart() }
    }
    let settles = loop.settle()
    #expect(settles, "seed \(seed): it never settles")
    #expect(loop.violations == [], "seed \(seed)")
    #expect(disorder(in: loop.world) == [], "seed \(seed)")
    loop.restart()
    let before = loop.store.objects
    let settlesAgain = loop.settle()
    #expect(settlesAgain && loop.store.objects == before, "seed \(seed): a second run changes something")
  }

  private static let classes: [JSONObject] = [
    [
      "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": ["name": "fast"],
      "provisioner": .string(ShakyLoop.provisioner),
    ],
    [
      "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": ["name": "late"],
      "provisioner": .string(ShakyLoop.provisioner), "volumeBindingMode": "WaitForFirstConsumer",
    ],
  ]

  private func act(_ loop: inout ShakyLoop) {
    let claim = ObjectKey(.persistentVolumeClaim, namespace: "default", name: loop.dice.pick(Self.claimNames))
    let volume = ObjectKey(.persistentVolume, name: loop.dice.pick(Self.volumeNames))
    let pod = ObjectKey(.pod, namespace: "default", name: loop.dice.pick(Self.podNames))
    switch loop.dice.below(12) {
    case 0, 1, 2: if loop.world.claim(claim) == nil { loop.create(newClaim(claim.name, &loop.dice)) }
    case 3, 4, 5: if loop.world.volume(volume.name) == nil { loop.create(newVolume(volume.name, &loop.dice)) }
    case 6, 7: loop.delete(claim)
    case 8: loop.delete(volume)
    case 9: if loop.world.pod(pod) == nil { loop.create(newPod(pod.name, &loop.dice)) } else { loop.delete(pod) }
    case 10:
      loop.change(volume) {
        if $0.json.string("status", "phase") == "Released" { $0.json.set(nil, "spec", "claimRef") }
      }
    default:
      let policy = loop.dice.pick(["Retain", "Delete", "Recycle"])
      loop.change(volume) { $0.json.set(.string(policy), "spec", "persistentVolumeReclaimPolicy") }
    }
  }

  private func newClaim(_ name: String, _ dice: inout Dice) -> JSONObject {
    var spec: JSONObject = [
      "accessModes": .strings([dice.pick(["ReadWriteOnce", "ReadWriteMany"])]),
      "resources": ["requests": ["storage": .string("\(dice.below(4) + 1)Gi")]],
    ]
    spec["storageClassName"] = dice.pick([nil, "", "fast", "late", "gone"]).map(JSONValue.string)
    if dice.once(in: 6) { spec["volumeName"] = .string(dice.pick(Self.volumeNames)) }
    return [
      "apiVersion": "v1", "kind": "PersistentVolumeClaim",
      "metadata": ["name": .string(name), "namespace": "default"], "spec": .object(spec),
    ]
  }

  private func newVolume(_ name: String, _ dice: inout Dice) -> JSONObject {
    var spec: JSONObject = [
      "accessModes": .strings(dice.pick([["ReadWriteOnce"], ["ReadWriteOnce", "ReadWriteMany"], ["ReadWriteMany"]])),
      "capacity": ["storage": .string("\(dice.below(5) + 1)Gi")],
      "persistentVolumeReclaimPolicy": .string(dice.pick(["Retain", "Retain", "Delete", "Recycle"])),
      "hostPath": ["path": .string(dice.pick(["/tmp/", "/srv/"]) + name)],
    ]
    if dice.once(in: 4) { spec["storageClassName"] = "fast" }
    if dice.once(in: 4) { spec["claimRef"] = ["namespace": "default", "name": .string(dice.pick(Self.claimNames))] }
    return ["apiVersion": "v1", "kind": "PersistentVolume", "metadata": ["name": .string(name)], "spec": .object(spec)]
  }

  private func newPod(_ name: String, _ dice: inout Dice) -> JSONObject {
    let claim = JSONValue.string(dice.pick(Self.claimNames))
    var spec: JSONObject = [
      "containers": [["name": "c", "image": "i", "volumeMounts": [["name": "v", "mountPath": "/v"]]]],
      "volumes": [["name": "v", "persistentVolumeClaim": ["claimName": claim]]],
    ]
    if dice.once(in: 2) { spec["nodeName"] = "n1" }
    return [
      "apiVersion": "v1", "kind": "Pod", "metadata": ["name": .string(name), "namespace": "default"],
      "spec": .object(spec),
    ]
  }

  /// What is not as it should be in a settled world.
  private func disorder(in world: World) -> [String] {
    var problems: [String] = []
    var owners: [String: String] = [:]
    for claim in world.all(PersistentVolumeClaim.self) {
      if claim.phase == .bound {
        let volume = world.volume(claim.volumeName)
        if volume?.claimRef?.uid != claim.uid || volume?.phase != .bound {
          problems.append("\(claim.name) is Bound, but its volume does not say so")
        }
        if let other = owners.updateValue(claim.name, forKey: claim.volumeName) {
          problems.append("\(claim.name) and \(other) share a volume")
        }
      } else if claim.volumeName.isEmpty, !claim.isBoundOnce, claim.className != "late",
        let volume = world.bestVolume(for: claim, delayed: false)
      {
        problems.append("\(claim.name) waits although \(volume.name) is free")
      }
      if claim.isTerminating, !world.pods(using: claim.key).contains(where: { !$0.nodeName.isEmpty }) {
        problems.append("\(claim.name) is being deleted, unused, and still there")
      }
    }
    for volume in world.all(PersistentVolume.self) {
      let claim = volume.claimRef.flatMap { world.claim(uid: $0.uid) }
      // One that was deleted when only its own half of the binding was written waits for its claim (rule T8).
      if volume.phase == .bound, claim?.volumeName != volume.name, !volume.isTerminating {
        problems.append("\(volume.name) is Bound to a claim that does not say so")
      }
      if volume.isTerminating, volume.phase != .bound {
        problems.append("\(volume.name) is being deleted and still there")
      }
      if volume.annotation(WellKnown.provisionedBy) != nil, volume.phase == .released, volume.reclaimPolicy == .delete {
        problems.append("\(volume.name) was made for a claim that is gone, and is still there")
      }
    }
    return problems
  }
}
