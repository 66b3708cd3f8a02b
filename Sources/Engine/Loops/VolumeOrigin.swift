// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import StorageAPI

/// What a volume's own record says of where it came from: enough to rebuild its PersistentVolume when the store is lost.
struct VolumeOrigin {
  /// The record's text, by name.
  let text: [String: String]

  /// The origin of the volume that `request` asks for.
  init(_ request: ProvisionRequest) {
    let claim = request.claim
    var text = [
      "claim.namespace": claim.namespace, "claim.name": claim.name, "claim.uid": claim.uid,
      "class": claim.className, "provisioner": request.storageClass.provisioner,
      "accessModes": claim.accessModes.joined(separator: ","),
      "reclaimPolicy": (request.storageClass.reclaimPolicy ?? .delete).rawValue,
    ]
    let mountOptions = request.storageClass.mountOptions
    if !mountOptions.isEmpty { text["mountOptions"] = mountOptions.joined(separator: ",") }
    self.text = text
  }

  /// The origin that a record holds.
  init(text: [String: String]) { self.text = text }

  /// The PersistentVolume `name` of `bytes` at `source`, reserved for the claim that it was made for.
  ///
  /// Reserved by name alone: the claim's uid may be another in a new store, and a volume whose claim is gone would be
  /// reclaimed (rule R1).
  func persistentVolume(
    name: String, bytes: Int64, source: JSONObject, annotations: [String: String]
  ) -> PersistentVolume {
    var volume = PersistentVolume(name: name)
    volume.capacityText = Quantity(bytes: bytes, format: .binarySI).text
    volume.accessModes = list("accessModes") ?? [AccessMode.readWriteOnce.rawValue]
    volume.json.set(
      .string(text["reclaimPolicy"] ?? ReclaimPolicy.retain.rawValue), "spec", "persistentVolumeReclaimPolicy")
    volume.json.set(.string(VolumeMode.filesystem.rawValue), "spec", "volumeMode")
    volume.json.set(.string(text["class"] ?? ""), "spec", "storageClassName")
    volume.json.set(list("mountOptions").map(JSONValue.strings), "spec", "mountOptions")
    volume.json.set(.object(source), "spec", "csi")
    for (name, value) in annotations { volume.setAnnotation(name, value) }
    volume.setAnnotation(WellKnown.provisionedBy, text["provisioner"] ?? WellKnown.orlop)
    if let claim = text["claim.name"] {
      volume.claimRef = ClaimReference(json: [
        "apiVersion": "v1", "kind": "PersistentVolumeClaim", "name": .string(claim),
        "namespace": .string(text["claim.namespace"] ?? "default"),
      ])
    }
    return volume
  }

  private func list(_ key: String) -> [String]? {
    text[key].map { $0.split(separator: ",").map(String.init) }.flatMap { $0.isEmpty ? nil : $0 }
  }
}
