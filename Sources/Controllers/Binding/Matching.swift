// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

extension World {
  /// The volume that an unbound claim without `volumeName` gets, or nil (rules B4-B20, B60-B62).
  ///
  /// Volumes are visited in groups by their exact set of access modes, fewest modes first; the first group with any match
  /// wins. Within a group a volume that designates the claim beats every free one. With `delayed` only designated volumes
  /// count: the scheduler decides about the others (rules W4, P17).
  public func bestVolume(for claim: PersistentVolumeClaim, delayed: Bool) -> PersistentVolume? {
    let requested = AccessModeSet(claim.accessModes)
    let request = claim.request
    let reserved = reservedVolume(for: claim, requested: requested, request: request)
    let reservedGroup = reserved.map { AccessModeSet($0.accessModes) }
    guard !delayed else { return reserved }
    guard let selector = try? LabelSelector(json: claim.selector ?? JSONObject()) else { return reserved }
    for group in freeVolumes.groups(containing: requested) {
      if let reservedGroup, reservedGroup <= group { return reserved }
      let name = freeVolumes.smallest(in: group, for: claim, request: request) { name in
        selector.requirements.isEmpty || volume(name).map { selector.matches($0) } ?? false
      }
      if let name { return volume(name) }
    }
    return reserved
  }

  /// The first volume, in group order, that designates the claim and passes what a reservation does not skip
  /// (rules B6-B12, B53).
  private func reservedVolume(
    for claim: PersistentVolumeClaim, requested: AccessModeSet, request: Quantity
  ) -> PersistentVolume? {
    volumes(pointingTo: claim.key)
      .filter { volume in
        guard volume.claimRef?.designates(claim) == true, let capacity = volume.capacity else { return false }
        return capacity >= request && volume.volumeMode == claim.volumeMode
          && volume.attributesClassName == claim.attributesClassName && !volume.isTerminating
          && AccessModeSet(volume.accessModes).contains(requested)
      }
      .min { AccessModeSet($0.accessModes) < AccessModeSet($1.accessModes) }
  }
}
