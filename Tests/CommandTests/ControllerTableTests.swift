// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

/// Drives `Conformance/pv_controller_cases.json`: objects before, and the sets of objects that may come of them.
@Suite("The volume controller's table") struct ControllerTableTests {
  /// The entries that say what a user can observe.
  static func entries(_ kind: String) throws -> [TableEntry] {
    try TableEntry.all("pv_controller_cases", "cases").filter {
      $0.json.string("kind") == kind && $0.json.string("expressibility") == "api" && $0.json["requires"] == nil
    }
  }

  /// What is compared of a volume or a claim.
  struct Facts: Hashable, CustomStringConvertible {
    let texts: [String: String]
    var description: String { texts.sorted { $0.key < $1.key }.map { $0.key + "=" + $0.value }.joined(separator: " ") }

    init(_ object: Resource) {
      let json = object.json
      var texts = json.annotations(
        "pv.kubernetes.io/", "volume.kubernetes.io/storage-provisioner", "volume.beta.kubernetes.io/storage-provisioner"
      )
      texts["phase"] = json.string("status", "phase")
      texts["class"] = json.optionalString("spec", "storageClassName")
      if let claim = object.typed(PersistentVolumeClaim.self) {
        texts["volume"] = claim.volumeName
        texts["capacity"] = json.quantity("status", "capacity", "storage")?.canonical
        texts["modes"] = Set(claim.statusAccessModes).sorted().joined(separator: ",")
      } else {
        let reference = json.object("spec", "claimRef")
        texts["class"] = texts["class"] ?? ""
        texts["policy"] = json.string("spec", "persistentVolumeReclaimPolicy")
        texts["claim"] = reference.map { r in ["namespace", "name", "uid"].map { r.string($0) }.joined(separator: "/") }
        texts["message"] = String(json.string("status", "message").prefix { $0 != "\"" })
      }
      self.texts = texts
    }

    static func all(_ objects: [Resource]) -> [String: Facts] {
      let watched = objects.filter { $0.kind == .persistentVolume || $0.kind == .persistentVolumeClaim }
      return Dictionary(watched.map { ($0.json.string("kind") + "/" + $0.name, Facts($0)) }) { $1 }
    }
  }

  private func identified(_ json: JSONObject) -> Resource {
    var object = Resource(json: json)
    if object.uid.isEmpty { object.metadata.uid = "uid-" + object.name }
    return object
  }

  @Test(
    "The objects end in one of the allowed ways", arguments: try entries("controller"))
  func controller(entry: TableEntry) throws {
    let initial = try #require(entry.json.object("initial"))
    let classes = initial.objects("classes").map(Resource.init)
    let others = ["nodes", "pods"].flatMap { initial.objects($0) }.map(identified)
    let watched = ["volumes", "claims"].flatMap { initial.objects($0) }.map { json in
      var object = identified(json)
      object.json["status"] = nil
      return object
    }
    let world = try SimulatedWorld.settled(classes + others + watched)
    let allowed = ["fixpoint_api", "fixpoint_api_claims_first", "fixpoint_seeded"].flatMap { entry.json.objects($0) }
      .map { end in Facts.all((end.objects("volumes") + end.objects("claims")).map(Resource.init)) }
    #expect(allowed.contains(Facts.all(world.objects)))
  }

  @Test("A claim finds the volume that it should", arguments: try entries("match"))
  func match(entry: TableEntry) throws {
    var objects = entry.json.objects("volumes").map { json in
      var volume = identified(json)
      volume.json["status"] = ["phase": "Available"]
      return volume
    }
    let claim = identified(try #require(entry.json.object("claim")))
    let className = claim.json.string("spec", "storageClassName")
    if !className.isEmpty {
      objects.append(
        Resource(json: [
          "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": ["name": .string(className)],
          "provisioner": "kubernetes.io/no-provisioner", "reclaimPolicy": "Delete",
          "volumeBindingMode": entry.json.flag("delay_binding") ? "WaitForFirstConsumer" : "Immediate",
        ]))
    }
    let world = try SimulatedWorld.settled(objects + [claim])
    let found = try #require(world.named(PersistentVolumeClaim.self)[claim.name])
    #expect(found.volumeName == entry.json.string("expected_match"))
  }
}
