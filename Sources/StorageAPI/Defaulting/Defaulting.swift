// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The values that the API stores where a manifest says nothing.
public enum Defaulting {
  /// The namespace of objects that name none.
  public static let namespace = "default"

  /// Sets the defaults of the fields of `object`, of `kind`; what is set stays. It may be repeated.
  public static func apply(to object: inout JSONObject, _ kind: Kind) {
    setNamespace(of: &object, kind)
    switch kind {
    case .storageClass:
      object.setDefault("Delete", "reclaimPolicy")
      object.setDefault("Immediate", "volumeBindingMode")
    case .persistentVolumeClaim: object.change("spec", applyToClaimSpec)
    case .persistentVolume: object.change("spec", applyToVolumeSpec)
    case .pod:
      object.change("spec") { spec in
        applyToPodSpec(&spec)
        applyToPodAlone(&spec)
      }
    case .deployment: object.change("spec", applyToDeploymentSpec)
    case .statefulSet: object.change("spec", applyToStatefulSetSpec)
    case .namespace:
      let name = object.string("metadata", "name")
      if !name.isEmpty { object.set(.string(name), "metadata", "labels", "kubernetes.io/metadata.name") }
    default: break
    }
    kind.schema.fill(&object)
  }

  /// Objects of namespaced kinds get the namespace `default`, others lose theirs (rule V5).
  private static func setNamespace(of object: inout JSONObject, _ kind: Kind) {
    guard kind.isNamespaced else { return object.set(nil, "metadata", "namespace") }
    if object.string("metadata", "namespace").isEmpty { object.set(.string(namespace), "metadata", "namespace") }
  }

  /// A claim is of a filesystem (rule V16); its amounts are no finer than a thousandth.
  static func applyToClaimSpec(_ spec: inout JSONObject) {
    spec.setDefault("Filesystem", "volumeMode")
    for list in ["limits", "requests"] { roundAmounts(of: &spec, "resources", list) }
  }

  private static func applyToVolumeSpec(_ spec: inout JSONObject) {
    spec.setDefault("Retain", "persistentVolumeReclaimPolicy")
    spec.setDefault("Filesystem", "volumeMode")
    roundAmounts(of: &spec, "capacity")
    applyToSources(&spec)
  }

  /// The sources that volumes and pods have in common.
  static func applyToSources(_ object: inout JSONObject) {
    object.changeIfPresent("hostPath") { $0.setDefault("", "type") }
    object.changeIfPresent("iscsi") { $0.setDefault("default", "iscsiInterface") }
    object.changeIfPresent("rbd") { source in
      source.setDefault("rbd", "pool")
      source.setDefault("admin", "user")
      source.setDefault("/etc/ceph/keyring", "keyring")
    }
    object.changeIfPresent("azureDisk") { source in
      source.setDefault("ReadWrite", "cachingMode")
      source.setDefault("ext4", "fsType")
      source.setDefault(false, "readOnly")
      source.setDefault("Shared", "kind")
    }
    object.changeIfPresent("scaleIO") { source in
      source.setDefault("ThinProvisioned", "storageMode")
      source.setDefault("xfs", "fsType")
    }
  }

  /// The API keeps no finer amounts than a thousandth; it rounds up.
  static func roundAmounts(of object: inout JSONObject, _ path: String...) {
    guard var amounts = object.value(at: path[...])?.object else { return }
    for amount in amounts.members {
      guard let quantity = try? Quantity(json: amount.value) else { continue }
      let (rounded, isExact) = quantity.roundedUp(toPowerOfTen: -3)
      if !isExact { amounts[amount.key] = .string(rounded.text) }
    }
    object.set(.object(amounts), at: path[...])
  }
}

extension JSONObject {
  /// Sets `name` unless it is there; an empty string that the API stores as nothing counts as absent before this.
  mutating func setDefault(_ value: JSONValue, _ name: String) {
    if case .none = self[name] { self[name] = value }
  }

  /// Changes the object `name`, made if it is not there.
  mutating func change(_ name: String, _ body: (inout JSONObject) -> Void) {
    var inner = object(name) ?? JSONObject()
    self[name] = .null  // lets `inner` be the only owner, so that it is changed in place
    body(&inner)
    self[name] = .object(inner)
  }

  /// Changes the object `name` if it is there.
  mutating func changeIfPresent(_ name: String, _ body: (inout JSONObject) -> Void) {
    if object(name) != nil { change(name, body) }
  }

  /// Changes each object of the array `name`.
  mutating func changeEach(_ name: String, _ body: (inout JSONObject) -> Void) {
    guard let elements = self[name]?.array else { return }
    self[name] = .array(
      elements.map { element in
        guard var object = element.object else { return element }
        body(&object)
        return .object(object)
      })
  }
}
