// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// Which class claims without one get, and when.
struct DefaultClassTests {
  static func marked(_ name: String, _ value: String = "true", age: Int64 = 0, beta: Bool = false) -> Resource {
    storageClass(name, by: provisioner) {
      $0.setAnnotation(beta ? WellKnown.betaDefaultClass : WellKnown.defaultClass, value)
      $0.metadata.creationTimestamp = Timestamp(seconds: PodWorld.now.seconds - age)
    }
  }

  @Test("Either annotation makes a default, with the exact value true (D2)")
  func marks() {
    #expect(PodWorld.of([Self.marked("a")]).defaultClass?.name == "a")
    #expect(PodWorld.of([Self.marked("a", beta: true)]).defaultClass?.name == "a")
    for value in ["True", "yes", "", "1"] { #expect(PodWorld.of([Self.marked("a", value)]).defaultClass == nil) }
  }

  @Test("The youngest default wins, and of equally young ones the first by name (D3)")
  func youngest() {
    #expect(PodWorld.of([Self.marked("a", age: 9), Self.marked("b")]).defaultClass?.name == "b")
    #expect(PodWorld.of([Self.marked("b"), Self.marked("a"), Self.marked("c", age: 1)]).defaultClass?.name == "a")
  }

  static let rows: [DecisionRow] = [
    aboutClaim(
      "A claim without class and volume gets the default class (D5)", [marked("std"), claim("x")], "D5",
      ["x: spec.storageClassName=std"]),
    aboutClaim(
      "A volume without class comes first (D6)", [marked("std"), volume("a"), claim("x")], "B4",
      [
        ClaimBinderTests.pointsToX, "a: phase=Bound", ClaimBinderTests.claimNames, ClaimBinderTests.claimBound,
      ]),
    aboutClaim(
      "An empty class is a class (D7)", [marked("std"), claim("x", className: "")], "B32",
      [ClaimBinderTests.nothingFound]),
    aboutClaim(
      "The class annotation counts as a class (D7)",
      [marked("std"), claim("x") { $0.setAnnotation(WellKnown.betaStorageClass, "") }], "B32",
      [ClaimBinderTests.nothingFound]),
    aboutClaim("A claim that names its volume gets none (D7)", [marked("std"), claim("x", on: "a")], "B33"),
    aboutClaim(
      "A bound claim gets none (D7)",
      [marked("std"), volume("a", for: "x", uid: "uid-x", phase: .bound), boundClaim("x", on: "a")], "B42"),
    aboutClaim(
      "Without a default the claim stays as it is (D4, B32)", [claim("x")], "B32",
      [ClaimBinderTests.nothingFound]),
    aboutClaim(
      "Moving the mark does not touch a claim that has a class (D9)",
      [marked("std"), storageClass("old", by: provisioner), claim("x", className: "old")], "P4",
      [ProvisioningTests.requested, ProvisioningTests.waiting(for: provisioner)]),
  ]

  @Test("The default class is given to claims that have none and get no volume", arguments: rows)
  func assigns(row: DecisionRow) { row.check { ClaimBinder(settings: $0) } }
}
