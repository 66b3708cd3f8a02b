// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Seeds
import StorageAPI
import Testing

@testable import Controllers

/// Which volume an unbound claim gets.
struct MatchingTests {
  /// One search: the volumes, the claim, and the names that may be found; nil means nothing may.
  struct Row: Sendable, CustomTestStringConvertible {
    let name: String
    let volumes: [Resource]
    var claim: Resource = MatchingTests.wanting()
    let finds: String?
    var delayed = false
    var testDescription: String { name }
  }

  static func wanting(
    _ request: String = "1Gi", modes: [String] = ["ReadWriteOnce"],
    change: (inout PersistentVolumeClaim) -> Void = { _ in }
  ) -> Resource {
    claim("x", request) { claim in
      claim.json.set(.strings(modes), "spec", "accessModes")
      change(&claim)
    }
  }

  static func with(_ modes: String..., on name: String, _ capacity: String = "1Gi", for claim: String? = nil)
    -> Resource
  {
    volume(name, capacity, for: claim) { $0.accessModes = modes }
  }

  static let modeRows: [Row] = [
    Row(
      name: "A large volume with few modes beats a small one with more (B4)",
      volumes: [with("ReadWriteOnce", on: "a", "100Gi"), with("ReadWriteOnce", "ReadOnlyMany", on: "b", "5Gi")],
      finds: "a"),
    Row(
      name: "Of groups with equally many modes one wins, always the same (B5)",
      volumes: [
        with("ReadWriteOnce", "ReadWriteMany", on: "a"), with("ReadWriteOnce", "ReadOnlyMany", on: "b"),
      ], finds: "b"),
    Row(
      name: "A wider group serves when the narrow one has nothing (B4)",
      volumes: [with("ReadWriteOnce", on: "a", "500Mi"), with("ReadWriteOnce", "ReadOnlyMany", on: "b", "5Gi")],
      finds: "b"),
    Row(
      name: "Several modes need one volume that has all of them (B60)",
      volumes: [with("ReadWriteOnce", on: "a"), with("ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", on: "b")],
      claim: wanting(modes: ["ReadOnlyMany", "ReadWriteOnce"]), finds: "b"),
    Row(
      name: "A mode said twice is one mode (B61)",
      volumes: [with("ReadWriteOnce", "ReadWriteOnce", on: "a", "2Gi"), with("ReadWriteOnce", on: "b", "3Gi")],
      claim: wanting(modes: ["ReadWriteOnce", "ReadWriteOnce"]), finds: "a"),
    Row(
      name: "ReadWriteOncePod is a mode like any other (B62)",
      volumes: [with("ReadWriteOnce", on: "a"), with("ReadWriteOncePod", on: "b", "50Gi")],
      claim: wanting(modes: ["ReadWriteOncePod"]), finds: "b"),
  ]

