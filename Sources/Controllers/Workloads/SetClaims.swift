// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// The claims and the pods that a StatefulSet's templates make (rules SS1-SS3).
struct SetClaims {
  private let set: StatefulSet
  private let world: World
  private let templates: [PersistentVolumeClaim]
  private let leavesWithSet: Bool
  private let leavesWithPod: Bool

  init(_ set: StatefulSet, in world: World) {
    self.set = set
    self.world = world
    templates = set.claimTemplates
    let policy = set.json.object("spec", "persistentVolumeClaimRetentionPolicy")
    leavesWithSet = policy?.string("whenDeleted") == "Delete"
    leavesWithPod = policy?.string("whenScaled") == "Delete"
  }

  private func podName(_ ordinal: Int64) -> String { "\(set.name)-\(ordinal)" }

  private func key(_ template: PersistentVolumeClaim, _ ordinal: Int64) -> ObjectKey {
    ObjectKey(.persistentVolumeClaim, namespace: set.namespace, name: "\(template.name)-\(podName(ordinal))")
  }

  /// The name of a claim of the pod `ordinal` that is being deleted, or nil (rule SS4).
  func leaving(_ ordinal: Int64) -> String? {
    templates.map { key($0, ordinal) }.first { world.claim($0)?.isTerminating == true }?.name
  }

  /// Makes the claims of the pod `ordinal` that are missing, and has those that are there go with the set, or with `pod`
  /// when there is no more need of it, as far as the set's retention policy says (rule SS3).
  func steps(for ordinal: Int64, releasedTo pod: Pod?) -> [Step] {
    templates.compactMap { template in
      let key = key(template, ordinal)
      guard var claim = world.claim(key) else {
        return pod == nil ? .create(Resource(made(template, key, ordinal))) : nil
      }
      let owners = self.owners(ofClaimAfter: claim.metadata.ownerReferences, ordinal, releasedTo: pod)
      guard owners != claim.metadata.ownerReferences, !claim.isTerminating else { return nil }
      claim.metadata.ownerReferences = owners
      return .update(Resource(claim))
    }
  }

  private func made(_ template: PersistentVolumeClaim, _ key: ObjectKey, _ ordinal: Int64) -> PersistentVolumeClaim {
    var claim = Templates.claim(key.name, from: template.json, namespace: set.namespace, in: world)
    claim.metadata.labels.merge(set.json.stringMap("spec", "selector", "matchLabels")) { _, selected in selected }
    claim.metadata.ownerReferences = owners(ofClaimAfter: [], ordinal, releasedTo: nil)
    return claim
  }

  /// The owners that a claim should have; others than the set and its pods are left alone.
  private func owners(
    ofClaimAfter present: [OwnerReference], _ ordinal: Int64, releasedTo pod: Pod?
  ) -> [OwnerReference] {
    let others = present.filter { owner in
      !(owner.kind == Kind.statefulSet.name && owner.name == set.name)
        && !(owner.kind == Kind.pod.name && owner.name == podName(ordinal))
    }
    if let pod, leavesWithPod { return others + [OwnerReference(controller: pod)] }
    return leavesWithSet ? others + [OwnerReference(controller: set)] : others
  }

  /// The pod `ordinal`, with a volume for each claim in place of one of the same name (rules SS1, SS2).
  func pod(_ ordinal: Int64, revision: String) -> Pod {
    let name = podName(ordinal)
    let labels = [
      "statefulset.kubernetes.io/pod-name": name, "apps.kubernetes.io/pod-index": String(ordinal),
      StatefulSet.revisionLabel: revision,
    ]
    var pod = Templates.pod(name, from: set.template, owner: set, labels: labels)
    pod.json.set(.string(name), "spec", "hostname")
    if let service = set.json.optionalString("spec", "serviceName") {
      pod.json.set(.string(service), "spec", "subdomain")
    }
    let ours = templates.map { template in
      JSONValue.object([
        "name": .string(template.name), "persistentVolumeClaim": ["claimName": .string(key(template, ordinal).name)],
      ])
    }
    let names = Set(templates.map(\.name))
    let others = pod.volumes.filter { !names.contains($0.name) }.map { JSONValue.object($0.json) }
    let volumes = ours + others
    pod.json.set(volumes.isEmpty ? nil : .array(volumes), "spec", "volumes")
    return pod
  }
}
