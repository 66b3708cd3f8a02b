// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// What becomes of a pod's waiting claims if it goes to a node: the volumes it gets, and the claims to be provisioned for
/// (rules W8-W12).
struct VolumeChoice: Sendable {
  /// The volumes found, each with the claim that it will be for.
  private(set) var matches: [(volume: PersistentVolume, claim: PersistentVolumeClaim)] = []
  /// The claims that get a new volume.
  private(set) var toProvision: [PersistentVolumeClaim] = []

  /// Chooses for `claims`, in this order, on `node`; throws when the node does not do.
  init(_ claims: [PersistentVolumeClaim], on node: HostNode, in world: World) throws(SchedulingFailure) {
    var taken: Set<String> = []
    for claim in claims {
      if let selected = claim.annotation(WellKnown.selectedNode), !selected.isEmpty {
        guard selected == node.name else { throw .onNode(rule: "W11", [SchedulingFailure.nothingToBind]) }
        toProvision.append(claim)
      } else if let volume = world.volume(for: claim, on: node, excluding: taken) {
        taken.insert(volume.name)
        matches.append((volume, claim))
      } else {
        guard Self.isProvisionable(claim, on: node, in: world) else {
          throw .onNode(rule: "W10", [SchedulingFailure.nothingToBind])
        }
        toProvision.append(claim)
      }
    }
  }

  /// Whether a volume for the claim can be made for the node: its class has a provisioner and allows the node (rule W10).
  private static func isProvisionable(_ claim: PersistentVolumeClaim, on node: HostNode, in world: World) -> Bool {
    guard let storageClass = world.storageClass(claim.className), !storageClass.provisioner.isEmpty,
      storageClass.provisioner != WellKnown.noProvisioner
    else { return false }
    let topologies = storageClass.json.objects("allowedTopologies")
    let labels = node.labels(in: world)
    return topologies.isEmpty
      || topologies.contains { topology in
        topology.objects("matchLabelExpressions").allSatisfy { expression in
          labels[expression.string("key")].map(expression.strings("values").contains) ?? false
        }
      }
  }

  /// What the choice has the scheduler write: pointers on the volumes, the node on the claims (rule W12).
  func steps(for node: HostNode) -> [Step] {
    var steps: [Step] = []
    for (volume, claim) in matches where volume.claimRef?.uid != claim.uid {
      var reserved = volume
      reserved.claimRef = ClaimReference(to: claim)
      if volume.claimRef == nil { reserved.setAnnotation(WellKnown.boundByController, "yes") }
      steps.append(.update(Resource(reserved)))
    }
    for claim in toProvision where claim.annotation(WellKnown.selectedNode) != node.name {
      steps.append(.update(Resource(claim.changed(annotation: WellKnown.selectedNode, to: node.name))))
    }
    return steps
  }
}

extension PersistentVolumeClaim {
  fileprivate func changed(annotation: String, to value: String) -> PersistentVolumeClaim {
    var copy = self
    copy.setAnnotation(annotation, value)
    return copy
  }
}

extension World {
  /// The volume that a waiting claim gets on `node`: the one reserved for it, else the smallest free one that fits, whatever
  /// its group of access modes (rules W8, W9).
  fileprivate func volume(
    for claim: PersistentVolumeClaim, on node: HostNode, excluding taken: Set<String>
  ) -> PersistentVolume? {
    let request = claim.request
    let modes = AccessModeSet(claim.accessModes)
    if let reserved = bestVolume(for: claim, delayed: true) {
      return node.suits(reserved, in: self) && !taken.contains(reserved.name) ? reserved : nil
    }
    guard let selector = try? LabelSelector(json: claim.selector ?? JSONObject()) else { return nil }
    let found = freeVolumes.groups(containing: modes).compactMap { group in
      freeVolumes.smallest(in: group, for: claim, request: request) { name in
        guard !taken.contains(name), let volume = volume(name), node.suits(volume, in: self) else { return false }
        return selector.matches(volume.metadata.labels)
      }
    }
    return found.compactMap(volume).min { ($0.capacity ?? .zero) < ($1.capacity ?? .zero) }
  }
}
