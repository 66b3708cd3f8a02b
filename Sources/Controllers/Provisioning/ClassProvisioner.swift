// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Who has to make volumes for a class, judged by the provisioner's name (rules P3-P7, A1).
enum ClassProvisioner: Sendable, Hashable {
  /// Somebody outside the volume controller, who looks for claims annotated with `name`; `migratedTo` is set when the class
  /// names an in-tree plugin that a CSI driver has replaced (rule P6).
  case external(name: String, migratedTo: String?)
  /// Kubernetes' own hostPath plugin, whose provisioner is switched off (rule P39).
  case disabledPlugin(name: String)
  /// No such plugin, for the reason given (rule P3).
  case missingPlugin(message: String)

  static let inTreePrefix = "kubernetes.io/"
  static let hostPathPlugin = "kubernetes.io/host-path"
  private static let pluginsWithoutProvisioner: Set<String> = [
    "kubernetes.io/nfs", "kubernetes.io/local-volume", "kubernetes.io/csi",
  ]

  /// The provisioner `name`, as far as `settings` serve it.
  init(name: String, settings: ControllerSettings) {
    if settings.servedProvisioners.contains(name) || !name.hasPrefix(Self.inTreePrefix) {
      self = .external(name: name, migratedTo: nil)
    } else if let driver = MigratedPlugin.driver(replacing: name) {
      self = .external(name: driver, migratedTo: driver)
    } else if name == Self.hostPathPlugin {
      self = .disabledPlugin(name: name)
    } else if Self.pluginsWithoutProvisioner.contains(name) {
      self = .missingPlugin(message: "no provisionable volume plugin matched")
    } else {
      self = .missingPlugin(message: "no volume plugin matched name: \(name)")
    }
  }
}
