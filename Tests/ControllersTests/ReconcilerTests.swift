// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// Which objects are looked at, and when.
struct ReconcilerTests {
  /// Looks at every object of its kind and does nothing.
  private struct Onlooker: Decider {
    let name = "onlooker"
    let kind: Kind
    var retries = false

    func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
      Decision(Reason("B56", "looked at"), retries: retries)
    }
  }

  private static let now = PodWorld.now

  private func reconciler(_ objects: [Resource], retries: Bool = false) -> Reconciler {
    let kinds: [Kind] = [.persistentVolume, .persistentVolumeClaim, .pod]
    var reconciler = Reconciler(deciders: kinds.map { Onlooker(kind: $0, retries: retries) })
    for object in objects { reconciler.observe(.put(PodWorld.identified(object))) }
    return reconciler
  }

  /// The names of the objects that are looked at, until none is left.
  private func drain(_ reconciler: inout Reconciler, at now: Timestamp = now) -> [String] {
    var names: [String] = []
    while let turn = reconciler.next(at: now) {
      names.append(turn.key.name)
      reconciler.finish(turn, at: now)
    }
    return names
  }

  @Test("Deleting a claim queues its volumes, deleting a volume its claim (B56)")
  func deletions() {
    var reconciler = reconciler([
      volume("a", for: "x", uid: "uid-x", phase: .bound), boundClaim("x", on: "a"), volume("b"), claim("y"),
    ])
    _ = drain(&reconciler)
    reconciler.observe(.removed(ObjectKey(.persistentVolumeClaim, namespace: "default", name: "x")))
    #expect(drain(&reconciler).sorted() == ["a", "x"])
    reconciler.observe(.put(PodWorld.identified(boundClaim("x", on: "a"))))
    _ = drain(&reconciler)
    reconciler.observe(.removed(ObjectKey(.persistentVolume, name: "a")))
    #expect(drain(&reconciler).sorted() == ["a", "x"])
  }

  @Test("A volume that becomes free gives waiting claims another chance, after everything else (B32, B56)")
  func freedVolume() {
    var reconciler = reconciler([claim("x"), claim("y"), volume("a", phase: .pending)])
    _ = drain(&reconciler)
    reconciler.observe(.put(PodWorld.identified(volume("a"))))
    #expect(drain(&reconciler) == ["a", "x", "y"])
  }

  @Test("A class that comes gives waiting claims another chance (B56, P2)")
  func newClass() {
    var reconciler = reconciler([claim("x", className: "c"), boundClaim("y", on: "a")])
    _ = drain(&reconciler)
    reconciler.observe(.put(storageClass("c", by: provisioner)))
    #expect(drain(&reconciler) == ["x"])
  }

  @Test("A pod's end has its claims looked at, and those of the pod that took its name (T13)")
  func pods() {
    var reconciler = reconciler([claim("x"), claim("y"), pod("p", using: "x")])
    _ = drain(&reconciler)
    reconciler.observe(.put(PodWorld.identified(pod("p", using: "x", phase: "Succeeded"))))
    #expect(drain(&reconciler).sorted() == ["p", "x"])
    reconciler.observe(.put(PodWorld.identified(pod("p", using: "y"))))
    #expect(drain(&reconciler).sorted() == ["p", "x", "y"])
    reconciler.observe(.removed(ObjectKey(.pod, namespace: "default", name: "p")))
    #expect(drain(&reconciler).sorted() == ["p", "y"])
  }

  @Test("Older versions of an object are ignored, numbers being compared as numbers (B57)")
  func versions() {
    func version(_ version: Int64, _ size: String) -> Resource {
      PodWorld.identified(volume("a", size) { $0.metadata.resourceVersion = version })
    }
    var reconciler = reconciler([version(10, "2Gi")])
    reconciler.observe(.put(version(9, "1Gi")))
    #expect(reconciler.world.volume("a")?.capacityText == "2Gi")
    reconciler.observe(.put(version(10, "3Gi")))
    #expect(reconciler.world.volume("a")?.capacityText == "3Gi")
    reconciler.observe(.put(version(100, "4Gi")))
    #expect(reconciler.world.volume("a")?.capacityText == "4Gi")
  }

  @Test("What has not changed is not looked at again")
  func noChange() {
    var reconciler = reconciler([volume("a")])
    _ = drain(&reconciler)
    reconciler.observe(.put(PodWorld.identified(volume("a"))))
    #expect(drain(&reconciler) == [])
  }

  @Test("One turn at a time per object: what changes meanwhile comes afterwards (B58)")
  func oneTurn() throws {
    var reconciler = reconciler([volume("a", phase: .pending)])
    let first = reconciler.next(at: Self.now)
    let turn = try #require(first)
    reconciler.observe(.put(PodWorld.identified(volume("a", "2Gi", phase: .pending))))
    let second = reconciler.next(at: Self.now)
    #expect(second?.key == nil)
    reconciler.finish(turn, at: Self.now)
    #expect(drain(&reconciler) == ["a"])
  }

  @Test("A failed turn comes back after 1, 2, 4 and at most 120 seconds (B58, R3, R9)")
  func backOff() throws {
    var reconciler = reconciler([volume("a", phase: .pending)], retries: true)
    var time = Self.now
    var delays: [Int64] = []
    for _ in 0..<9 {
      #expect(drain(&reconciler, at: time) == ["a"])
      let due = try #require(reconciler.nextDue)
      delays.append(due.seconds - time.seconds)
      #expect(drain(&reconciler, at: Timestamp(seconds: due.seconds - 1)) == [])
      time = due
    }
    #expect(delays == [1, 2, 4, 8, 16, 32, 64, 120, 120])
  }

  @Test("A resync looks at everything, volumes before claims (B32)")
  func resync() {
    var reconciler = reconciler([claim("x"), volume("a", phase: .pending), pod("p", using: "x")])
    _ = drain(&reconciler)
    reconciler.resync()
    #expect(drain(&reconciler) == ["a", "x", "p"])
  }
}
