// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// How the claims of our own volumes grow: what is asked of the storage, and what is said of it.
struct GrowthDecisionTests {
  static let settings = ControllerSettings(servedProvisioners: [WellKnown.orlop], driver: WellKnown.orlop)
  static let growing = storageClass("c", by: WellKnown.orlop) { $0.json["allowVolumeExpansion"] = true }

  static func wish(
    _ request: String = "2Gi", _ state: ResizeState? = nil, of allocated: String = "2Gi",
    change: (inout PersistentVolumeClaim) -> Void = { _ in }
  ) -> Resource {
    boundClaim("x", on: "a") {
      $0.storageClassName = "c"
      $0.json.set(.string(request), "spec", "resources", "requests", "storage")
      if let state {
        $0.json.set(.string(state.rawValue), "status", "allocatedResourceStatuses", "storage")
        $0.json.set(.string(allocated), "status", "allocatedResources", "storage")
      }
      change(&$0)
    }
  }

  static func ours(_ capacity: String = "1Gi", change: (inout PersistentVolume) -> Void = { _ in }) -> Resource {
    volume("a", capacity, for: "x", uid: "uid-x", phase: .bound) {
      $0.has("csi", ["driver": "orlop.io", "volumeHandle": "a"])
      change(&$0)
    }
  }

  /// A pod that has the claim's volume published.
  static func user(readOnly: Bool = false) -> Resource {
    var volume = PodWorld.claimVolume(claim: "x")
    if readOnly { volume.set(true, "persistentVolumeClaim", "readOnly") }
    var pod = PodWorld.pod("p", node: "n1", volumes: [volume])
    pod = pod.running(remark: "", at: PodWorld.now)
    return Resource(pod)
  }

  static let begun =
    "x: allocatedResourceStatuses.storage=ControllerResizeInProgress allocatedResources.storage=2Gi "
    + "conditions=[{\"lastTransitionTime\":\"\(PodWorld.now)\",\"status\":\"True\",\"type\":\"Resizing\"}]"
  static let twoGi = 2 << 30

  static func stated(_ type: String, _ message: String = "", since: Timestamp = PodWorld.now) -> JSONValue {
    [
      [
        "type": .string(type), "status": "True", "message": .string(message),
        "lastTransitionTime": .string(since.description),
      ]
    ]
  }

  static func row(_ name: String, _ objects: [Resource], _ rule: String, _ steps: [String] = []) -> DecisionRow {
    var row = aboutClaim(name, [growing] + objects, rule, steps)
    row.settings = settings
    return row
  }

