// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import StorageAPI
internal import Volumes

/// Why something waits or cannot go: what `describe` says beyond kubectl.
struct Explanation {
  let world: World
  let settings: Settings
  let lifecycle: VolumeLifecycle
  let now: Timestamp

  /// The reasons about the object `key`, one line each; none when there is nothing to explain.
  func lines(about key: ObjectKey) async -> [String] {
    switch key.kind {
    case .persistentVolumeClaim: return world.claim(key).map(lines) ?? []
    case .persistentVolume:
      guard let volume = world.volume(key.name) else { return [] }
      return await lines(about: volume)
    default: return []
    }
  }

  private func lines(about claim: PersistentVolumeClaim) -> [String] {
    if claim.isTerminating {
      return world.pods(using: claim.key)
        .filter { !$0.nodeName.isEmpty }
        .map { "pod \($0.name) uses it: it goes when the pod does (T3)" }
    }
    guard claim.phase != .bound else { return [] }
    let binder = ClaimBinder(settings: ControllerSettings(settings))
    return binder.explain(claim.key, in: world, at: now)?.lines ?? []
  }

  private func lines(about volume: PersistentVolume) async -> [String] {
    var lines: [String] = []
    if volume.isTerminating, volume.phase == .bound, let claim = volume.claimRef {
      lines.append("claim \(claim.namespace)/\(claim.name) is bound to it: it goes when the claim does (T8)")
    }
    do throws(VolumeError) {
      lines += try await lifecycle.holders(of: try HostEffects.id(of: volume)).map { "in use by \($0)" }
    } catch {
      if error.code != .unsupported { lines.append(error.message) }
    }
    return lines
  }
}

extension ControllerSettings {
  /// The controllers' settings on a host with `settings`.
  init(_ settings: Settings) {
    self.init(servedProvisioners: Set(settings.servedProvisioners), driver: WellKnown.orlop)
  }
}
