// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Inspection {
  private static let longestAnnotations = 256 << 10

  /// The metadata of a new object of `kind` (rules V1, V2, V5, V7).
  mutating func checkMetadata(
    _ object: JSONObject, _ kind: Kind, name rule: (String) -> [String] = NameRules.subdomain
  ) {
    let meta = object.object("metadata") ?? JSONObject()
    let path = FieldPath("metadata")
    let prefix = meta.string("generateName")
    if !prefix.isEmpty { add(path.child("generateName"), prefix, rule(NameRules.example(ofPrefix: prefix))) }
    let name = meta.string("name")
    if name.isEmpty {
      add(.required(path.child("name"), "name or generateName is required"))
    } else {
      add(path.child("name"), name, rule(name))
    }
    if kind.isNamespaced {
      let namespace = meta.string("namespace")
      if namespace.isEmpty {
        add(.required(path.child("namespace")))
      } else {
        add(path.child("namespace"), namespace, NameRules.label(namespace))
      }
    }
    checkSharedMetadata(meta, path)
  }

  private mutating func checkSharedMetadata(_ meta: JSONObject, _ path: FieldPath) {
    check("generation", of: meta, isIn: 0...Int64.max, path, "must be greater than or equal to 0")
    checkLabels(meta.object("labels"), path.child("labels"))
    checkAnnotations(meta.object("annotations"), path.child("annotations"))
    checkOwners(meta.objects("ownerReferences"), path.child("ownerReferences"))
    let finalizers = meta.strings("finalizers")
    for finalizer in finalizers { add(path.child("finalizers"), finalizer, NameRules.qualifiedName(finalizer)) }
    if finalizers.contains("orphan"), finalizers.contains("foregroundDeletion") {
      add(
        .invalid(
          path.child("finalizers"), shown: JSONWriter.compact(.strings(finalizers)),
          "finalizer orphan and foregroundDeletion cannot be both set"))
    }
    for (index, finalizer) in finalizers.enumerated() where !finalizer.contains("/") {
      guard !["kubernetes", "orphan", "foregroundDeletion"].contains(finalizer) else { continue }
      let detail = "name is neither a standard finalizer name nor is it fully qualified"
      add(.invalid(path.child("finalizers").index(index), finalizer, detail))
    }
  }

  /// The changed metadata of an object.
  mutating func checkMetadataUpdate(_ new: JSONObject, _ old: JSONObject) {
    let path = FieldPath("metadata")
    if old.optionalString("metadata", "deletionTimestamp") != nil {
      let extra = Set(new.strings("metadata", "finalizers")).subtracting(old.strings("metadata", "finalizers"))
      if !extra.isEmpty {
        let list = extra.sorted().map(Cause.quoted).joined(separator: ", ")
        add(
          .forbidden(
            path.child("finalizers"),
            "no new finalizers can be added if the object is being deleted, found new finalizers []string{\(list)}"))
      }
    }
    for name in ["name", "namespace", "uid", "creationTimestamp", "deletionTimestamp"] {
      let value = new.string("metadata", name)
      if value != old.string("metadata", name) { add(.invalid(path.child(name), value, Self.immutable)) }
    }
    checkSharedMetadata(new.object("metadata") ?? JSONObject(), path)
  }

  /// Labels (rule V7).
  mutating func checkLabels(_ labels: JSONObject?, _ path: FieldPath) {
    for label in labels?.members ?? [] {
      add(path, label.key, NameRules.qualifiedName(label.key))
      add(path, label.value.string ?? "", NameRules.labelValue(label.value.string ?? ""))
    }
  }

  /// Annotations (rule V7): their keys are qualified names whatever the case.
  mutating func checkAnnotations(_ annotations: JSONObject?, _ path: FieldPath) {
    var size = 0
    for annotation in annotations?.members ?? [] {
      add(path, annotation.key, NameRules.qualifiedName(annotation.key.lowercased()))
      size += annotation.key.utf8.count + (annotation.value.string?.utf8.count ?? 0)
    }
    if size > Self.longestAnnotations { add(.tooLong(path, limit: Self.longestAnnotations)) }
  }

  private mutating func checkOwners(_ owners: [JSONObject], _ path: FieldPath) {
    for owner in owners {
      if owner.string("apiVersion").split(separator: "/").last == nil {
        add(.invalid(path.child("apiVersion"), owner.string("apiVersion"), "version must not be empty"))
      }
      for name in ["kind", "name", "uid"] where owner.string(name).isEmpty {
        add(.invalid(path.child(name), "", "must not be empty"))
      }
      if owner.string("apiVersion") == "v1", owner.string("kind") == "Event" {
        add(
          .invalid(
            path, shown: JSONWriter.compact(.object(owner)), "/v1, Kind=Event is disallowed from being an owner"))
      }
    }
    let controllers = owners.filter { $0.flag("controller") }.map { $0.string("kind") + "/" + $0.string("name") }
    for other in controllers.dropFirst() {
      add(
        .invalid(
          path, shown: JSONWriter.compact(.array(owners.map(JSONValue.object))),
          "Only one reference can have Controller set to true. Found \"true\" in references for \(controllers[0]) and "
            + other))
    }
  }
}