  static let rows: [DecisionRow] = [
    row(
      "First the claim says so, then the storage grows (E8)", [ours(), wish()], "E8", [begun, "grow a to \(twoGi)"]),
    row(
      "A growth that was cut off goes on (E8)", [ours(), wish("2Gi", .controllerInProgress)], "E8",
      ["grow a to \(twoGi)"]),
    row(
      "A larger request while it grows is the new wish (E15)", [ours(), wish("3Gi", .controllerInProgress)], "E8",
      [
        begun.replacing("2Gi", with: "3Gi").replacing(
          "allocatedResourceStatuses.storage=ControllerResizeInProgress ", with: ""),
        "grow a to \(3 << 30)",
      ]),
    row(
      "A lower request does not take back what may be in effect (E15)",
      [ours(), wish("1536Mi", .controllerInProgress)],
      "E8", ["grow a to \(twoGi)"]),
    row(
      "After a growth that is infeasible the lower request counts (E15)",
      [ours(), wish("1536Mi", .controllerInfeasible, of: "9Gi")], "E8",
      [begun.replacing("2Gi", with: "1536Mi"), "grow a to \(1536 << 20)"]),
    row(
      "What has just failed is not tried again at once (E11)",
      [
        ours(),
        wish("2Gi", .controllerInfeasible) {
          $0.json.set(stated("ControllerResizeError", "full"), "status", "conditions")
        },
      ], "E11"),
    row(
      "What failed a while ago is tried again, silently (E11)",
      [
        ours(),
        wish("2Gi", .controllerInfeasible) {
          let before = Timestamp(seconds: PodWorld.now.seconds - 10)
          $0.json.set(stated("ControllerResizeError", "full", since: before), "status", "conditions")
        },
      ], "E8", ["grow a to \(twoGi)"]),
    row(
      "The storage that has grown already is asked again when nobody wrote it down (E8)",
      [ours("2Gi"), wish("2Gi", .controllerInProgress)], "E8", ["grow a to \(twoGi)"]),
    row(
      "Whoever only reads has the storage grown, and not the filesystem (E13)", [ours(), wish(), user(readOnly: true)],
      "E8", [begun, "grow a to \(twoGi), not the filesystem"]),
    row(
      "A filesystem that nobody has mounted grows now (E12)", [ours("2Gi"), wish("2Gi", .nodePending)], "E12",
      ["x: allocatedResourceStatuses.storage=NodeResizeInProgress", "grow a to \(twoGi) on its node"]),
    row(
      "The filesystem of a pod that has come grows (E12)", [ours("2Gi"), wish("2Gi", .nodePending), user()], "E12",
      ["grow a to \(twoGi) on its node"]),
    row(
      "A lower request does not stop the node (E15)", [ours("2Gi"), wish("1536Mi", .nodePending)], "E12",
      ["x: allocatedResourceStatuses.storage=NodeResizeInProgress", "grow a to \(twoGi) on its node"]),
    row(
      "Whoever only reads has the old size (E13, EV24)",
      [ours("2Gi"), wish("2Gi", .nodePending), user(readOnly: true)], "E13",
      ["p", "x"].map {
        "Warning FileSystemResizeFailed \($0): MountVolume.NodeExpandVolume failed for volume \"a\" requested read-only "
          + "file system"
      }),
    row(
      "A claim can say that its node has nothing to do (E9)",
      [
        ours("2Gi"),
        wish("2Gi", .nodePending) { $0.setAnnotation(WellKnown.nodeExpansionNotRequired, "true") },
      ], "E9"),
    row(
      "A request beyond all volumes is infeasible (E11)", [ours(), wish("9E") { $0.phase = .bound }], "E8",
      [begun.replacing("2Gi", with: "9E"), "grow a to 9000000000000000000"]),
    row(
      "A local volume that a pod has shows what its volume says (E17)",
      [
        volume("a", "2Gi", for: "x", uid: "uid-x", phase: .bound) { $0.has("local", ["path": "/srv/a"]) }, wish("1Gi"),
        user(),
      ], "E17",
      [
        "x: capacity.storage=2Gi",
        "Normal FileSystemResizeSuccessful p: MountVolume.NodeExpandVolume succeeded for volume \"a\" n1",
        "Normal FileSystemResizeSuccessful x: MountVolume.NodeExpandVolume succeeded for volume \"a\" n1",
      ]),
    row(
      "The capacity of a volume that nobody has mounted does not change the claim (E16, E17)",
      [volume("a", "2Gi", for: "x", uid: "uid-x", phase: .bound) { $0.has("local", ["path": "/srv/a"]) }, wish("1Gi")],
      "E6"),
    row(
      "A claim that is being deleted does not grow (E6)", [ours(), wish { $0.isBeingDeleted() }], "E6"),
  ]

  @Test("What a wish to grow leads to", arguments: rows)
  func decides(row: DecisionRow) { row.check { ClaimExpander(settings: $0) } }

  /// What is made of the end of a growth to 2Gi.
  private func after(
    _ outcome: Outcome, part: ExpandRequest.Part = .controller, _ objects: [Resource]
  ) throws -> (Decision, [String]) {
    let world = PodWorld.of([Self.growing] + objects)
    let key = ObjectKey(.persistentVolumeClaim, namespace: "default", name: "x")
    let request = ExpandRequest(
      claim: try #require(world.claim(key)), volume: try #require(world.volume("a")), bytes: Int64(Self.twoGi),
      part: part,
      leavesFilesystem: false)
    let decision = ClaimExpander(settings: Self.settings).followUp(
      .expand(request), outcome, on: key, in: world, at: PodWorld.now)
    return (decision, StepText.of(decision.steps, in: world))
  }

  static let done = Outcome.expanded(Expansion(bytes: Int64(twoGi)))

