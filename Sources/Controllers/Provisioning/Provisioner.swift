// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Makes volumes for claims as an external provisioner does, for the provisioner names that this process serves
/// (rules P20-P40).
public struct Provisioner: Decider {
  /// Its name in logs.
  public let name = "provisioner"
  /// The kind that it decides about.
  public let kind = Kind.persistentVolumeClaim
  let settings: ControllerSettings

  /// A provisioner for the names served by `settings`.
  public init(settings: ControllerSettings) { self.settings = settings }

  /// What to make of a claim.
  enum Verdict: Sendable, Hashable {
    case nothing(Reason)
    case awaitPopulator
    case make(ProvisionRequest)
    case refuse(EffectFailure, provisioner: String)
  }

  /// What the object needs now.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let claim = world.claim(key) else { return Decision(Reason("B56", "the claim is gone")) }
    switch verdict(on: claim, in: world) {
    case .nothing(let reason): return Decision(reason)
    case .awaitPopulator:
      let message = "Assuming an external populator will provision the volume"
      let notice = Notice(.normal, "Provisioning", message, about: claim, from: source(claim))
      return Decision(Reason("P36", message), [announcement(claim, source(claim)), .emit(notice)])
    case .make(let request):
      return Decision(
        Reason("P22", "\(request.provisioner) makes the volume \(request.volumeName)"),
        [announcement(claim, request.provisioner)] + protection(ofSourceOf: claim, in: world) + [
          .perform(.provision(request))
        ])
    case .refuse(let failure, let provisioner):
      return Decision(
        Reason("P23", failure.message),
        [announcement(claim, provisioner), .emit(complaint(failure, claim, provisioner))], retries: true)
    }
  }

  /// Whether, and how, a volume is to be made for `claim`.
  func verdict(on claim: PersistentVolumeClaim, in world: World) -> Verdict {
    guard claim.volumeName.isEmpty else { return .nothing(Reason("P20", "the claim has a volume")) }
    let named = claim.annotation(WellKnown.storageProvisioner) ?? claim.annotation(WellKnown.betaStorageProvisioner)
    let names = [named, claim.annotation(WellKnown.migratedTo)].compactMap(\.self)
    guard names.contains(where: settings.servedProvisioners.contains) else {
      return .nothing(Reason("P20", "the claim is not for this provisioner"))
    }
    guard let storageClass = world.storageClass(claim.className),
      let provisioner = settings.served(for: storageClass.provisioner)
    else { return .nothing(Reason("P20", "the claim's class is gone or names another provisioner")) }
    let selectedNode = claim.annotation(WellKnown.selectedNode).flatMap { $0.isEmpty ? nil : $0 }
    if storageClass.bindingMode == .waitForFirstConsumer && selectedNode == nil {
      return .nothing(Reason("P21", "no node has been chosen for the claim"))
    }
    if claim.dataSource != nil, claim.sourceKey == nil { return .awaitPopulator }
    let volumeName = "pvc-" + claim.uid
    guard world.volume(volumeName) == nil else {
      return .nothing(Reason("P8", "the volume \(volumeName) exists already"))
    }
    return request(volumeName, claim, storageClass, by: provisioner, selectedNode, in: world)
  }

  private func request(
    _ volumeName: String, _ claim: PersistentVolumeClaim, _ storageClass: StorageClass, by provisioner: String,
    _ node: String?, in world: World
  ) -> Verdict {
    do throws(EffectFailure) {
      guard claim.selector == nil else { throw EffectFailure(.final, "claim Selector is not supported") }
      guard let bytes = claim.request.roundedUpBytes else {
        throw EffectFailure(.infeasible, "the request \(claim.requestText ?? "") is larger than any volume can be")
      }
      let parameters = try ClassParameters(storageClass.parameters)
      let driver = settings.driver(of: provisioner)
      let content = try claim.sourceKey.map { key throws(EffectFailure) in
        try DataSource(claim: claim, key: key, world: world, driver: driver, bytes: bytes).resolved()
      }
      let request = ProvisionRequest(
        volumeName: volumeName, claim: claim, storageClass: storageClass, provisioner: provisioner,
        driver: driver, bytes: bytes, fsType: parameters.fsType, parameters: parameters.forStorage, selectedNode: node,
        content: content)
      return .make(request)
    } catch {
      return .refuse(error, provisioner: provisioner)
    }
  }

  /// The claim that `claim` is a clone of stays until the clone is made (rule SN12).
  private func protection(ofSourceOf claim: PersistentVolumeClaim, in world: World) -> [Step] {
    guard let key = claim.sourceKey, key.kind == .persistentVolumeClaim, let source = world.claim(key) else {
      return []
    }
    var kept = source
    kept.addFinalizer(WellKnown.cloningProtection)
    return source.writes(to: kept)
  }

  private func announcement(_ claim: PersistentVolumeClaim, _ provisioner: String) -> Step {
    let message = "External provisioner is provisioning volume for claim \"\(claim.key.qualifiedName)\""
    return .emit(Notice(.normal, "Provisioning", message, about: claim, from: provisioner))
  }

  /// The bare text of what went wrong, as external provisioners tell it since their version 6 (rules P22, P34).
  private func complaint(
    _ failure: EffectFailure, _ claim: PersistentVolumeClaim, _ provisioner: String
  ) -> Notice {
    let prefix =
      failure.meaning == .infeasible
      ? "Volume provisioning failed with infeasible error. Retries will be delayed. " : ""
    return Notice(.warning, "ProvisioningFailed", prefix + failure.message, about: claim, from: provisioner)
  }

  private func source(_ claim: PersistentVolumeClaim) -> String {
    claim.annotation(WellKnown.storageProvisioner) ?? WellKnown.orlop
  }
}

