// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Admission {
  private static let systemFields = [
    "uid", "creationTimestamp", "deletionTimestamp", "deletionGracePeriodSeconds", "selfLink", "managedFields",
  ]
  /// The longest beginning of a name that is made from `generateName`.
  private static let longestPrefix = 58

  /// `object` with defaults, a name, and without what users may not set, as it is validated (rules V4, V5, V20, V53).
  public static func prepared(_ object: JSONObject, _ kind: Kind, nameSuffix: String) -> JSONObject {
    var object = object
    for field in systemFields + ["resourceVersion", "generation"] { object.set(nil, "metadata", field) }
    setName(of: &object, suffix: nameSuffix)
    Defaulting.apply(to: &object, kind)
    if kind == .persistentVolumeClaim { object.change("spec") { DataSources.prepare(&$0, from: nil) } }
    let counted: [Kind] = [
      .statefulSet, .deployment, .pod, .volumeSnapshot, .volumeSnapshotContent, .volumeSnapshotClass,
    ]
    if counted.contains(kind) { object.set(1, "metadata", "generation") }
    setFirstStatus(of: &object, kind)
    return object
  }

  /// Completes `generateName` to a name when `object` has none.
  public static func setName(of object: inout JSONObject, suffix: String) {
    let prefix = object.string("metadata", "generateName")
    guard object.string("metadata", "name").isEmpty, !prefix.isEmpty else { return }
    object.set(.string(prefix.prefix(longestPrefix) + suffix), "metadata", "name")
  }

  /// `object` as the new state of `old`, with what users may not change taken from there.
  public static func preparedUpdate(_ object: JSONObject, from old: JSONObject, _ kind: Kind) -> JSONObject {
    var object = object
    Defaulting.apply(to: &object, kind)
    for field in systemFields {
      let isIdentity = field == "uid" && !object.string("metadata", "uid").isEmpty
      if !isIdentity { object.set(old.value("metadata", field), "metadata", field) }
    }
    if kind == .persistentVolumeClaim {
      object.change("spec") { DataSources.prepare(&$0, from: old.object("spec") ?? JSONObject()) }
    }
    if kind != .node, kind != .event { object["status"] = old["status"] }
    object.set(nextGeneration(object, old), "metadata", "generation")
    return object
  }

  /// `object`, as a file says that it is stored, with what the store would show of it beyond that.
  public static func presentable(_ object: JSONObject, _ kind: Kind) -> JSONObject {
    var object = object
    Defaulting.apply(to: &object, kind)
    if kind == .persistentVolumeClaim {
      let stored = object.object("spec") ?? JSONObject()
      object.change("spec") { DataSources.prepare(&$0, from: stored) }
    }
    // Workloads have a status without a phase; what is there stays.
    let hasNoPhase = [Kind.deployment, .statefulSet, .volumeSnapshot, .volumeSnapshotContent].contains(kind)
    if hasNoPhase ? object["status"] == nil : object.string("status", "phase").isEmpty {
      setFirstStatus(of: &object, kind)
    }
    return object
  }

  /// The number of changes of what is wanted, where it is counted.
  private static func nextGeneration(_ new: JSONObject, _ old: JSONObject) -> JSONValue? {
    guard let generation = old.integer("metadata", "generation") else { return nil }
    return .integer(new["spec"] == old["spec"] ? generation : generation + 1)
  }

  /// The status of an object that nobody has worked on.
  private static func setFirstStatus(of object: inout JSONObject, _ kind: Kind) {
    switch kind {
    case .persistentVolumeClaim, .persistentVolume: object["status"] = ["phase": "Pending"]
    case .pod: object["status"] = ["phase": "Pending", "qosClass": .string(ServiceQuality.of(object))]
    case .namespace: object["status"] = ["phase": "Active"]
    case .deployment, .statefulSet: object["status"] = .object(JSONObject())
    case .volumeSnapshot, .volumeSnapshotContent: object["status"] = nil
    default: break
    }
  }
}

/// Where a claim's first content comes from: two fields that say the same, an old and a new one (rule V20).
enum DataSources {
  /// Fills the missing field of the two in the claim's `spec` and drops what the API ignores; `old` is the spec before an
  /// update.
  static func prepare(_ spec: inout JSONObject, from old: JSONObject?) {
    if !spec.string("dataSourceRef", "namespace").isEmpty, old?.object("dataSourceRef") == nil {
      spec.set(nil, "dataSourceRef")  // other namespaces are an alpha feature that is off
    }
    let hadSource = old?.object("dataSource") != nil || old?.object("dataSourceRef") != nil
    if !hadSource, spec.object("dataSourceRef") == nil, !isOfKnownKind(spec.object("dataSource")) {
      spec.set(nil, "dataSource")
    }
    switch (spec.object("dataSource"), spec.object("dataSourceRef")) {
    case (let source?, nil): spec["dataSourceRef"] = .object(source)
    case (nil, let reference?) where reference.string("namespace").isEmpty:
      var source = reference
      source.set(nil, "namespace")
      spec["dataSource"] = .object(source)
    case (nil, nil), (nil, .some), (.some, .some): break
    }
  }

  private static func isOfKnownKind(_ source: JSONObject?) -> Bool {
    switch (source?.string("kind"), source?.string("apiGroup")) {
    case ("PersistentVolumeClaim", ""), ("VolumeSnapshot", "snapshot.storage.k8s.io"): true
    default: false
    }
  }
}

/// The class of a pod by what its containers ask for, as `kubectl describe` shows it.
enum ServiceQuality {
  /// `Guaranteed` when all containers have equal requests and limits, `BestEffort` when none has any, else `Burstable`.
  static func of(_ pod: JSONObject) -> String {
    let containers = pod.objects("spec", "containers") + pod.objects("spec", "initContainers")
    var isGuaranteed = !containers.isEmpty
    var isBestEffort = true
    for container in containers {
      for resource in ["cpu", "memory"] {
        let limit = amount(container, "limits", resource)
        let request = amount(container, "requests", resource) ?? limit
        if limit != nil || request != nil { isBestEffort = false }
        if limit == nil || limit != request { isGuaranteed = false }
      }
    }
    return isBestEffort ? "BestEffort" : isGuaranteed ? "Guaranteed" : "Burstable"
  }

  private static func amount(_ container: JSONObject, _ list: String, _ resource: String) -> Quantity? {
    guard let value = container.value("resources", list, resource), let quantity = try? Quantity(json: value) else {
      return nil
    }
    return quantity.sign > 0 ? quantity : nil
  }
}
