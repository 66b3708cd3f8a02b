// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Binds claims to volumes and asks provisioners for missing ones: the volume controller's view of one claim
/// (rules B, D5-D7, P1-P11, W1-W6).
public struct ClaimBinder: Decider {
  /// Its name in logs.
  public let name = "claim-binder"
  /// The kind that it decides about.
  public let kind = Kind.persistentVolumeClaim
  let settings: ControllerSettings

  /// A binder for provisioners as in `settings`.
  public init(settings: ControllerSettings) { self.settings = settings }

  /// What the object needs now.
  public func decide(_ key: ObjectKey, in world: World, at now: Timestamp) -> Decision {
    guard let claim = world.claim(key) else { return Decision(Reason("B56", "the claim is gone")) }
    return decision(on: claim, verdict(on: claim, in: world), at: now)
  }

  /// Which branch of the algorithm `claim` takes.
  func verdict(on claim: PersistentVolumeClaim, in world: World) -> ClaimVerdict {
    guard !claim.isBoundOnce else { return verdictOnBound(claim, in: world) }
    return claim.volumeName.isEmpty ? verdictOnFree(claim, in: world) : verdictOnNaming(claim, in: world)
  }

  /// A claim whose binding has been finished once (rules B1, B39-B43).
  private func verdictOnBound(_ claim: PersistentVolumeClaim, in world: World) -> ClaimVerdict {
    guard !claim.volumeName.isEmpty else {
      return .lose(
        Reason("B39", "the claim was bound but names no volume any more"),
        .lost("Bound claim has lost reference to PersistentVolume. Data on the volume is lost!"))
    }
    guard let volume = world.volume(claim.volumeName) else {
      return .lose(
        Reason("B40", "the claim's volume \(claim.volumeName) does not exist any more"),
        .lost("Bound claim has lost its PersistentVolume. Data on the volume is lost!"))
    }
    guard let reference = volume.claimRef else {
      return .bind(volume, Reason("B41", "the claim's volume points to nobody and is bound again"))
    }
    guard reference.uid == claim.uid else {
      let message = "Two claims are bound to the same volume, this one is bound incorrectly"
      return .lose(
        Reason("B43", "the claim's volume \(volume.name) belongs to another claim"),
        .init(type: .warning, reason: "ClaimMisbound", message: message))
    }
    return .bind(volume, Reason("B42", "the claim is bound to \(volume.name)"))
  }

  /// An unbound claim that names its volume (rules B33-B38).
  private func verdictOnNaming(_ claim: PersistentVolumeClaim, in world: World) -> ClaimVerdict {
    guard let volume = world.volume(claim.volumeName) else {
      return .wait(Reason("B33", "the claim names the volume \(claim.volumeName), which does not exist"), nil)
    }
    guard let reference = volume.claimRef else {
      if let misfit = VolumeMisfit.first(of: volume, for: claim) {
        let message = "Cannot bind to requested volume \"\(volume.name)\": \(misfit.text)"
        return .wait(
          Reason("B34", "the claim names the volume \(volume.name), but \(misfit.text)"),
          .init(type: .warning, reason: "VolumeMismatch", message: message))
      }
      return .bind(volume, Reason("B34", "the claim names the volume \(volume.name)"))
    }
    guard !reference.designates(claim) else {
      return .bind(volume, Reason("B36", "the claim and the volume \(volume.name) name each other"))
    }
    let message = "volume \"\(volume.name)\" already bound to a different claim."
    let taken = ClaimVerdict.Announcement(type: .warning, reason: "FailedBinding", message: message)
    let text = "the claim names the volume \(volume.name), which belongs to \(reference.namespace)/\(reference.name)"
    guard claim.annotation(WellKnown.boundByController) == nil else {
      return .leave(Reason("B38", text), taken, retries: true)
    }
    return .wait(Reason("B37", text), taken)
  }

