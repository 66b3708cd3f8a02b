// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import Glibc
import LinuxStorage
import Seeds
import Testing
import Volumes

/// A place to die, and the command that is run afterwards.
struct Fault: Sendable, Hashable, CustomTestStringConvertible {
  enum Next: String, Sendable { case same, reconcile }

  let step: String
  let passage: Int
  let next: Next

  var testDescription: String { "\(step), passage \(passage), then \(next.rawValue)" }

  /// The `passages` through each of `steps`, followed in turn by the same command and by `reconcile`; by both where there is only
  /// one.
  static func rows(_ steps: [String], passages: [Int]) -> [Fault] {
    steps.flatMap { step in
      let both = passages.count == 1 ? passages + passages : passages
      return both.enumerated().map { Fault(step: step, passage: $1, next: $0 % 2 == 0 ? .same : .reconcile) }
    }
  }

  // There are two volumes, of which one is an image, and one pod.
  static let create = rows(VolumeSteps.create, passages: [1, 2])
  static let stage =
    rows(["attach.locked", "attach.attached"], passages: [1]) + rows(["stage.mounted"], passages: [1, 2])
  static let publish =
    rows(["publish.directories", "publish.done"], passages: [1])
    + rows(["publish.bound", "publish.viewed"], passages: [1, 2])
  static let unpublish =
    rows(["unpublish.unbound", "unpublish.removed"], passages: [1])
    + rows(["unstage.unmounted", "unstage.done"], passages: [1, 2])
  static let delete = rows(VolumeSteps.delete, passages: [1, 2])
  // Of a volume that no pod has; "grow.told" is for one that is mounted.
  static let growIdle = rows(VolumeSteps.grow.filter { $0 != "grow.told" }, passages: [1])
  static let growMounted = rows(VolumeSteps.grow, passages: [1])
  // Of a directory with a quota alone: see QuotaSurvival.
  static let quota = rows(VolumeSteps.quota, passages: [1])
  // The third object is the first claim, the fifth the pod; of three effects one is about the pod.
  static let engine =
    rows([EngineSteps.changed], passages: [3, 5])
    + rows([EngineSteps.noted, EngineSteps.performed, EngineSteps.concluded], passages: [1, 3])
  static let shrink = rows(VolumeSteps.shrink, passages: [1])
  // The class is the first object, the claim the second.
  static let engineOfGrowth =
    rows([EngineSteps.changed], passages: [2])
    + rows(EngineSteps.all.filter { $0 != EngineSteps.changed }, passages: [1])
}

@Suite("Killed at any step, the next command finishes or undoes the work", .privileged, .serialized)
struct SurvivalTests {
  let host: OrlopHost

  init() throws { host = try OrlopHost() }

  /// Runs `orlop` and sees it die at `fault`.
  func die(at fault: Fault, _ arguments: String..., input: String = "") throws {
    var doomed = host.orlop
    doomed.environment = ["ORLOP_FAULT": "\(fault.step):\(fault.passage)"]
    let outcome = try doomed.run(arguments, input: input)
    try #require(outcome.isKilled && outcome.status == SIGKILL, "\(fault.testDescription) was not reached: \(outcome)")
  }

  @Test("Every step of every module is among the faults")
  func complete() {
    let faults =
      Fault.create + Fault.quota + Fault.stage + Fault.publish + Fault.unpublish + Fault.growMounted + Fault.shrink
      + Fault.delete + Fault.engine
      + Fault.copy + Fault.clone + Fault.snapshot + Fault.deleteSnapshot
    #expect(Set(faults.map(\.step)) == Set(VolumeSteps.all + EngineSteps.all))
  }

  @Test("A first apply", arguments: Fault.create + Fault.engine)
  func creation(_ fault: Fault) throws {
    try die(at: fault, "apply", "-f", "-", input: OrlopHost.manifest)
    if fault.next == .reconcile {
      try host.succeed("reconcile")
      try host.expectAgreement()
    }
    try host.apply()
    try host.expectWhole()
    try host.succeed("delete", "-f", "-", input: OrlopHost.manifest)
    try host.expectNothing()
  }

