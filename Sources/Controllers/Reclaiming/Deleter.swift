// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Who deletes the storage behind a Released volume with policy Delete (rules R6, R12).
enum Deleter: Sendable, Hashable {
  /// The external provisioner of this name; the volume controller does nothing.
  case external(name: String)
  /// Kubernetes' own hostPath plugin.
  case hostPath
  /// Nobody: the volume fails with `message`, by `rule`.
  case none(rule: String, message: String)

  /// The deleter of `volume`.
  init(of volume: PersistentVolume, settings: ControllerSettings) {
    let provisioner = volume.annotation(WellKnown.provisionedBy) ?? ""
    if !provisioner.isEmpty {
      self = Self.named(provisioner, for: volume, settings: settings)
    } else if let driver = volume.csiDriver {
      self = .external(name: driver)
    } else {
      self = Self.bySource(of: volume, settings: settings)
    }
  }

  private static func named(
    _ provisioner: String, for volume: PersistentVolume, settings: ControllerSettings
  ) -> Deleter {
    if settings.servedProvisioners.contains(provisioner) || !provisioner.hasPrefix(ClassProvisioner.inTreePrefix) {
      return .external(name: provisioner)
    }
    guard settings.hasInTreePlugins, provisioner == ClassProvisioner.hostPathPlugin else {
      let message = settings.hasInTreePlugins ? "no volume plugin matched name: \(provisioner)" : Self.notOurs(volume)
      return .none(rule: "R6", message: message)
    }
    return hostPathDeleter(of: volume)
  }

  private static func bySource(of volume: PersistentVolume, settings: ControllerSettings) -> Deleter {
    guard settings.hasInTreePlugins else { return .none(rule: "R12", message: notOurs(volume)) }
    if volume.source("hostPath") != nil { return hostPathDeleter(of: volume) }
    let isKnown = volume.source("nfs") != nil || volume.source("local") != nil
    let reason = isKnown ? "no deletable volume plugin matched" : "no volume plugin matched"
    return .none(
      rule: "R12", message: "error getting deleter volume plugin for volume \"\(volume.name)\": \(reason)")
  }

  /// The hostPath plugin deletes below /tmp only; its pattern is not anchored (rule R12).
  private static func hostPathDeleter(of volume: PersistentVolume) -> Deleter {
    let path = volume.source("hostPath")?.string("path") ?? ""
    guard let range = path.utf8.firstRange(of: "/tmp/".utf8), range.upperBound < path.utf8.endIndex else {
      return .none(
        rule: "R12", message: "host_path deleter only supports /tmp/.+ but received provided \(path)")
    }
    return .hostPath
  }

  private static func notOurs(_ volume: PersistentVolume) -> String {
    "error getting deleter volume plugin for volume \"\(volume.name)\": Orlop deletes only what it has created; "
      + "remove the data by hand, then delete the volume"
  }
}

extension Collection where Element: Equatable {
  /// Where `other` first appears as a whole.
  fileprivate func firstRange(of other: some Collection<Element>) -> Range<Index>? {
    indices.lazy.compactMap { start -> Range<Index>? in
      guard let end = index(start, offsetBy: other.count, limitedBy: endIndex), self[start..<end].elementsEqual(other)
      else { return nil }
      return start..<end
    }.first
  }
}
