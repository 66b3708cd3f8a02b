// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@testable import Controllers

/// A pod without a node in its world, and what the scheduler does about it.
struct SchedulerRow: Sendable, CustomTestStringConvertible {
  enum Answer: Sendable, Equatable {
    /// The pod gets the node.
    case assigned
    /// The pod waits while volumes are pointed at claims (as `volume>claim`) and claims get the node.
    case waits(reserved: [String], selected: [String])
    /// A FailedScheduling event whose message begins so, up to the first full stop.
    case refused(String)
    /// Nothing is done.
    case leftAlone
  }

  let name: String
  let pod: Pod
  let others: [Resource]
  let answer: Answer
  var testDescription: String { name }

  init(_ name: String, _ pod: Pod, _ others: [Resource], _ answer: Answer) {
    self.name = name
    self.pod = pod
    self.others = others
    self.answer = answer
  }

  private static func refusedEarly(_ reason: String) -> Answer { .refused("0/1 nodes are available: \(reason)") }
  private static func refused(_ reason: String) -> Answer { .refused("0/1 nodes are available: 1 \(reason)") }

  private static let user = PodWorld.pod(node: "", volumes: [PodWorld.claimVolume()])
  private static let plain = PodWorld.pod(node: "", volumes: [])
  private static let late = PodWorld.claim(className: "late")
  private static func storageClass(_ provisioner: String = "orlop.io", mode: String? = "WaitForFirstConsumer")
    -> Resource
  {
    var json: JSONObject = ["provisioner": .string(provisioner)]
    json["volumeBindingMode"] = mode.map(JSONValue.string)
    var storageClass = StorageClass(name: "late")
    for member in json.members { storageClass.json[member.key] = member.value }
    return Resource(storageClass)
  }
  private static func volume(
    _ name: String = "pv", capacity: String = "1Gi", modes: [String] = ["ReadWriteOnce"], host: String? = nil
  ) -> PersistentVolume {
    PodWorld.volume(name, className: "late", modes: modes, capacity: capacity).changed { volume in
      guard let host else { return }
      let term: JSONValue = [
        "matchExpressions": [["key": "kubernetes.io/hostname", "operator": "In", "values": [.string(host)]]]
      ]
      volume.json.set(.array([term]), "spec", "nodeAffinity", "required", "nodeSelectorTerms")
    }
  }
  private static func affinity(_ label: String, _ value: String) -> Pod {
    plain.changed {
      $0.json.set(
        [["matchExpressions": [["key": .string(label), "operator": "In", "values": [.string(value)]]]]], "spec",
        "affinity", "nodeAffinity", "requiredDuringSchedulingIgnoredDuringExecution", "nodeSelectorTerms")
    }
  }