  @Test(
    "A first apply that is taken back",
    arguments: ["create.imaged", "create.renamed", "create.done", "engine.performed"])
  func takenBack(_ step: String) throws {
    try die(at: Fault(step: step, passage: 1, next: .same), "apply", "-f", "-", input: OrlopHost.manifest)
    try host.succeed("delete", "--ignore-not-found", "-f", "-", input: OrlopHost.manifest)
    try host.expectNothing()
  }

  @Test("A pod that comes back to its data", arguments: Fault.stage + Fault.publish)
  func coming(_ fault: Fault) throws {
    try host.apply()
    try host.writeGreetings()
    try host.succeed("delete", "pod", "app")
    try die(at: fault, "apply", "-f", "-", input: OrlopHost.manifest)
    switch fault.next {
    case .same: try host.apply()
    case .reconcile: try host.succeed("reconcile")
    }
    try host.expectWhole()
    try host.expectGreetings()
  }

  @Test("A pod that goes", arguments: Fault.unpublish)
  func going(_ fault: Fault) throws {
    try host.apply()
    try host.writeGreetings()
    try die(at: fault, "delete", "pod", "app")
    switch fault.next {
    case .same: try host.succeed("delete", "pod", "app", "--ignore-not-found")
    case .reconcile: try host.succeed("reconcile")
    }
    #expect(try host.phases() == ["PersistentVolume Bound", "PersistentVolumeClaim Bound"])
    #expect(try host.mounts() == [])
    try host.expectAgreement()
    try host.apply()
    try host.expectWhole()
    try host.expectGreetings()
  }

  @Test("A deletion of everything", arguments: Fault.delete + Fault.engine)
  func deletion(_ fault: Fault) throws {
    try host.apply()
    try die(at: fault, "delete", "-f", "-", input: OrlopHost.manifest)
    if fault.next == .reconcile {
      try host.succeed("reconcile")
      try host.expectAgreement()
    }
    try host.succeed("delete", "--ignore-not-found", "-f", "-", input: OrlopHost.manifest)
    try host.expectNothing()
  }

  @Test("A growth of a volume that no pod has", arguments: Fault.growIdle + Fault.engineOfGrowth)
  func growing(_ fault: Fault) throws {
    let larger = try prepareGrowth("ext4")
    try die(at: fault, "apply", "-f", "-", input: larger)
    try expectGrown(fault, larger)
  }

  @Test("A growth of a mounted volume", arguments: Fault.growMounted)
  func growingMounted(_ fault: Fault) throws {
    // Every kernel grows xfs while it is mounted.
    let larger = try prepareGrowth("xfs", "\n---\n" + OrlopHost.pod(claims: ["data"]))
    try die(at: fault, "apply", "-f", "-", input: larger)
    try expectGrown(fault, larger)
  }

  /// Makes a claim with a volume of `filesystem` that may grow; returns the manifest that asks for more.
  private func prepareGrowth(_ filesystem: String, _ more: String = "") throws -> String {
    let storageClass = """
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: {name: growing}
      provisioner: orlop.io
      allowVolumeExpansion: true
      parameters: {fsType: \(filesystem)}
      ---

      """
    try host.apply(storageClass + OrlopHost.claim("data", of: "growing", size: "260Mi") + more)
    return storageClass + OrlopHost.claim("data", of: "growing", size: "320Mi") + more
  }

  /// The claim and its volume have what was asked for, whoever finished it, and can grow again.
  private func expectGrown(_ fault: Fault, _ manifest: String) throws {
    switch fault.next {
    case .same: try host.apply(manifest)
    case .reconcile: try host.succeed("reconcile")
    }
    try expectSize("320Mi")
    try host.apply(manifest.replacing("320Mi", with: "400Mi"))
    try expectSize("400Mi")
    try host.succeed("delete", "-f", "-", input: manifest)
    try host.expectNothing()
  }

  /// Claim, PersistentVolume and record say so, and nothing is under way.
  private func expectSize(_ size: String) throws {
    #expect(try host.succeed("get", "pvc", "data", "-o", "jsonpath={.status.capacity.storage}") == size)
    #expect(try host.succeed("get", "pv", "-o", "jsonpath={.items[*].spec.capacity.storage}") == size)
    #expect(try host.succeed("get", "pvc", "data", "-o", "jsonpath={.status.conditions}") == "")
    let record = String(decoding: try host.volume(of: "data").readFile("volume.json") ?? [], as: UTF8.self)
    #expect(!record.contains("growth"), "\(record)")
    try host.expectAgreement()
  }