extension Provisioner {
  /// What follows the end of an effect.
  public func followUp(
    _ effect: Effect, _ outcome: Outcome, on key: ObjectKey, in world: World, at now: Timestamp
  ) -> Decision {
    guard case .provision(let request) = effect else {
      return Decision(Reason("P29", "the volume that was too small is gone"))
    }
    let provisioner = request.provisioner
    switch outcome {
    case .done, .snapshotted, .expanded: return Decision(Reason("P8", "the volume exists already"))
    case .provisioned(let made):
      let bytes = made.bytes == 0 ? request.bytes : made.bytes
      let volume = request.volume(bytes: bytes, source: made.source, annotations: made.annotations)
      guard bytes >= request.bytes else { return tooSmall(volume, bytes, request) }
      let message = "Successfully provisioned volume \(volume.name)"
      let warnings = made.warnings.sorted { $0.key < $1.key }.map { reason, text in
        Step.emit(Notice(.warning, reason, text, about: request.claim, from: provisioner))
      }
      return Decision(
        Reason("P22", message),
        [
          .create(Resource(volume)),
          .emit(Notice(.normal, "ProvisioningSucceeded", message, about: request.claim, from: provisioner)),
        ] + warnings)
    case .failed(let failure):
      var steps: [Step] = [.emit(complaint(failure, request.claim, provisioner))]
      if failure.meaning == .exhausted, var claim = world.claim(key), claim.uid == request.claim.uid,
        claim.annotation(WellKnown.selectedNode) != nil
      {
        claim.setAnnotation(WellKnown.selectedNode, nil)
        steps.append(.update(Resource(claim)))
      }
      return Decision(Reason("P34", failure.message), steps, retries: true)
    }
  }

  private func tooSmall(_ volume: PersistentVolume, _ bytes: Int64, _ request: ProvisionRequest) -> Decision {
    let failure = EffectFailure(
      .final, "created volume capacity \(bytes) less than requested capacity \(request.bytes)")
    let notice = complaint(failure, request.claim, request.provisioner)
    return Decision(
      Reason("P29", failure.message), [.emit(notice), .perform(.deleteBackend(volume))], retries: true)
  }
}

extension ProvisionRequest {
  /// The object for the volume that was made (rules P30-P32).
  func volume(bytes: Int64, source: JSONObject, annotations: [String: String] = [:]) -> PersistentVolume {
    var volume = PersistentVolume(name: volumeName)
    volume.setAnnotation(WellKnown.provisionedBy, storageClass.provisioner)
    for (name, value) in annotations { volume.setAnnotation(name, value) }
    volume.setAnnotation(WellKnown.deletionSecretName, "")
    volume.setAnnotation(WellKnown.deletionSecretNamespace, "")
    volume.addFinalizer(WellKnown.externalProvisionerFinalizer)
    volume.addFinalizer(WellKnown.volumeProtection)  // as admission would: one write less (rule T1)
    var spec = source
    spec["accessModes"] = .strings(claim.accessModes)
    spec["persistentVolumeReclaimPolicy"] = .string((storageClass.reclaimPolicy ?? .delete).rawValue)
    spec["storageClassName"] = .string(claim.className)
    spec["volumeMode"] = .string(claim.volumeMode.rawValue)
    if !storageClass.mountOptions.isEmpty { spec["mountOptions"] = .strings(storageClass.mountOptions) }
    if !claim.attributesClassName.isEmpty { spec["volumeAttributesClassName"] = .string(claim.attributesClassName) }
    volume.json["spec"] = .object(spec)
    volume.capacityText = Quantity(bytes: bytes, format: .binarySI).text
    volume.claimRef = ClaimReference(to: claim)
    return volume
  }
}
