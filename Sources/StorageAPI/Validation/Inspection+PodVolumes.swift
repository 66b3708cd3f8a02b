// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Inspection {
  /// The sources of pods' volumes in the order in which the API looks at them.
  static let podSources = [
    "emptyDir", "hostPath", "gitRepo", "gcePersistentDisk", "awsElasticBlockStore", "secret", "nfs", "iscsi",
    "glusterfs", "flocker", "persistentVolumeClaim", "rbd", "cinder", "cephfs", "quobyte", "downwardAPI", "fc",
    "flexVolume", "configMap", "azureFile", "vsphereVolume", "photonPersistentDisk", "portworxVolume", "azureDisk",
    "storageos", "projected", "scaleIO", "csi", "ephemeral", "image",
  ]

  /// The volumes of a pod (rules V51-V53).
  ///
  /// - Returns: the good ones by name, for their mounts to refer to.
  mutating func checkPodVolumes(_ volumes: [JSONObject], _ path: FieldPath, pod: String) -> [String: JSONObject] {
    var good: [String: JSONObject] = [:]
    let ephemeral = volumes.filter { $0.object("ephemeral") != nil }.map { pod + "-" + $0.string("name") }
    for (index, volume) in volumes.enumerated() {
      let path = path.index(index)
      let name = volume.string("name")
      var inspection = Inspection()
      inspection.checkPodSources(volume, path, pod: pod)
      if name.isEmpty {
        inspection.add(.required(path.child("name")))
      } else {
        inspection.add(path.child("name"), name, NameRules.label(name))
      }
      if good[name] != nil { inspection.add(.duplicate(path.child("name"), name)) }
      if inspection.causes.isEmpty { good[name] = volume }
      for cause in inspection.causes { add(cause) }
      if !pod.isEmpty, let claim = volume.optionalString("persistentVolumeClaim", "claimName"),
        ephemeral.contains(claim)
      {
        let detail = "must not reference a PVC that gets created for an ephemeral volume"
        add(.invalid(path.child("persistentVolumeClaim", "claimName"), claim, detail))
      }
    }
    return good
  }

  private mutating func checkPodSources(_ volume: JSONObject, _ path: FieldPath, pod: String) {
    var hasSource = false
    for source in Self.podSources {
      guard let object = volume.object(source) else { continue }
      if hasSource {
        // The API's names for these differ in this message.
        let field = source == "cephfs" ? "cephFS" : source == "downwardAPI" ? "downwarAPI" : source
        add(.forbidden(path.child(field), "may not specify more than 1 volume type"))
        continue
      }
      hasSource = true
      checkPodSource(source, object, path, name: volume.string("name"), pod: pod)
    }
    if !hasSource { add(.required(path, "must specify a volume type")) }
  }

  private mutating func checkPodSource(
    _ source: String, _ object: JSONObject, _ parent: FieldPath, name: String, pod: String
  ) {
    let path = parent.child(source)
    switch source {
    case "emptyDir":
      if let limit = object["sizeLimit"], let quantity = try? Quantity(json: limit), quantity.sign < 0 {
        add(.forbidden(path.child("sizeLimit"), "SizeLimit field must be a valid resource quantity"))
      }
    case "gitRepo":
      require("repository", of: object, path)
      requireDescending(object.string("directory"), path.child("directory"))
    case "secret":
      require("secretName", of: object, path)
      checkFiles(object, path)
    case "configMap":
      require("name", of: object, path)
      checkFiles(object, path)
    case "persistentVolumeClaim": require("claimName", of: object, path)
    case "downwardAPI":
      checkMode("defaultMode", of: object, path)
      for item in object.objects("items") { checkDownwardFile(item, path) }
    case "projected": checkProjected(object, path)
    case "ephemeral": checkEphemeral(object, parent, name: name, pod: pod)
    case "image":
      require("reference", of: object, path)
      check("pullPolicy", of: object, isOneOf: ["Always", "IfNotPresent", "Never"], path)
    default: checkSource(source, object, parent, .pod(name))
    }
  }

  private mutating func checkEphemeral(_ object: JSONObject, _ parent: FieldPath, name: String, pod: String) {
    let path = parent.child("ephemeral", "volumeClaimTemplate")
    if let template = object.object("volumeClaimTemplate") {
      let meta = template.object("metadata") ?? JSONObject()
      checkAnnotations(meta.object("annotations"), path.child("metadata", "annotations"))
      checkLabels(meta.object("labels"), path.child("metadata", "labels"))
      for field in meta.keys where !["annotations", "labels"].contains(field) {
        add(.forbidden(path.child("metadata", field), "cannot be set"))
      }
      checkClaimSpec(template.object("spec") ?? JSONObject(), path.child("spec"))
    } else {
      add(.required(path))
    }
    guard !pod.isEmpty, !name.isEmpty else { return }
    let claim = pod + "-" + name
    for problem in NameRules.subdomain(claim) {
      add(.invalid(parent.child("name"), name, "PVC name \(Cause.quoted(claim)): \(problem)"))
    }
  }
}