  @Test("A shrinking", arguments: Fault.shrink)
  func shrinking(_ fault: Fault) throws {
    _ = try prepareGrowth("ext4")
    try die(at: fault, "resize", "pvc", "data", "100Mi", "--shrink")
    if fault.next == .reconcile {
      try host.succeed("reconcile")
      try expectSize(fault.step == "shrink.swapped" ? "100Mi" : "260Mi")
      #expect(try host.volume(of: "data").entries().sorted() == ["image", "volume.json"])
    }
    try host.succeed("resize", "pvc", "data", "100Mi", "--shrink")
    try expectSize("100Mi")
    #expect(try host.volume(of: "data").entries().sorted() == ["image", "volume.json"])
    try host.apply(OrlopHost.pod(claims: ["data"]))
    #expect(try host.succeed("get", "pod", "app", "-o", "jsonpath={.status.phase}") == "Running")
  }

  @Test("At any moment")
  func anyMoment() throws {
    let seed = Seeds.base(ifNone: .random(in: 0...UInt64.max))
    var generator = SeededRandom(seed: seed)
    for round in 0..<15 {
      var doomed = host.orlop
      doomed.limit = .milliseconds(Int64.random(in: 1...600, using: &generator))
      let verb = Bool.random(using: &generator) ? "apply" : "delete"
      let outcome = try doomed.run([verb, "-f", "-"], input: OrlopHost.manifest)
      let told = "seed \(seed), round \(round): \(verb), killed after \(doomed.limit)"
      #expect(outcome.isKilled || outcome.status == 0 || verb == "delete", "\(told): \(outcome)")
    }
    try host.apply()
    try host.expectWhole()
    try host.succeed("delete", "-f", "-", input: OrlopHost.manifest)
    try host.expectNothing()
    print("killed 15 times at any moment with seed \(seed)")
  }

  @Test("After a reboot, reconcile mounts every pod's volumes, with their data")
  func reboot() throws {
    try host.apply()
    try host.apply(OrlopHost.claim("more") + "\n---\n" + OrlopHost.pod("other", claims: ["more", "logs"]))
    try host.writeGreetings()
    for path in try host.mounts().reversed() { try host.bench.host.unmount(path, lazily: false) }
    #expect(try host.mounts() == [])
    #expect(try host.orlop.run("doctor").status == 1)
    #expect(try host.succeed("reconcile") == "pod/default/app mounted\npod/default/other mounted\n")
    try host.expectGreetings()
    try host.expectAgreement()
    #expect(try host.succeed("reconcile") == "nothing to do\n")
  }

  @Test("A second apply changes nothing")
  func secondApply() throws {
    try host.apply()
    let versions = "jsonpath={.items[*].metadata.resourceVersion}"
    let before = try host.succeed("get", "sc,pv,pvc,pods,events", "-o", versions)
    let lines = try host.apply().split(separator: "\n")
    #expect(lines.count == 5)
    #expect(lines.allSatisfy { $0.hasSuffix(" unchanged") }, "\(lines)")
    #expect(try host.succeed("get", "sc,pv,pvc,pods,events", "-o", versions) == before)
    try host.expectWhole()
  }

  @Test("Six commands at once wait for each other")
  func together() throws {
    let names = (1...6).map { "c\($0)" }
    let running = try names.map { name in
      let manifest = [OrlopHost.classes, OrlopHost.claim(name), OrlopHost.pod("p-" + name, claims: [name])]
      return try host.orlop.start(["apply", "-f", "-"], input: manifest.joined(separator: "\n---\n"))
    }
    for program in running {
      let outcome = program.outcome()
      #expect(outcome.status == 0, "\(outcome)")
    }
    #expect(try host.phases() == ["PersistentVolume Bound", "PersistentVolumeClaim Bound", "Pod Running"])
    #expect(try host.pool("volumes").count == 6)
    #expect(try host.loops().count == 6)
    try host.expectAgreement()
  }
}