  static let freeRows: [Row] = [
    Row(
      name: "The smallest that is large enough is taken (B18)", volumes: [volume("a", "10Gi"), volume("b", "5Gi")],
      claim: wanting("2Gi"), finds: "b"),
    Row(name: "Equal size is enough (B7)", volumes: [volume("a")], finds: "a"),
    Row(name: "One byte less is not (B7)", volumes: [volume("a", "1073741823")], finds: nil),
    Row(name: "400M does not satisfy 400Mi (B7)", volumes: [volume("a", "400M")], claim: wanting("400Mi"), finds: nil),
    Row(name: "400Mi satisfies 400M (B7)", volumes: [volume("a", "400Mi")], claim: wanting("400M"), finds: "a"),
    Row(
      name: "Sizes are compared exactly, even beyond 64 bits (B64)", volumes: [volume("a", "12E"), volume("b", "11E")],
      claim: wanting("10E"), finds: "b"),
    Row(name: "Of equal volumes one is taken, always the same (B19)", volumes: [volume("b"), volume("a")], finds: "a"),
    Row(
      name: "A taken volume is skipped (B6, B51)", volumes: [volume("a", for: "y", uid: "uid-y", phase: .bound)],
      finds: nil),
    Row(
      name: "A block volume serves no filesystem claim (B8)",
      volumes: [volume("a") { $0.json.set("Block", "spec", "volumeMode") }], finds: nil),
    Row(
      name: "A missing volumeMode reads as Filesystem (B8)",
      volumes: [volume("a") { $0.json.set("Filesystem", "spec", "volumeMode") }], finds: "a"),
    Row(
      name: "Attributes classes must be equal, missing being empty (B9)",
      volumes: [
        volume("a") { $0.json.set("gold", "spec", "volumeAttributesClassName") },
        volume("b", "2Gi") { $0.json.set("", "spec", "volumeAttributesClassName") },
      ], finds: "b"),
    Row(
      name: "A volume that is being deleted is never matched (B10, T10)",
      volumes: [volume("a") { $0.isBeingDeleted() }],
      finds: nil),
    Row(
      name: "A free volume must be Available (B14, P16)",
      volumes: [volume("a", phase: .pending), volume("b", phase: .released), volume("c", phase: .failed)], finds: nil),
    Row(
      name: "The selector chooses (B15)",
      volumes: [
        volume("a") { $0.metadata.labels = ["t": "a"] }, volume("b", "9Gi") { $0.metadata.labels = ["t": "b"] },
      ],
      claim: wanting { $0.json.set(["matchLabels": ["t": "b"]], "spec", "selector") }, finds: "b"),
    Row(
      name: "An empty selector chooses everything (B15)", volumes: [volume("a")],
      claim: wanting { $0.json.set([:], "spec", "selector") }, finds: "a"),
    Row(
      name: "Expressions are all required (B59)",
      volumes: [
        volume("a") { $0.metadata.labels = ["t": "a", "old": "yes"] }, volume("b") { $0.metadata.labels = ["t": "b"] },
      ],
      claim: wanting {
        let expressions: JSONValue = [
          ["key": "t", "operator": "In", "values": ["a", "b"]], ["key": "t", "operator": "NotIn", "values": ["c"]],
          ["key": "old", "operator": "DoesNotExist"], ["key": "t", "operator": "Exists"],
        ]
        $0.json.set(["matchExpressions": expressions], "spec", "selector")
      }, finds: "b"),
    Row(
      name: "Classes must be equal (B16, B20)",
      volumes: [volume("a") { $0.json.set("gold", "spec", "storageClassName") }],
      claim: wanting { $0.storageClassName = "silver" }, finds: nil),
    Row(
      name: "No class and an empty class are the same (B16)",
      volumes: [volume("a") { $0.json.set(nil, "spec", "storageClassName") }],
      claim: wanting { $0.storageClassName = "" },
      finds: "a"),
    Row(
      name: "A volume with a class serves no claim without one (B16)",
      volumes: [volume("a") { $0.json.set("gold", "spec", "storageClassName") }], finds: nil),
    Row(
      name: "The annotation is the class, even when it is empty (B17)",
      volumes: [
        volume("a") {
          $0.json.set("gold", "spec", "storageClassName")
          $0.setAnnotation(WellKnown.betaStorageClass, "")
        }
      ], finds: "a"),
    Row(
      name: "Node affinity plays no role (B63)",
      volumes: [
        volume("a") {
          $0.json.set(
            ["required": ["nodeSelectorTerms": [["matchExpressions": [["key": "k", "operator": "Exists"]]]]]],
            "spec", "nodeAffinity")
        }
      ], finds: "a"),
    Row(
      name: "Of a class that waits no free volume is matched (P17, W2)", volumes: [volume("a")], finds: nil,
      delayed: true),
  ]