  /// An unbound claim that takes any volume that fits (rules B4-B20, B32, D5-D7, P1, W1-W4).
  private func verdictOnFree(_ claim: PersistentVolumeClaim, in world: World) -> ClaimVerdict {
    let storageClass = claim.className.isEmpty ? nil : world.storageClass(claim.className)
    if let storageClass, storageClass.bindingMode == nil {
      return .leave(
        Reason("W1", "the class \(storageClass.name) has no volumeBindingMode: write the class again"), nil,
        retries: true)
    }
    let isDelayed = storageClass?.bindingMode == .waitForFirstConsumer
    if let volume = world.bestVolume(for: claim, delayed: isDelayed) {
      return .bind(volume, Reason("B4", "\(volume.name) is the best volume for the claim"))
    }
    if claim.storageClassName == nil, claim.annotation(WellKnown.betaStorageClass) == nil,
      let name = world.defaultClass?.name
    {
      return .assignClass(name)
    }
    if isDelayed && claim.annotation(WellKnown.selectedNode) == nil { return waitForConsumer(claim, in: world) }
    guard !claim.className.isEmpty else {
      let message = "no persistent volumes available for this claim and no storage class is set"
      return .wait(
        Reason("B32", "no volume fits the claim, and it has no class that would make one"),
        .init(type: .normal, reason: "FailedBinding", message: message))
    }
    return verdictOnProvisioning(claim, storageClass)
  }

  private func waitForConsumer(_ claim: PersistentVolumeClaim, in world: World) -> ClaimVerdict {
    let pods = world.pods(using: claim.key).filter { !$0.isFinished && $0.nodeName.isEmpty }.map(\.name)
    guard !pods.isEmpty else {
      let message = "waiting for first consumer to be created before binding"
      return .wait(
        Reason("W2", "the class waits for a pod that uses the claim"),
        .init(type: .normal, reason: "WaitForFirstConsumer", message: message))
    }
    let noun = pods.count == 1 ? "pod" : "pods"
    let message = "waiting for \(noun) \(pods.joined(separator: ",")) to be scheduled"
    return .wait(Reason("W3", message), .init(type: .normal, reason: "WaitForPodScheduled", message: message))
  }

  /// A claim that needs a new volume (rules P1-P11).
  private func verdictOnProvisioning(_ claim: PersistentVolumeClaim, _ storageClass: StorageClass?) -> ClaimVerdict {
    guard let storageClass else {
      let message = "\(Kind.storageClass.qualifiedSingular) \"\(claim.className)\" not found"
      return .leave(Reason("P2", "the class \(claim.className) does not exist"), .failed(message), retries: false)
    }
    switch ClassProvisioner(name: storageClass.provisioner, settings: settings) {
    case .external(let name, let driver): return .requestVolume(from: name, migratedTo: driver)
    case .missingPlugin(let message):
      return .leave(
        Reason("P3", "nobody provides \(storageClass.provisioner) here: \(message)"), .failed(message), retries: false)
    case .disabledPlugin(let name):
      if claim.dataSource != nil {
        let message =
          "plugin \"\(name)\" is not a CSI plugin. Only CSI plugin can provision a claim with a datasource"
        return .leave(Reason("P10", "\(name) cannot copy a data source"), .failed(message), retries: true)
      }
      let options = storageClass.mountOptions
      guard options.isEmpty else {
        let message = "Mount options are not supported by the provisioner but StorageClass \"\(storageClass.name)\""
        return .refusedByPlugin(
          name: name, message: message + " has mount options [\(options.joined(separator: " "))]",
          Reason("P9", "\(name) takes no mount options"))
      }
      return .refusedByPlugin(
        name: name, message: "Failed to create provisioner: provisioning in volume plugin \"\(name)\" is disabled",
        Reason("P11", "\(name) does not provision"))
    }
  }
}

extension ClaimVerdict.Announcement {
  fileprivate static func lost(_ message: String) -> Self {
    .init(type: .warning, reason: "ClaimLost", message: message)
  }

  fileprivate static func failed(_ message: String) -> Self {
    .init(type: .warning, reason: "ProvisioningFailed", message: message)
  }
}
