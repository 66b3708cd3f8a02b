// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// What workloads make of their templates: claims and pods as the API would store them.
enum Templates {
  /// The claim `name` that `template` describes, with the default class where it names none (rule D1).
  static func claim(
    _ name: String, from template: JSONObject, namespace: String, in world: World
  ) -> PersistentVolumeClaim {
    var claim = PersistentVolumeClaim(name: name, namespace: namespace)
    copyMetadata(from: template, to: &claim)
    claim.json["spec"] = .object(template.object("spec") ?? JSONObject())
    if claim.json.value("spec", "volumeMode") == nil {
      claim.json.set(.string(VolumeMode.filesystem.rawValue), "spec", "volumeMode")
    }
    if claim.storageClassName == nil, claim.annotation(WellKnown.betaStorageClass) == nil {
      claim.storageClassName = world.defaultClass?.name
    }
    claim.addFinalizer(WellKnown.claimProtection)
    claim.phase = .pending
    return claim
  }

  /// The pod `name` that `template` describes, controlled by `owner` and labelled with `labels` besides.
  static func pod(
    _ name: String, from template: JSONObject, owner: some KindedObject, labels: [String: String]
  ) -> Pod {
    var pod = Pod(name: name, namespace: owner.namespace)
    copyMetadata(from: template, to: &pod)
    pod.metadata.labels.merge(labels) { _, ours in ours }
    pod.metadata.ownerReferences = [OwnerReference(controller: owner)]
    pod.json["spec"] = .object(template.object("spec") ?? JSONObject())
    pod.phase = "Pending"
    return pod
  }

  /// A word that changes with the template.
  static func hash(of template: JSONObject) -> String { SafeWord.digest(JSONWriter.compactUTF8(.object(template))) }

  private static func copyMetadata(from template: JSONObject, to object: inout some APIObject) {
    object.metadata.labels = template.stringMap("metadata", "labels")
    object.metadata.annotations = template.stringMap("metadata", "annotations")
  }
}

extension World {
  /// The pods that the owner with this uid controls, sorted by name.
  func pods(controlledBy uid: String) -> [Pod] {
    keys(controlledBy: uid).filter { $0.kind == .pod }.compactMap(pod)
  }
}
