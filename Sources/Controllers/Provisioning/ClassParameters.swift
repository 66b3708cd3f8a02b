// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A class's parameters as a CSI provisioner reads them (rules P26, P27).
struct ClassParameters: Sendable, Hashable {
  private static let prefix = "csi.storage.k8s.io/"
  private static let fsTypeKey = "csi.storage.k8s.io/fstype"
  private static let consumed: Set<String> = Set(
    ["provisioner", "controller-publish", "node-stage", "node-publish", "controller-expand", "node-expand"].flatMap {
      ["\(prefix)\($0)-secret-name", "\(prefix)\($0)-secret-namespace"]
    } + [fsTypeKey])

  /// The filesystem asked for, or nil.
  let fsType: String?
  /// What is left for the storage system.
  let forStorage: [String: String]

  /// Reads `parameters`.
  ///
  /// - Throws: an ``EffectFailure`` when there are two filesystem types, or an unknown key with the reserved
  ///   prefix.
  init(_ parameters: [String: String]) throws(EffectFailure) {
    let plain = parameters.keys.filter { $0.lowercased() == "fstype" }.sorted()
    let given = plain + (parameters[Self.fsTypeKey] == nil ? [] : [Self.fsTypeKey])
    guard given.count < 2 else {
      throw EffectFailure(
        .final, "fstype specified in parameters with both \"fstype\" and \"\(Self.fsTypeKey)\" keys")
    }
    for key in parameters.keys.sorted() where key.hasPrefix(Self.prefix) && !Self.consumed.contains(key) {
      throw EffectFailure(
        .final,
        "failed to strip CSI Parameters of prefixed keys: found unknown parameter key \"\(key)\" with reserved namespace"
          + " csi.storage.k8s.io/")
    }
    fsType = given.first.flatMap { parameters[$0] }
    forStorage = parameters.filter { !$0.key.hasPrefix(Self.prefix) }
  }
}
