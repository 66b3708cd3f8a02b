// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Makes the claims of pods' generic ephemeral volumes (rules M22, W18); they go with the pod that owns them.
public struct EphemeralClaims: Decider {
  /// Its name in logs.
  public let name = "ephemeral-claims"
  /// It decides about pods.
  public let kind = Kind.pod

  /// The maker of ephemeral volumes' claims.
  public init() {}

  /// Which of the pod's ephemeral claims have to be made.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let pod = world.pod(key), !pod.isTerminating, !pod.isFinished else {
      return Decision(Reason("M22", "the pod needs no claims any more"))
    }
    let steps = pod.volumes.compactMap { step(for: $0, of: pod, in: world) }
    return Decision(
      Reason("M22", steps.isEmpty ? "the pod has its ephemeral claims" : "the pod needs ephemeral claims"), steps)
  }

  private func step(for volume: PodVolume, of pod: Pod, in world: World) -> Step? {
    guard volume.isEphemeralClaim, let name = pod.claimName(of: volume) else { return nil }
    let key = ObjectKey(.persistentVolumeClaim, namespace: pod.namespace, name: name)
    if let claim = world.claim(key) {
      guard claim.metadata.controller?.uid != pod.uid else { return nil }
      let message = "ephemeral volume \(volume.name): \(claim.notMade(for: pod))"
      return .emit(Notice(.warning, "FailedBinding", message, about: pod, from: "ephemeral_volume"))
    }
    let template = volume.json.object("ephemeral", "volumeClaimTemplate") ?? JSONObject()
    var claim = Templates.claim(name, from: template, namespace: pod.namespace, in: world)
    claim.metadata.ownerReferences = [OwnerReference(controller: pod)]
    return .create(Resource(claim))
  }
}
