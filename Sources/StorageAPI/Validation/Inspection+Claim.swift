// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Inspection {
  /// A new PersistentVolumeClaim (rules V8-V21).
  mutating func checkClaim(_ claim: JSONObject, toleratesDataSourceGroup: Bool = false) {
    checkMetadata(claim, .persistentVolumeClaim)
    let spec = claim.object("spec") ?? JSONObject()
    checkClaimSpec(spec, FieldPath("spec"), toleratesDataSourceGroup: toleratesDataSourceGroup)
  }

  /// What a claim or a claim's template asks for.
  mutating func checkClaimSpec(_ spec: JSONObject, _ path: FieldPath, toleratesDataSourceGroup: Bool = false) {
    let modes = spec.strings("accessModes")
    if modes.isEmpty { add(.required(path.child("accessModes"), "at least 1 access mode is required")) }
    if let selector = spec.object("selector") { checkLabelSelector(selector, path.child("selector")) }
    checkAccessModes(modes, path.child("accessModes"))
    let request = path.child("resources").key("storage")
    if let value = spec.value("resources", "requests", "storage") {
      if let quantity = try? Quantity(json: value) { requirePositive(quantity, request) }
    } else {
      add(.required(request))
    }
    checkClassName(spec.string("storageClassName"), path.child("storageClassName"))
    check("volumeMode", of: spec, isOneOf: ["Block", "Filesystem"], path)
    checkDataSources(spec, path, toleratesGroup: toleratesDataSourceGroup)
    checkClassName(spec.string("volumeAttributesClassName"), path.child("volumeAttributesClassName"))
  }

  private mutating func checkDataSources(_ spec: JSONObject, _ path: FieldPath, toleratesGroup: Bool) {
    for field in ["dataSource", "dataSourceRef"] {
      guard let source = spec.object(field) else { continue }
      checkDataSource(source, path.child(field), toleratesGroup: toleratesGroup)
    }
    guard let source = spec.object("dataSource"), let reference = spec.object("dataSourceRef") else { return }
    if !reference.string("namespace").isEmpty {
      add(.invalid(path, path.text + ".dataSource", "may not be specified when dataSourceRef.namespace is specified"))
    } else if ["apiGroup", "kind", "name"].contains(where: { source.optionalString($0) != reference.optionalString($0) }
    ) {
      add(.invalid(path, path.text + ".dataSource", "must match dataSourceRef"))
    }
  }

  private mutating func checkDataSource(_ source: JSONObject, _ path: FieldPath, toleratesGroup: Bool) {
    require("name", of: source, path)
    require("kind", of: source, path)
    let group = source.string("apiGroup")
    let kind = source.string("kind")
    if group.isEmpty, kind != Kind.persistentVolumeClaim.name {
      add(.invalid(path, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup"))
    }
    if !group.isEmpty, !toleratesGroup { add(path.child("apiGroup"), group, NameRules.subdomain(group)) }
    let namespace = source.string("namespace")
    if !namespace.isEmpty { add(path.child("namespace"), namespace, NameRules.label(namespace)) }
  }
}