  static let rows: [SchedulerRow] = [
    .init("A pod without claims is assigned", plain, [], .assigned),
    .init("W6: a pod with a node is left alone", PodWorld.pod(volumes: []), [], .leftAlone),
    .init(
      "A pod for another scheduler is left alone", plain.changed { $0.json.set("mine", "spec", "schedulerName") }, [],
      .leftAlone),
    .init("A bound claim's pod is assigned", user, PodWorld.bound(PodWorld.claim(), PodWorld.volume()), .assigned),
    .init(
      "W1: a claim of a missing class does not wait for the scheduler", user, [Resource(late)],
      refusedEarly("pod has unbound immediate PersistentVolumeClaims")),
    .init(
      "W1: a class without binding mode", user, [Resource(late), storageClass(mode: nil)],
      refusedEarly(#"VolumeBindingMode not set for StorageClass "late""#)),
    .init(
      "W7: an unbound claim of an immediate class", user, [Resource(late), storageClass(mode: "Immediate")],
      refusedEarly("pod has unbound immediate PersistentVolumeClaims")),
    .init(
      "W7: an unbound waiting claim that names a volume", user,
      [Resource(late.changed { $0.volumeName = "pv" }), storageClass()],
      refusedEarly("pod has unbound immediate PersistentVolumeClaims")),
    .init(
      "W8: the smallest volume that fits is reserved", user,
      [
        Resource(late), storageClass(), Resource(volume("big", capacity: "5Gi")),
        Resource(volume("fit", capacity: "2Gi")),
      ],
      .waits(reserved: ["fit>data"], selected: [])),
    .init(
      "W8: access modes are a subset test, not a group", user,
      [
        Resource(late), storageClass(), Resource(volume("narrow", capacity: "5Gi")),
        Resource(volume("wide", capacity: "2Gi", modes: ["ReadWriteOnce", "ReadWriteMany"])),
      ], .waits(reserved: ["wide>data"], selected: [])),
    .init(
      "W8: two claims of a pod get two volumes, the smaller request first",
      PodWorld.pod(node: "", volumes: [PodWorld.claimVolume("a", claim: "a"), PodWorld.claimVolume("b", claim: "b")]),
      [
        Resource(PodWorld.claim("a", className: "late", request: "2Gi")),
        Resource(PodWorld.claim("b", className: "late")),
        storageClass(), Resource(volume("p2", capacity: "3Gi")), Resource(volume("p1", capacity: "2Gi")),
      ], .waits(reserved: ["p1>b", "p2>a"], selected: [])),
    .init(
      "W8: a volume of another host is no match, one of this host is", user,
      [
        Resource(late), storageClass(), Resource(volume("far", host: "elsewhere")),
        Resource(volume("near", host: "here")),
      ],
      .waits(reserved: ["near>data"], selected: [])),
    .init(
      "W9: the volume reserved for the claim belongs elsewhere", user,
      [
        Resource(late), storageClass("kubernetes.io/no-provisioner"), Resource(volume("free")),
        Resource(volume("far", host: "elsewhere").changed { $0.claimRef = ClaimReference(to: late) }),
      ], refused("node(s) didn't find available persistent volumes to bind")),
    .init(
      "W10: no volume, and nobody to make one", user,
      [Resource(late), storageClass("kubernetes.io/no-provisioner")],
      refused("node(s) didn't find available persistent volumes to bind")),
    .init(
      "W10: the class is not for this node", user,
      [
        Resource(late),
        storageClass().changed {
          $0.json["allowedTopologies"] = [
            ["matchLabelExpressions": [["key": "kubernetes.io/hostname", "values": ["elsewhere"]]]]
          ]
        },
      ], refused("node(s) didn't find available persistent volumes to bind")),
    .init(
      "W11: another node has been chosen for the claim", user,
      [Resource(late.changed { $0.setAnnotation(WellKnown.selectedNode, "elsewhere") }), storageClass()],
      refused("node(s) didn't find available persistent volumes to bind")),
    .init(
      "W12: a claim to be provisioned gets the node", user, [Resource(late), storageClass()],
      .waits(reserved: [], selected: ["data"])),
    .init(
      "W12: a claim that has the node is waited for", user,
      [Resource(late.changed { $0.setAnnotation(WellKnown.selectedNode, "here") }), storageClass()],
      .waits(reserved: [], selected: [])),
    .init(
      "W14: the bound volume belongs elsewhere", user,
      PodWorld.bound(PodWorld.claim(), volume(host: "elsewhere")),
      refused("node(s) didn't match PersistentVolume's node affinity")),
    .init(
      "W14: the bound volume is gone", user, [PodWorld.bound(PodWorld.claim(), PodWorld.volume())[0]],
      refused("node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)")),
    .init("W15: the claim does not exist", user, [], refusedEarly(#"persistentvolumeclaim "data" not found"#)),
    .init(
      "W15: a claim of another namespace does not count", user,
      [Resource(PodWorld.claim().changed { $0.metadata.namespace = "other" })],
      refusedEarly(#"persistentvolumeclaim "data" not found"#)),
    .init(
      "W15: the claim is lost", user,
      [
        Resource(
          PodWorld.claim().changed {
            $0.phase = .lost
            $0.volumeName = "pv"
          })
      ], refusedEarly(#"persistentvolumeclaim "data" bound to non-existent persistentvolume "pv""#)),
    .init(
      "W15: the claim is being deleted", user,
      PodWorld.bound(PodWorld.claim().changed { $0.metadata.deletionTimestamp = PodWorld.now }, PodWorld.volume()),
      refusedEarly(#"persistentvolumeclaim "data" is being deleted"#)),
    .init(
      "W16: another pod uses the ReadWriteOncePod claim", user,
      PodWorld.bound(PodWorld.claim(modes: ["ReadWriteOncePod"]), PodWorld.volume(modes: ["ReadWriteOncePod"])) + [
        Resource(PodWorld.pod("other", volumes: [PodWorld.claimVolume()]))
      ],
      refused(
        "node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod"
      )
    ),
    .init(
      "W16: a finished pod uses it no more", user,
      PodWorld.bound(PodWorld.claim(modes: ["ReadWriteOncePod"]), PodWorld.volume(modes: ["ReadWriteOncePod"])) + [
        Resource(PodWorld.pod("other", volumes: [PodWorld.claimVolume()]).changed { $0.phase = "Failed" })
      ], .assigned),
    .init(
      "W18: the claim of an ephemeral volume is not there yet",
      PodWorld.pod(node: "", volumes: [["name": "scratch", "ephemeral": [:]]]), [],
      refusedEarly(
        #"waiting for ephemeral volume controller to create the persistentvolumeclaim "web-scratch""#)),
    .init(
      "The pod's node selector does not match", plain.changed { $0.json.set("ssd", "spec", "nodeSelector", "disk") },
      [],
      refused("node(s) didn't match Pod's node affinity/selector")),
    .init(
      "The pod's node selector matches the Node object's label",
      plain.changed { $0.json.set("ssd", "spec", "nodeSelector", "disk") },
      [Resource(Node(name: "here").changed { $0.metadata.labels = ["disk": "ssd"] })], .assigned),
    .init("The pod's node affinity matches the host's name", affinity("kubernetes.io/hostname", "here"), [], .assigned),
    .init(
      "The pod's node affinity does not match", affinity("kubernetes.io/hostname", "elsewhere"), [],
      refused("node(s) didn't match Pod's node affinity/selector")),
    .init(
      "The node is cordoned", plain,
      [Resource(Node(name: "here").changed { $0.json.set(true, "spec", "unschedulable") })],
      refused("node(s) were unschedulable")),
  ]
}

@Suite("Scheduling pods (W)") struct SchedulerTests {
  private let scheduler = Scheduler(node: PodWorld.node)

  private func decide(_ pod: Pod, _ others: [Resource], at now: Timestamp = PodWorld.now) -> Decision {
    scheduler.decide(pod.key, in: PodWorld.of(others + [Resource(pod)]), at: now)
  }

  private func updated(_ decision: Decision) -> [Resource] {
    decision.steps.compactMap { if case .update(let object) = $0 { object } else { nil } }
  }

  private func status(_ decision: Decision) throws -> Pod {
    let pods = decision.steps.compactMap {
      if case .updateStatus(let object) = $0 { Pod(json: object.json) } else { nil }
    }
    return try #require(pods.first)
  }

  @Test("What the scheduler makes of a pod", arguments: SchedulerRow.rows)
  func table(_ row: SchedulerRow) throws {
    let decision = decide(row.pod, row.others)
    switch row.answer {
    case .leftAlone: #expect(decision.steps.isEmpty)
    case .assigned:
      #expect(updated(decision).map { Pod(json: $0.json).nodeName } == ["here"], "\(decision.reason)")
      #expect(try status(decision).isTrue(.scheduled))
      #expect(PodWorld.messages("Scheduled", in: decision.steps) == ["Successfully assigned default/web to here"])
    case .waits(let reserved, let selected):
      let volumes = updated(decision).compactMap { $0.typed(PersistentVolume.self) }
      let claims = updated(decision).compactMap { $0.typed(PersistentVolumeClaim.self) }
      #expect(volumes.map { $0.name + ">" + ($0.claimRef?.name ?? "") } == reserved, "\(decision.reason)")
      #expect(volumes.allSatisfy { $0.annotation(WellKnown.boundByController) == "yes" })
      #expect(claims.map(\.name) == selected)
      #expect(claims.allSatisfy { $0.annotation(WellKnown.selectedNode) == "here" })
      #expect(try !status(decision).isTrue(.scheduled))
    case .refused(let message):
      #expect(
        PodWorld.messages("FailedScheduling", in: decision.steps).map { $0.prefix { $0 != "." } } == [message[...]])
      let pod = try status(decision)
      #expect(pod.phase == "Pending" && pod.message(of: .scheduled).hasPrefix(message))
      #expect(decide(pod, row.others).steps.isEmpty, "the same is not told twice")
    }
  }

  @Test("The last words of FailedScheduling tell whether a node was looked at (W17, EV26)")
  func lastWords() {
    let pod = PodWorld.pod(node: "", volumes: [PodWorld.claimVolume()])
    #expect(
      PodWorld.messages("FailedScheduling", in: decide(pod, []).steps) == [
        #"0/1 nodes are available: persistentvolumeclaim "data" not found. not found"#
      ])
    let gone = [PodWorld.bound(PodWorld.claim(), PodWorld.volume())[0]]
    #expect(
      PodWorld.messages("FailedScheduling", in: decide(pod, gone).steps) == [
        "0/1 nodes are available: 1 node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s). no new "
          + "claims to deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling."
      ])
  }

  @Test("A volume reserved by name only gets the claim's uid, and no bound-by-controller (W12, B23)")
  func reservedByName() throws {
    let claim = PodWorld.claim(className: "late")
    let volume = PodWorld.volume(className: "late").changed {
      $0.claimRef = ClaimReference(json: ["namespace": "default", "name": "data"])
    }
    let storageClass = StorageClass(name: "late").changed { $0.json["volumeBindingMode"] = "WaitForFirstConsumer" }
    let pod = PodWorld.pod(node: "", volumes: [PodWorld.claimVolume()])
    let decision = decide(pod, [Resource(claim), Resource(volume), Resource(storageClass)])
    let written = try #require(updated(decision).first?.typed(PersistentVolume.self))
    #expect(written.claimRef?.uid == "uid-data")
    #expect(written.annotation(WellKnown.boundByController) == nil)
  }

  @Test("When the chosen node is taken back the failure is told, and tried again after a pause (W13)")
  func provisioningFailed() throws {
    let others = [
      Resource(PodWorld.claim(className: "late")),
      Resource(
        StorageClass(name: "late").changed {
          $0.json["volumeBindingMode"] = "WaitForFirstConsumer"
          $0.json["provisioner"] = "orlop.io"
        }),
    ]
    let waiting = try status(decide(PodWorld.pod(node: "", volumes: [PodWorld.claimVolume()]), others))
    let failed = decide(waiting, others)
    #expect(
      PodWorld.messages("FailedScheduling", in: failed.steps) == [
        #"running PreBind plugin "VolumeBinding": binding volumes: provisioning failed for PVC "data""#
      ])
    #expect(failed.retries)
    let refused = try status(failed)
    let soon = decide(refused, others, at: Timestamp(seconds: PodWorld.now.seconds + 9))
    #expect(soon.steps.isEmpty && soon.retries)
    let later = decide(refused, others, at: Timestamp(seconds: PodWorld.now.seconds + 10))
    #expect(updated(later).map(\.name) == ["data"])
  }
}

@Suite("Node selector terms") struct NodeTermsTests {
  @Test(
    "Every operator, on a node that has disk=ssd and size=10",
    arguments: [
      ("In", "disk", ["hdd", "ssd"], true), ("In", "disk", ["hdd"], false), ("In", "none", ["x"], false),
      ("NotIn", "disk", ["hdd"], true), ("NotIn", "disk", ["ssd"], false), ("NotIn", "none", ["x"], true),
      ("Exists", "disk", [], true), ("Exists", "none", [], false), ("DoesNotExist", "none", [], true),
      ("DoesNotExist", "disk", [], false), ("Gt", "size", ["9"], true), ("Gt", "size", ["10"], false),
      ("Lt", "size", ["11"], true), ("Lt", "disk", ["11"], false), ("Near", "disk", ["ssd"], false),
    ] as [(String, String, [String], Bool)])
  func operators(_ name: String, _ key: String, _ values: [String], _ expected: Bool) {
    let expression: JSONValue = ["key": .string(key), "operator": .string(name), "values": .strings(values)]
    let terms = NodeTerms(json: ["nodeSelectorTerms": [["matchExpressions": [expression]]]])
    #expect(terms.match(name: "here", labels: ["disk": "ssd", "size": "10"]) == expected)
  }

  @Test("One term is enough, all of its parts must hold, and an empty one matches nothing")
  func terms() {
    let here: JSONValue = ["matchFields": [["key": "metadata.name", "operator": "In", "values": ["here"]]]]
    let both: JSONValue = [
      "matchFields": [["key": "metadata.name", "operator": "In", "values": ["here"]]],
      "matchExpressions": [["key": "disk", "operator": "Exists"]],
    ]
    func match(_ terms: [JSONValue]) -> Bool {
      NodeTerms(json: ["nodeSelectorTerms": .array(terms)]).match(name: "here", labels: [:])
    }
    #expect(match([both, here]))
    #expect(!match([both]))
    #expect(!match([[:]]))
    #expect(!match([]))
  }
}
