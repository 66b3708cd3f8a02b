// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

// Pods' volumes that are made of what the API knows: secrets, maps, and the pod itself.
extension Inspection {
  mutating func checkMode(_ name: String, of object: JSONObject, _ path: FieldPath) {
    check(
      name, of: object, isIn: 0...0o777, path, "must be a number between 0 and 0777 (octal), both inclusive")
  }

  mutating func checkFiles(_ object: JSONObject, _ path: FieldPath) {
    checkMode("defaultMode", of: object, path)
    for (index, item) in object.objects("items").enumerated() {
      let path = path.child("items").index(index)
      require("key", of: item, path)
      require("path", of: item, path)
      requireFilePath(item.string("path"), path.child("path"))
      checkMode("mode", of: item, path)
    }
  }

  mutating func checkDownwardFile(_ file: JSONObject, _ path: FieldPath) {
    require("path", of: file, path)
    requireFilePath(file.string("path"), path.child("path"))
    switch (file.object("fieldRef"), file.object("resourceFieldRef")) {
    case (nil, nil): add(.required(path, "one of fieldRef and resourceFieldRef is required"))
    case (.some, .some):
      add(.invalid(path, "resource", "fieldRef and resourceFieldRef can not be specified simultaneously"))
    case (let field?, nil): checkFieldReference(field, path.child("fieldRef"))
    case (nil, let resource?): checkResourceReference(resource, path.child("resourceFieldRef"))
    }
    checkMode("mode", of: file, path)
  }

  /// A pod's field that becomes a file.
  private mutating func checkFieldReference(_ reference: JSONObject, _ path: FieldPath) {
    let path = path.child("fieldPath")
    let field = reference.string("fieldPath")
    guard !field.isEmpty else { return add(.required(path)) }
    let isSubscripted = field.hasSuffix("']") && field.contains("['")
    let known = isSubscripted ? ["metadata.annotations", "metadata.labels"] : Self.podFields
    guard known.contains(isSubscripted ? String(field.prefix { $0 != "[" }) : field) else {
      let problem = isSubscripted ? "field label does not support subscript" : "field label not supported"
      return add(.invalid(path, field, "error converting fieldPath: \(problem): \(field)"))
    }
    if !isSubscripted, !Self.fileFields.contains(field) { add(.notSupported(path, field, Self.fileFields)) }
  }

  /// The fields of pods that the API can tell a pod.
  private static let podFields = [
    "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid", "spec.host",
    "spec.nodeName", "spec.restartPolicy", "spec.schedulerName", "spec.serviceAccountName", "status.hostIP",
    "status.hostIPs", "status.phase", "status.podIP", "status.podIPs",
  ]

  /// Those of them that can become files.
  private static let fileFields = [
    "metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid",
  ]

  /// A container's amount of a resource that becomes a file.
  private mutating func checkResourceReference(_ reference: JSONObject, _ path: FieldPath) {
    guard !reference.string("containerName").isEmpty else { return add(.required(path.child("containerName"))) }
    let resource = reference.string("resource")
    let known = ["limits.", "requests."].flatMap { list in ["cpu", "ephemeral-storage", "memory"].map { list + $0 } }
    if resource.isEmpty {
      add(.required(path.child("resource")))
    } else if !known.contains(resource),
      !["limits.", "requests."].contains(where: { resource.hasPrefix($0 + "hugepages-") })
    {
      add(.notSupported(path.child("resource"), resource, known))
    }
  }

  mutating func checkProjected(_ projected: JSONObject, _ path: FieldPath) {
    checkMode("defaultMode", of: projected, path)
    for (index, source) in projected.objects("sources").enumerated() {
      let sourcePath = path.child("sources").index(index)
      for name in ["secret", "configMap"] {
        guard let object = source.object(name) else { continue }
        require("name", of: object, sourcePath.child(name))
        checkFiles(object, sourcePath.child(name))
      }
      for item in source.objects("downwardAPI", "items") { checkDownwardFile(item, sourcePath.child("downwardAPI")) }
      if let token = source.object("serviceAccountToken") {
        let seconds = sourcePath.child("serviceAccountToken", "expirationSeconds")
        let lifetime = token.integer("expirationSeconds") ?? 3600
        if lifetime < 600 { add(.invalid(seconds, lifetime, "may not specify a duration less than 10 minutes")) }
        if lifetime > 1 << 32 {
          add(.invalid(seconds, lifetime, "may not specify a duration larger than 2^32 seconds"))
        }
        // The API tells it of the volume, not of the source.
        require("path", of: token, path)
        requireFilePath(token.string("path"), path.child("path"))
      }
      if source.count > 1 { add(.forbidden(sourcePath, "may not specify more than 1 volume type")) }
    }
  }
}