  static let reservedRows: [Row] = [
    Row(
      name: "A reservation beats any smaller free volume of its group (B11)",
      volumes: [volume("a", "10Gi", for: "x"), volume("b")], finds: "a"),
    Row(
      name: "A reservation skips class, selector and phase (B11)",
      volumes: [
        volume("a", for: "x", phase: .released) { $0.json.set("gold", "spec", "storageClassName") }
      ], claim: wanting { $0.json.set(["matchLabels": ["t": "b"]], "spec", "selector") }, finds: "a"),
    Row(
      name: "A reservation with the claim's uid counts (B6)", volumes: [volume("a", for: "x", uid: "uid-x")], finds: "a"
    ),
    Row(
      name: "A reservation with another uid does not (B6, R2)", volumes: [volume("a", for: "x", uid: "uid-old")],
      finds: nil),
    Row(
      name: "A reserved volume that is too small is ignored (B12)",
      volumes: [volume("a", "1Mi", for: "x"), volume("b", "9Gi")], finds: "b"),
    Row(
      name: "A reserved volume of another mode is ignored (B12)",
      volumes: [volume("a", for: "x") { $0.json.set("Block", "spec", "volumeMode") }], finds: nil),
    Row(
      name: "A reserved volume of another attributes class is ignored (B12)",
      volumes: [volume("a", for: "x") { $0.json.set("gold", "spec", "volumeAttributesClassName") }], finds: nil),
    Row(
      name: "A reserved volume that is being deleted is ignored (B12)",
      volumes: [volume("a", for: "x") { $0.isBeingDeleted() }], finds: nil),
    Row(
      name: "A reserved volume without the access mode is ignored (B12)",
      volumes: [with("ReadOnlyMany", on: "a", for: "x")], finds: nil),
    Row(
      name: "A free volume of a narrower group beats a reserved one (B13)",
      volumes: [
        with("ReadWriteOnce", "ReadWriteMany", on: "a", "5Gi", for: "x"), with("ReadWriteOnce", on: "b", "5Gi"),
      ], finds: "b"),
    Row(
      name: "A reserved volume of a narrower group beats a free one (B13)",
      volumes: [
        with("ReadWriteOnce", on: "a", "9Gi", for: "x"), with("ReadWriteOnce", "ReadWriteMany", on: "b", "5Gi"),
      ], finds: "a"),
    Row(
      name: "A reservation of another namespace does not count (B52)",
      volumes: [volume("a") { $0.claimRef = ClaimReference(json: ["namespace": "b", "name": "x"]) }], finds: nil),
    Row(
      name: "A reservation without a namespace blocks everyone (B53)",
      volumes: [volume("a") { $0.claimRef = ClaimReference(json: ["name": "x"]) }], finds: nil),
    Row(
      name: "An empty claimRef blocks everyone (B54)",
      volumes: [volume("a") { $0.claimRef = ClaimReference(json: [:]) }], finds: nil),
    Row(
      name: "A reserved volume of a class that waits is matched at once (W4)", volumes: [volume("a", for: "x")],
      finds: "a", delayed: true),
  ]

  @Test("Volumes are visited in groups by their access modes", arguments: modeRows)
  func modes(row: Row) { check(row) }

  @Test("A free volume must fit, and the smallest wins", arguments: freeRows)
  func free(row: Row) { check(row) }

  @Test("A reservation skips some conditions and not others", arguments: reservedRows)
  func reserved(row: Row) { check(row) }

  private func check(_ row: Row) {
    let world = PodWorld.of(row.volumes)
    let found = world.bestVolume(for: PersistentVolumeClaim(json: row.claim.json), delayed: row.delayed)
    #expect(found?.name == row.finds)
  }

  @Test("The index finds what a look at every volume finds (B4, B18)", arguments: Seeds.run(of: 20))
  func agreesWithPlainSearch(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    let volumes = (0..<60).map { index in
      volume("v\(index)", "\(random.below(9) + 1)Gi", for: random.below(8) == 0 ? "x" : nil) { volume in
        volume.accessModes =
          [["ReadWriteOnce"], ["ReadWriteOnce", "ReadOnlyMany"], ["ReadWriteMany"]][random.below(3)]
        volume.json.set(.string(["", "gold"][random.below(2)]), "spec", "storageClassName")
        if random.below(4) == 0 { volume.phase = .pending }
      }
    }
    let world = PodWorld.of(volumes)
    for request in 1...9 {
      let claim = PersistentVolumeClaim(json: Self.wanting("\(request)Gi").json)
      let fitting = volumes.map { PersistentVolume(json: $0.json) }.filter {
        ClaimBinder.obstacle(between: claim, and: $0, isDelayed: false) == nil
      }
      let best = fitting.min { rank($0) < rank($1) }
      #expect(world.bestVolume(for: claim, delayed: false)?.name == best?.name, "seed \(seed), \(request)Gi")
    }
  }

  /// Fewer modes, then reservations, then smaller, then by name.
  private func rank(_ volume: PersistentVolume) -> (Int, Int, Quantity, String) {
    let isReserved = volume.claimRef != nil
    return (volume.accessModes.count, isReserved ? 0 : 1, isReserved ? .zero : volume.capacity ?? .zero, volume.name)
  }
}
