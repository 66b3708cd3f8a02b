// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Who makes and removes volumes here: the configuration of the controllers.
public struct ControllerSettings: Sendable, Hashable {
  /// The provisioner names, aliases included, that this process serves as an external provisioner does. A name that is
  /// served is never taken for an in-tree plugin or a migrated one (rule A1).
  public let servedProvisioners: Set<String>

  /// The CSI driver named in the volumes made for served provisioners, or nil when each provisioner is its own driver.
  public let driver: String?

  /// Whether the deleters and recyclers of Kubernetes' own plugins exist (rules R7, R12, R18). Only a simulation has them:
  /// on a real host Orlop never deletes or empties what it did not create.
  public let hasInTreePlugins: Bool

  /// Settings with these values.
  public init(servedProvisioners: Set<String>, driver: String? = nil, hasInTreePlugins: Bool = false) {
    self.servedProvisioners = servedProvisioners
    self.driver = driver
    self.hasInTreePlugins = hasInTreePlugins
  }

  /// The CSI driver of the volumes that the served provisioner `name` makes.
  ///
  /// A driver's name has no slash (rule V35): where the provisioner's name has one, the driver's has a dot.
  func driver(of name: String) -> String {
    driver ?? String(name.map { $0 == "/" ? "." : $0 })
  }

  /// The served name that makes the volumes of classes with the provisioner `name`: that name itself, or the driver that has
  /// replaced it (rule P20); nil when neither is served.
  func served(for name: String) -> String? {
    if servedProvisioners.contains(name) { return name }
    return MigratedPlugin.driver(replacing: name).flatMap { servedProvisioners.contains($0) ? $0 : nil }
  }

  /// The served provisioner that made `volume`, or nil when it is none of ours: both its annotation and its source must
  /// say so (rule A1).
  func maker(of volume: PersistentVolume) -> String? {
    let names = [volume.annotation(WellKnown.provisionedBy), volume.annotation(WellKnown.migratedTo)]
    guard let name = names.compactMap(\.self).first(where: servedProvisioners.contains) else { return nil }
    return volume.csiDriver == driver(of: name) || volume.csiDriver == nil && volume.source("nfs") != nil ? name : nil
  }
}