  @Test("A volume that nobody uses has its size at once (E9, EV23)")
  func atOnce() throws {
    let (decision, steps) = try after(Self.done, [Self.ours(), Self.wish("2Gi", .controllerInProgress)])
    #expect(decision.reason.rule == "E9" && !decision.retries)
    #expect(
      steps == [
        "a: spec.capacity.storage=2Gi",
        "x: allocatedResourceStatuses.storage- allocatedResources.storage- capacity.storage=2Gi",
        "Normal VolumeResizeSuccessful x: ExpandVolume succeeded for volume default/x",
      ])
  }

  @Test("One that is mounted tells its pod as well (E12, EV24)")
  func online() throws {
    let (decision, steps) = try after(
      Self.done, [Self.ours(), Self.wish("2Gi", .controllerInProgress), Self.user()])
    #expect(decision.reason.rule == "E12")
    #expect(
      steps.suffix(2)
        == ["p", "x"].map {
          "Normal FileSystemResizeSuccessful \($0): MountVolume.NodeExpandVolume succeeded for volume \"a\" n1"
        })
  }

  @Test("What has to wait for its node is said to, with the old size on the volume (E10)")
  func waits() throws {
    let outcome = Outcome.expanded(Expansion(bytes: Int64(Self.twoGi), waitsFor: "no capability"))
    let (decision, steps) = try after(outcome, [Self.ours(), Self.wish("2Gi", .controllerInProgress), Self.user()])
    #expect(decision.reason.rule == "E10" && !decision.retries)
    #expect(
      steps == [
        "a: volume.alpha.kubernetes.io/pre-resize-capacity=1Gi spec.capacity.storage=2Gi",
        "x: allocatedResourceStatuses.storage=NodeResizePending conditions=[{\"lastTransitionTime\":\"\(PodWorld.now)\","
          + "\"message\":\"Waiting for user to (re-)start a pod to finish file system resize of volume on node.\","
          + "\"status\":\"True\",\"type\":\"FileSystemResizePending\"}]",
        "Normal FileSystemResizeRequired x: Require file system resize of volume on node: no capability",
      ])
    // On the node's part it is no news.
    let again = try after(outcome, part: .node, [Self.ours("2Gi"), Self.wish("2Gi", .nodePending), Self.user()])
    #expect(again.1 == [] && !again.0.retries)
  }

  @Test("After the node's part nothing of it is left (E12)")
  func node() throws {
    let volume = Self.ours("2Gi") { $0.setAnnotation(WellKnown.preResizeCapacity, "1Gi") }
    let (_, steps) = try after(Self.done, part: .node, [volume, Self.wish("2Gi", .nodeInProgress)])
    #expect(
      steps
        == [
          "a: volume.alpha.kubernetes.io/pre-resize-capacity-",
          "x: allocatedResourceStatuses.storage- allocatedResources.storage- capacity.storage=2Gi",
          "Normal FileSystemResizeSuccessful x: MountVolume.NodeExpandVolume succeeded for volume \"a\"",
        ].map { $0.replacing("volume.alpha", with: "volume.alpha") })
  }

  @Test(
    "A failure leaves the old size and says why (E11, E14, EV23, EV24)",
    arguments: [
      (
        ExpandRequest.Part.controller, EffectFailure.Meaning.exhausted, "ControllerResizeInfeasible",
        "ControllerResizeError"
      ),
      (.controller, .final, "ControllerResizeInProgress", "ControllerResizeError"),
      (.node, .infeasible, "NodeResizeInfeasible", "NodeResizeError"),
      (.node, .final, "NodeResizeInProgress", "NodeResizeError"),
    ])
  func failure(_ part: ExpandRequest.Part, _ meaning: EffectFailure.Meaning, _ state: String, _ type: String) throws {
    let before = part == .node ? Self.wish("2Gi", .nodePending) : Self.wish("2Gi", .controllerInProgress)
    let outcome = Outcome.failed(EffectFailure(meaning, "the disk is full"))
    let (decision, steps) = try after(outcome, part: part, [Self.ours(part == .node ? "2Gi" : "1Gi"), before])
    #expect(decision.retries)
    let claim = decision.steps.compactMap { step in
      if case .updateStatus(let object) = step { PersistentVolumeClaim(json: object.json) } else { nil }
    }.first
    #expect(claim?.resizeState?.rawValue == state)
    #expect(claim?.statusCapacityText == "1Gi")
    #expect(
      claim?.json.objects("status", "conditions").map { $0.string("type") + ": " + $0.string("message") } == [
        "\(type): the disk is full"
      ])
    let told =
      part == .node
      ? "Warning FileSystemResizeFailed x: MountVolume.NodeExpandVolume failed for volume \"a\" the disk is full"
      : "Warning VolumeResizeFailed x: resize volume \"a\" by resizer \"orlop.io\" failed: the disk is full"
    #expect(steps.last == told)
    // The same failure again is the same status: nothing to look at again for.
    let once = try #require(claim)
    let again = try after(outcome, part: part, [Self.ours(part == .node ? "2Gi" : "1Gi"), Resource(once)])
    #expect(again.1 == [told])
  }

  @Test("A volume that grew into another claim's hands is left alone (B56)")
  func replaced() throws {
    let other = Self.ours { $0.claimRef = ClaimReference(json: ["namespace": "default", "name": "x", "uid": "other"]) }
    #expect(try after(Self.done, [other, Self.wish()]).1 == [])
  }
}
