// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What the API tells users though it accepts their objects (rules V14, V22).
enum Warnings {
  private static let deprecatedSources: [(name: String, since: String, until: String)] = [
    ("cephfs", "v1.28", "v1.31+"), ("photonPersistentDisk", "v1.11", "v1.16+"), ("scaleIO", "v1.16", "v1.22+"),
    ("storageos", "v1.22", "v1.25+"), ("glusterfs", "v1.25", "v1.26+"), ("rbd", "v1.28", "v1.31+"),
  ]

  /// The warnings about `object`.
  static func of(_ object: JSONObject, _ kind: Kind) -> [String] {
    switch kind {
    case .persistentVolumeClaim: return classAnnotation(object) + amounts(object.object("spec"), FieldPath("spec"))
    case .persistentVolume: return volume(object)
    case .storageClass: return topologies(object)
    case .pod: return pod(object)
    default: return []
    }
  }

  private static func classAnnotation(_ object: JSONObject) -> [String] {
    guard object.optionalString("metadata", "annotations", WellKnown.betaStorageClass) != nil else { return [] }
    return [
      "metadata.annotations[\(WellKnown.betaStorageClass)]: deprecated since v1.8; use \"storageClassName\" attribute "
        + "instead"
    ]
  }

  private static func amounts(_ spec: JSONObject?, _ path: FieldPath) -> [String] {
    ["requests", "limits"].compactMap { list in
      fraction(spec?.value("resources", list, "storage"), path.child("resources", list).key("storage"))
    }
  }

  private static func fraction(_ value: JSONValue?, _ path: FieldPath) -> String? {
    guard let value, let quantity = try? Quantity(json: value), !quantity.roundedUp(toPowerOfTen: 0).isExact else {
      return nil
    }
    return "\(path.text): fractional byte value \(Cause.quoted(quantity.text)) is invalid, must be an integer"
  }

  private static func volume(_ object: JSONObject) -> [String] {
    var warnings = classAnnotation(object)
    if object.optionalString("metadata", "annotations", WellKnown.betaMountOptions) != nil {
      warnings.append(
        "metadata.annotations[\(WellKnown.betaMountOptions)]: deprecated since v1.31; use \"mountOptions\" attribute "
          + "instead")
    }
    if object.string("spec", "persistentVolumeReclaimPolicy") == "Recycle" {
      warnings.append(
        "spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. Instead, the recommended "
          + "approach is to use dynamic provisioning.")
    }
    warnings += sources(object.object("spec"), FieldPath("spec"))
    for (index, term) in (object.object("spec", "nodeAffinity", "required")?.objects("nodeSelectorTerms") ?? [])
      .enumerated()
    {
      for (number, expression) in term.objects("matchExpressions").enumerated() {
        warnings += label(
          expression.string("key"),
          "spec.nodeAffinity.required.nodeSelectorTerms[\(index)].matchExpressions[\(number)].key")
      }
    }
    let capacity = object.value("spec", "capacity", "storage")
    return warnings + [fraction(capacity, FieldPath("spec").child("capacity").key("storage"))].compactMap { $0 }
  }

  private static func sources(_ object: JSONObject?, _ path: FieldPath) -> [String] {
    deprecatedSources.compactMap { source in
      guard object?.object(source.name) != nil else { return nil }
      return "\(path.child(source.name).text): deprecated in \(source.since), non-functional in \(source.until)"
    }
  }

  private static func label(_ key: String, _ path: String) -> [String] {
    guard let name = Inspection.betaLabels[key] else { return [] }
    let since = key.hasPrefix("failure-domain") || key.hasSuffix("instance-type") ? "v1.17" : "v1.14"
    return ["\(path): \(key) is deprecated since \(since); use \(Cause.quoted(name)) instead"]
  }

  private static func topologies(_ object: JSONObject) -> [String] {
    object.objects("allowedTopologies").enumerated().flatMap { index, term in
      term.objects("matchLabelExpressions").enumerated().flatMap { number, expression in
        label(expression.string("key"), "allowedTopologies[\(index)].matchLabelExpressions[\(number)].key")
      }
    }
  }

  private static func pod(_ object: JSONObject) -> [String] {
    var warnings: [String] = []
    let problems = NameRules.label(object.string("metadata", "name"))
    if !problems.isEmpty {
      warnings.append(
        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is "
          + "recommended: [\(problems.joined(separator: " "))]")
    }
    for (index, volume) in object.objects("spec", "volumes").enumerated() {
      let path = FieldPath("spec.volumes[\(index)]")
      if volume.object("gitRepo") != nil {
        warnings.append("\(path.text).gitRepo: deprecated in v1.11, and disabled by default in v1.33+")
      }
      warnings += sources(volume, path)
      warnings += amounts(
        volume.object("ephemeral", "volumeClaimTemplate", "spec"),
        path.child("ephemeral", "volumeClaimTemplate", "spec"))
    }
    return warnings
  }
}
