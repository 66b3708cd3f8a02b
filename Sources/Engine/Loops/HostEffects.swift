// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import StorageAPI
internal import Volumes

/// Does to this host's volumes what the deciders ask for; here Kubernetes' words end.
struct HostEffects: EffectPerformer {
  let settings: Settings
  let volumes: VolumeLifecycle

  func perform(_ effect: Effect) async -> Outcome {
    do throws(VolumeError) {
      switch effect {
      case .provision(let request): return .provisioned(try await provision(request))
      case .deleteBackend(let volume): try await volumes.delete(try Self.id(of: volume))
      case .recycle(let volume): try await volumes.recycle(try Self.id(of: volume))
      case .snapshot(let request): return .snapshotted(try await snapshot(request))
      case .deleteSnapshot(let handle, _): try await volumes.deleteSnapshot(try SnapshotID(handle))
      case .expand(let request): return .expanded(try await expand(request))
      case .publish(let plan): _ = try await volumes.publish(try SandboxRequest(plan))
      case .unpublish(let pod, _):
        try await volumes.unpublish(try SandboxName(namespace: pod.namespace, name: pod.name))
      }
      return .done
    } catch {
      return .failed(EffectFailure(error))
    }
  }

  private func provision(_ request: ProvisionRequest) async throws(VolumeError) -> ProvisionedVolume {
    let wanted = try VolumeRequest(request, settings, from: try await content(for: request))
    let record = try await volumes.create(wanted)
    return ProvisionedVolume(
      bytes: record.capacityBytes, source: ["csi": .object(record.source)], annotations: record.annotations,
      warnings: Self.warnings(about: wanted))
  }

  /// What is not as the class may seem to say: parameters without a meaning here, a capacity that nothing enforces.
  private static func warnings(about request: VolumeRequest) -> [String: String] {
    var warnings: [String: String] = [:]
    if !request.ignored.isEmpty {
      warnings["ParametersIgnored"] =
        "the class's parameters \(request.ignored.joined(separator: ", ")) mean nothing here and are ignored"
    }
    if request.enforcement == .none {
      warnings["CapacityNotEnforced"] =
        "nothing keeps volume \(request.id) from growing beyond its capacity: its class, or an alias of its provisioner, says enforcement: none"
    }
    return warnings
  }

  /// The id of the volume behind `volume`, which must be one of ours.
  static func id(of volume: PersistentVolume) throws(VolumeError) -> VolumeID {
    guard volume.csiDriver == WellKnown.orlop, let handle = volume.csiVolumeHandle else {
      throw VolumeError(.unsupported, "volume \(volume.name) is not one of Orlop's own")
    }
    return try VolumeID(handle)
  }
}

extension VolumeRequest {
  /// What the claim and its class ask for; a class of an alias has the alias' parameters and may say foreign things.
  init(_ request: ProvisionRequest, _ settings: Settings, from content: VolumeContent? = nil) throws(VolumeError) {
    guard request.claim.volumeMode == .filesystem else {
      throw VolumeError(
        .unsupported,
        "raw block volumes are not offered yet; set volumeMode: Filesystem in claim \(request.claim.name), or leave it out"
      )
    }
    let alias = settings.alias(named: request.storageClass.provisioner)
    try self.init(
      id: try VolumeID(request.volumeName), capacity: request.bytes, parameters: request.storageClass.parameters,
      defaults: (alias?.parameters ?? [:]).merging(content?.defaults ?? [:]) { own, _ in own },
      ignoring: Array(alias?.ignored ?? []), origin: VolumeOrigin(request).text, source: content?.source)
  }
}

extension VolumeRecord {
  /// The annotations of the volume's PersistentVolume.
  var annotations: [String: String] {
    enforcement == .none ? [WellKnown.enforcement: Enforcement.none.rawValue] : [:]
  }

  /// The `csi` source of the volume's PersistentVolume.
  var source: JSONObject {
    var source: JSONObject = [
      "driver": .string(WellKnown.orlop), "volumeHandle": .string(id),
      "volumeAttributes": ["storage": .string(storage.rawValue), "pool": .string(pool)],
    ]
    if let image { source["fsType"] = .string(image.filesystem.rawValue) }
    return source
  }
}

extension EffectFailure {
  /// What `error` means to deciders.
  init(_ error: VolumeError) {
    let meaning: Meaning =
      switch error.code {
      case .invalid, .unsupported, .conflict: .infeasible
      case .inUse: .inUse
      case .noSpace: .exhausted
      default: .final
      }
    self.init(meaning, error.message)
  }
}
