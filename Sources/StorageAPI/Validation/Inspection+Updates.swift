// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Inspection {
  /// A changed claim (rules V23-V27, E1, E4, E20, D8).
  mutating func checkClaimUpdate(_ new: JSONObject, _ old: JSONObject) {
    checkMetadataUpdate(new, old)
    toleratesLabelValues = Self.hasLabelProblems(old)
    let hadGroup = ["dataSource", "dataSourceRef"].contains { old.optionalString("spec", $0, "apiGroup") != nil }
    checkClaim(new, toleratesDataSourceGroup: hadGroup)
    let (wanted, present) = comparableSpecs(new, old)
    if !Equality.areEqual(wanted, present) {
      let change = GoNotation.diff(present, wanted, .persistentVolumeClaimSpec)
      add(
        .forbidden(
          FieldPath("spec"),
          "spec is immutable after creation except resources.requests and volumeAttributesClassName for bound claims\n"
            + change))
    }
    checkRequestUpdate(new, old)
    checkUnchanged("volumeMode", new, old)
    checkAttributesClassUpdate(new, old, refusesEmpty: true)
  }

  private static func hasLabelProblems(_ claim: JSONObject) -> Bool {
    guard let selector = claim.object("spec", "selector") else { return false }
    var inspection = Inspection()
    inspection.checkLabelSelector(selector, FieldPath("spec"))
    return !inspection.causes.isEmpty
  }

  /// The specs of both without what may change: a first volumeName (V24), the class from nothing (D8) or from the
  /// annotation (V26), and size and attributes of a bound claim (E1, E20).
  private mutating func comparableSpecs(_ new: JSONObject, _ old: JSONObject) -> (JSONObject, JSONObject) {
    var wanted = new.object("spec") ?? JSONObject()
    var present = old.object("spec") ?? JSONObject()
    if present.string("volumeName").isEmpty { present["volumeName"] = wanted["volumeName"] }
    let newAnnotation = new.optionalString("metadata", "annotations", WellKnown.betaStorageClass)
    let oldAnnotation = old.optionalString("metadata", "annotations", WellKnown.betaStorageClass)
    let className = wanted.optionalString("storageClassName")
    let hadNone = present.optionalString("storageClassName") == nil
    if let oldAnnotation, hadNone, className == oldAnnotation, newAnnotation ?? oldAnnotation == oldAnnotation {
      wanted.set(nil, "storageClassName")
    } else {
      if newAnnotation ?? "" != oldAnnotation ?? "" {
        let field = FieldPath("metadata").child("annotations", WellKnown.betaStorageClass)
        add(.invalid(field, newAnnotation ?? "", Self.immutable))
      }
      if let className, hadNone, oldAnnotation ?? className == className {
        wanted.set(nil, "storageClassName")
      }
    }
    guard new.string("status", "phase") == "Bound" else { return (wanted, present) }
    if wanted.object("resources", "requests") != nil {
      wanted.set(present.value("resources", "requests", "storage"), "resources", "requests", "storage")
    }
    if wanted.optionalString("volumeAttributesClassName") != nil {
      wanted["volumeAttributesClassName"] = present["volumeAttributesClassName"]
    }
    return (wanted, present)
  }

  private mutating func checkRequestUpdate(_ new: JSONObject, _ old: JSONObject) {
    func quantity(_ object: JSONObject, _ path: String...) -> Quantity {
      (try? object.value(at: path[...]).map(Quantity.init(json:))) ?? .zero
    }
    let wanted = quantity(new, "spec", "resources", "requests", "storage")
    guard wanted < quantity(old, "spec", "resources", "requests", "storage") else { return }
    if wanted <= quantity(old, "status", "capacity", "storage") {
      add(
        .forbidden(
          FieldPath("spec").child("resources", "requests", "storage"), "field can not be less than status.capacity"))
    }
  }

  private mutating func checkAttributesClassUpdate(_ new: JSONObject, _ old: JSONObject, refusesEmpty: Bool) {
    guard old.optionalString("spec", "volumeAttributesClassName") != nil else { return }
    let field = FieldPath("spec").child("volumeAttributesClassName")
    let name = new.optionalString("spec", "volumeAttributesClassName")
    if name == nil { add(.forbidden(field, "update from non-nil value to nil is forbidden")) }
    if refusesEmpty, name == "", old.string("spec", "volumeAttributesClassName") != "" {
      add(.forbidden(field, "update from non-nil value to an empty string is forbidden"))
    }
  }

  /// The field `name` of the spec may not change; the API's messages leave out the spec (rules V25, V42).
  private mutating func checkUnchanged(_ name: String, _ new: JSONObject, _ old: JSONObject) {
    let value = new.value("spec", name)
    guard value != old.value("spec", name) else { return }
    add(.invalid(FieldPath(name), shown: JSONWriter.compact(value ?? .null), Self.immutable))
  }

  /// A changed volume (rules V41-V44).
  mutating func checkVolumeUpdate(_ new: JSONObject, _ old: JSONObject) {
    checkVolume(new)
    checkMetadataUpdate(new, old)
    var wanted = new.object("spec") ?? JSONObject()
    let present = old.object("spec") ?? JSONObject()
    if present.object("csi") != nil, present.object("csi", "controllerExpandSecretRef") == nil {
      wanted.set(nil, "csi", "controllerExpandSecretRef")
    }
    let sources = Set(Self.volumeSources)
    let newSource = JSONObject(members: wanted.members.filter { sources.contains($0.key) })
    let oldSource = JSONObject(members: present.members.filter { sources.contains($0.key) })
    if !Equality.areEqual(newSource, oldSource) {
      let change = GoNotation.diff(oldSource, newSource, .persistentVolumeSource)
      add(
        .forbidden(
          FieldPath("spec").child("persistentvolumesource"),
          "spec.persistentvolumesource is immutable after creation\n" + change))
    }
    checkUnchanged("volumeMode", new, old)
    checkAffinityUpdate(wanted, present)
    checkAttributesClassUpdate(new, old, refusesEmpty: false)
  }

  private mutating func checkAffinityUpdate(_ wanted: JSONObject, _ present: JSONObject) {
    guard let old = present["nodeAffinity"] else { return }
    let new = wanted["nodeAffinity"]
    guard new != Self.renamingBetaLabels(old, as: new) else { return }
    let shown = new?.object.map { GoNotation.compact($0, .volumeNodeAffinity) } ?? "null"
    add(
      .invalid(
        FieldPath("nodeAffinity"), shown: shown, Self.immutable + ", except for updating from beta label to GA"))
  }

  /// `old` with beta labels renamed to today's where `new` has today's.
  private static func renamingBetaLabels(_ old: JSONValue, as new: JSONValue?) -> JSONValue {
    switch (old, new) {
    case (.object(var object), .object(let other)?):
      for member in object.members { object[member.key] = renamingBetaLabels(member.value, as: other[member.key]) }
      if let name = betaLabels[object.string("key")], other.string("key") == name { object["key"] = .string(name) }
      return .object(object)
    case (.array(let elements), .array(let others)?) where elements.count == others.count:
      return .array(zip(elements, others).map { renamingBetaLabels($0, as: $1) })
    default: return old
    }
  }

  /// Labels of nodes that have left their beta.
  static let betaLabels = [
    "beta.kubernetes.io/os": "kubernetes.io/os", "beta.kubernetes.io/arch": "kubernetes.io/arch",
    "beta.kubernetes.io/instance-type": "node.kubernetes.io/instance-type",
    "failure-domain.beta.kubernetes.io/zone": "topology.kubernetes.io/zone",
    "failure-domain.beta.kubernetes.io/region": "topology.kubernetes.io/region",
  ]
}
