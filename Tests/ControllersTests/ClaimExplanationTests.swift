// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// Why a claim waits, as a person reads it.
struct ClaimExplanationTests {
  private func lines(_ objects: [Resource]) -> [String]? {
    ClaimBinder(settings: ControllerSettings(servedProvisioners: []))
      .explain(
        ObjectKey(.persistentVolumeClaim, namespace: "default", name: "x"), in: PodWorld.of(objects), at: PodWorld.now)?
      .lines
  }

  @Test("Each volume is listed with the first rule that it fails (B4, B6, B7, B8, B9, B10, B14, B15, B16, B53)")
  func candidates() {
    let objects = [
      claim("x") { $0.json.set(["matchLabels": ["t": "b"]], "spec", "selector") },
      volume("a") { $0.accessModes = ["ReadOnlyMany"] }, volume("b", for: "y"), volume("c", for: "y", uid: "uid-y"),
      volume("d") { $0.claimRef = ClaimReference(json: ["name": "x"]) }, volume("e", "400M"),
      volume("f") { $0.json.set("Block", "spec", "volumeMode") },
      volume("g") { $0.json.set("gold", "spec", "volumeAttributesClassName") }, volume("h") { $0.isBeingDeleted() },
      volume("i", phase: .released), volume("j"),
      volume("k") {
        $0.metadata.labels = ["t": "b"]
        $0.json.set("gold", "spec", "storageClassName")
      },
    ]
    #expect(
      lines(objects) == [
        "no volume fits the claim, and it has no class that would make one (B32)",
        "volume a: it lacks the access mode ReadWriteOnce (B4)", "volume b: it is reserved for default/y (B6)",
        "volume c: it is taken by default/y (B6)",
        "volume d: its claimRef names no claim of any namespace, and keeps everyone away (B53)",
        "volume e: 400M is less than 1Gi (B7)", "volume f: its volumeMode is Block, not Filesystem (B8)",
        "volume g: its VolumeAttributesClass is \"gold\" (B9)", "volume h: it is being deleted (B10)",
        "volume i: it is Released, not Available (B14)", "volume j: its labels do not match the claim's selector (B15)",
        "volume k: its class is \"gold\", not none (B16)",
      ])
  }

  @Test("A class that waits leaves free volumes to the scheduler (W2, W8)")
  func delayed() {
    let objects = [storageClass("w", by: "p.example.com", delayed: true), claim("x", className: "w"), volume("a")]
    #expect(
      lines(objects) == [
        "the class waits for a pod that uses the claim (W2)", "volume a: it may be chosen when a pod is scheduled (W8)",
      ])
  }

  @Test("A claim that names its volume is explained by that volume alone (B33)")
  func naming() {
    #expect(
      lines([claim("x", on: "a"), volume("b")]) == ["the claim names the volume a, which does not exist (B33)"])
  }

  @Test("Of a claim that does not exist nothing is said")
  func missing() { #expect(lines([]) == nil) }
}
