// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

/// Drives `Conformance/api_scenarios.json`: what a user does, step by step, and the objects and events after each.
@Suite("What users do, step by step") struct ScenarioTableTests {
  @Test(
    "Each step leads to Kubernetes' objects and events",
    arguments: try TableEntry.all("api_scenarios", "scenarios"))
  func scenario(entry: TableEntry) throws {
    var world = SimulatedWorld(objects: [])
    var uids: [String: [String]] = [:]
    var known: Set<String> = []
    for (number, step) in entry.json.objects("steps").enumerated() {
      let deed = try filled(step, uids)
      world = try SimulatedWorld.settled(
        try done(deed, to: world.objects, number), provisioners: entry.json.strings("external_provisioners"))
      for index in world.objects.indices where known.insert(world.objects[index].uid).inserted {
        // steps are a minute apart, however fast the machine is (rule D3)
        world.objects[index].metadata.creationTimestamp = Timestamp(seconds: Int64(number) * 60)
      }
      for claim in world.named(PersistentVolumeClaim.self).values where uids[claim.name]?.contains(claim.uid) != true {
        uids[claim.name, default: []].append(claim.uid)
      }
      let expected = try #require(try filled(step, uids).object("expect"))
      check(world, against: expected, "step \(number + 1) (\(step.string("op")))")
    }
  }

  /// `step` with `${uid:x}` and `${uid:x#2}` replaced by the uid of the first and the second claim x.
  private func filled(_ step: JSONObject, _ uids: [String: [String]]) throws -> JSONObject {
    var text = JSONWriter.compact(.object(step))
    for (name, uids) in uids {
      for (index, uid) in uids.enumerated() { text.replace("${uid:\(name)#\(index + 1)}", with: uid) }
      text.replace("${uid:\(name)}", with: uids[0])
    }
    return try #require(try JSONReader.read(text).object)
  }

  private func done(_ step: JSONObject, to objects: [Resource], _ number: Int) throws -> [Resource] {
    if step.string("op") == "apply" {
      return objects
        + step.objects("objects").map { json in
          var object = Resource(json: json)
          if object.kind == .pod || object.kind == .node { object.metadata.uid = "uid-\(number)-" + object.name }
          return object
        }
    }
    let index = try #require(
      objects.firstIndex { $0.json.string("kind") == step.string("kind") && $0.name == step.string("name") })
    var objects = objects
    switch step.string("op") {
    case "patch":
      let patch = try #require(step.object("patch"))
      objects[index].json = merged(objects[index].json, patch)
    case "delete" where !objects[index].metadata.finalizers.isEmpty:
      objects[index].metadata.deletionTimestamp = SimulatedWorld.start
    default: objects.remove(at: index)
    }
    return objects
  }

  private func merged(_ target: JSONObject, _ patch: JSONObject) -> JSONObject {
    patch.members.reduce(into: target) { result, member in
      switch member.value {
      case .null: result[member.key] = nil
      case .object(let inner): result[member.key] = .object(merged(result.object(member.key) ?? JSONObject(), inner))
      case .bool, .number, .string, .array: result[member.key] = member.value
      }
    }
  }

  private func check(_ world: SimulatedWorld, against expected: JSONObject, _ step: String) {
    let volumes = world.named(PersistentVolume.self)
    let claims = world.named(PersistentVolumeClaim.self)
    let expectedVolumes = expected.object("persistentVolumes") ?? JSONObject()
    let expectedClaims = expected.object("persistentVolumeClaims") ?? JSONObject()
    #expect(volumes.keys.sorted() == expectedVolumes.keys, "\(step)")
    #expect(claims.keys.sorted() == expectedClaims.keys, "\(step)")
    let live = Set(claims.values.map(\.uid))
    for (name, volume) in volumes {
      let facts = self.facts(volume.json, "spec", "capacity")
        .merging(pointer(volume, live)) { $1 }
        .merging(["policy": volume.reclaimPolicyText, "class": volume.json.string("spec", "storageClassName")]) { $1 }
      guard let wanted = expectedVolumes.object(name) else { continue }
      var wantedFacts = self.wanted(wanted)
      wantedFacts["policy"] = wanted.string("reclaimPolicy")
      wantedFacts["class"] = wanted.string("storageClassName")
      #expect(facts == wantedFacts, "\(step) \(name)")
      if let message = wanted.optionalString("message") { #expect(volume.statusMessage == message, "\(step) \(name)") }
    }
    for (name, claim) in claims {
      var facts = self.facts(claim.json, "status", "capacity")
      facts["class"] = claim.storageClassName
      facts["volume"] = claim.volumeName
      facts["modes"] = claim.statusAccessModes.sorted().joined(separator: ",")
      guard let wanted = expectedClaims.object(name) else { continue }
      var wantedFacts = self.wanted(wanted)
      wantedFacts["class"] = wanted.optionalString("storageClassName")
      wantedFacts["volume"] = wanted.string("volumeName")
      wantedFacts["modes"] = wanted.strings("accessModes").sorted().joined(separator: ",")
      #expect(facts == wantedFacts, "\(step) \(name)")
    }
    let events = Set(world.events.map { [$0.type, $0.reason, $0.involvedKind, $0.involvedName, $0.message] })
    #expect(
      events
        == Set(
          expected.objects("events").map { e in ["type", "reason", "kind", "name", "message"].map { e.string($0) } }),
      "\(step)")
  }

  /// What volumes and claims have in common.
  private func facts(_ json: JSONObject, _ part: String, _ field: String) -> [String: String] {
    var facts = json.annotations("pv.kubernetes.io/", "volume.")
      .filter { !$0.key.hasPrefix("volume.kubernetes.io/provisioner-deletion-secret") }
    facts["phase"] = json.string("status", "phase")
    facts["finalizers"] = json.strings("metadata", "finalizers").sorted().joined(separator: ",")
    facts["capacity"] = json.object(part, field)?.quantity("storage")?.canonical
    if Resource(json: json).isTerminating { facts["terminating"] = "yes" }
    return facts
  }

  private func pointer(_ volume: PersistentVolume, _ live: Set<String>) -> [String: String] {
    guard let reference = volume.claimRef else { return [:] }
    let uid = reference.uid.isEmpty ? "none" : live.contains(reference.uid) ? "live" : "stale"
    return ["claim": [reference.namespace, reference.name, uid].joined(separator: "/")]
  }

  private func wanted(_ json: JSONObject) -> [String: String] {
    var facts = json.stringMap("annotations")
    facts["phase"] = json.string("phase")
    facts["finalizers"] = json.strings("finalizers").sorted().joined(separator: ",")
    facts["capacity"] = json.quantity("capacity")?.canonical
    if json.flag("terminating") { facts["terminating"] = "yes" }
    if let claim = json.object("claimRef") {
      facts["claim"] = ["namespace", "name", "uid"].map { claim.string($0) }.joined(separator: "/")
    }
    return facts
  }
}
