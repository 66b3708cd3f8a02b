// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Inspection {
  private static let mostParameters = 512
  private static let longestParameters = 256 << 10

  /// A StorageClass (rules V45-V48).
  mutating func checkStorageClass(_ object: JSONObject) {
    checkMetadata(object, .storageClass)
    let root = FieldPath("")
    checkProvisioner(object.string("provisioner"), root.child("provisioner"))
    checkParameters(object.object("parameters"), root.child("parameters"))
    if !object.string("reclaimPolicy").isEmpty {
      check("reclaimPolicy", of: object, isOneOf: ["Delete", "Retain"], root)
    }
    if object.optionalString("volumeBindingMode") == nil { add(.required(root.child("volumeBindingMode"))) }
    check("volumeBindingMode", of: object, isOneOf: ["Immediate", "WaitForFirstConsumer"], root)
    checkTopologies(object.objects("allowedTopologies"), root.child("allowedTopologies"))
  }

  /// A qualified name, whatever the case (rule V45).
  private mutating func checkProvisioner(_ name: String, _ path: FieldPath) {
    guard !name.isEmpty else { return add(.required(path)) }
    add(path, name, NameRules.qualifiedName(name.lowercased()))
  }

  private mutating func checkParameters(_ parameters: JSONObject?, _ path: FieldPath) {
    let members = parameters?.members ?? []
    guard members.count <= Self.mostParameters else { return add(.tooLong(path, limit: Self.mostParameters)) }
    if members.contains(where: \.key.isEmpty) { add(.invalid(path, "", "field can not be empty.")) }
    let size = members.reduce(0) { $0 + $1.key.utf8.count + ($1.value.string?.utf8.count ?? 0) }
    if size > Self.longestParameters { add(.tooLong(path, limit: Self.longestParameters)) }
  }

  /// A changed StorageClass (rule V49).
  mutating func checkStorageClassUpdate(_ new: JSONObject, _ old: JSONObject) {
    checkStorageClass(new)
    checkMetadataUpdate(new, old)
    refuseChanges(["parameters", "provisioner", "reclaimPolicy", "volumeBindingMode"], new, old)
  }

  /// A VolumeAttributesClass: a driver and at least one parameter.
  mutating func checkAttributesClassObject(_ object: JSONObject) {
    checkMetadata(object, .volumeAttributesClass)
    checkProvisioner(object.string("driverName"), FieldPath("driverName"))
    let parameters = object.object("parameters")
    if parameters?.isEmpty ?? true {
      add(.required(FieldPath("parameters"), "must contain at least one key/value pair"))
    }
    checkParameters(parameters, FieldPath("parameters"))
  }

  /// A changed VolumeAttributesClass: only its metadata may change.
  mutating func checkAttributesClassObjectUpdate(_ new: JSONObject, _ old: JSONObject) {
    checkAttributesClassObject(new)
    checkMetadataUpdate(new, old)
    refuseChanges(["driverName", "parameters"], new, old)
  }

  private mutating func refuseChanges(_ fields: [String], _ new: JSONObject, _ old: JSONObject) {
    for field in fields where new[field] != old[field] {
      add(.invalid(FieldPath(field), shown: JSONWriter.compact(new[field] ?? .null), Self.immutable))
    }
  }
}
