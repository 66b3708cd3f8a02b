// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension Inspection {
  /// The containers of a pod and their mounts (rules V52, V54, V55); `names` are those in use already.
  mutating func checkContainers(
    _ containers: [JSONObject], _ path: FieldPath, volumes: [String: JSONObject], names: inout Set<String>
  ) {
    for (index, container) in containers.enumerated() {
      let path = path.index(index)
      let name = container.string("name")
      if name.isEmpty {
        add(.required(path.child("name")))
      } else {
        add(path.child("name"), name, NameRules.label(name))
        if !names.insert(name).inserted { add(.duplicate(path.child("name"), name)) }
      }
      checkImage(container.string("image"), path.child("image"))
      check("terminationMessagePolicy", of: container, isOneOf: ["FallbackToLogsOnError", "File"], path)
      checkPorts(container.objects("ports"), path.child("ports"))
      for (number, variable) in container.objects("env").enumerated() {
        require("name", of: variable, path.child("env").index(number))
      }
      checkMounts(container, path.child("volumeMounts"), volumes)
      checkDevices(container, path.child("volumeDevices"), volumes)
      check("imagePullPolicy", of: container, isOneOf: ["Always", "IfNotPresent", "Never"], path)
      checkResources(container.object("resources"), path.child("resources"))
    }
  }

  private mutating func checkImage(_ image: String, _ path: FieldPath) {
    if image.isEmpty { add(.required(path)) }
    if image.first?.isWhitespace == true || image.last?.isWhitespace == true {
      add(.invalid(path, image, "must not have leading or trailing whitespace"))
    }
  }

  private mutating func checkPorts(_ ports: [JSONObject], _ path: FieldPath) {
    for (index, port) in ports.enumerated() {
      let path = path.index(index)
      if port.integer("containerPort") ?? 0 == 0 {
        add(.required(path.child("containerPort")))
      } else {
        check("containerPort", of: port, isIn: 1...65535, path, "must be between 1 and 65535, inclusive")
      }
      check("hostPort", of: port, isIn: 0...65535, path, "must be between 1 and 65535, inclusive")
      check("protocol", of: port, isOneOf: ["SCTP", "TCP", "UDP"], path)
    }
  }

  private mutating func checkResources(_ resources: JSONObject?, _ path: FieldPath) {
    for list in ["limits", "requests"] {
      for resource in resources?.object(list)?.members ?? [] {
        guard let quantity = try? Quantity(json: resource.value), quantity.sign < 0 else { continue }
        add(.invalid(path.child(list).key(resource.key), quantity.text, "must be greater than or equal to 0"))
      }
    }
  }

  private mutating func checkMounts(_ container: JSONObject, _ path: FieldPath, _ volumes: [String: JSONObject]) {
    let devices = container.objects("volumeDevices")
    var paths: Set<String> = []
    for (index, mount) in container.objects("volumeMounts").enumerated() {
      let field = path.index(index)
      let name = mount.string("name")
      let mountPath = mount.string("mountPath")
      require("name", of: mount, field)
      if volumes[name] == nil { add(.notFound(field.child("name"), name)) }
      require("mountPath", of: mount, field)
      if !paths.insert(mountPath).inserted { add(.invalid(field.child("mountPath"), mountPath, "must be unique")) }
      if devices.contains(where: { $0.string("name") == name }) {
        add(.invalid(field.child("name"), name, "must not already exist in volumeDevices"))
      }
      if devices.contains(where: { $0.string("devicePath") == mountPath }) {
        add(.invalid(field.child("mountPath"), mountPath, "must not already exist as a path in volumeDevices"))
      }
      if volumes[name]?.object("image") != nil {
        for part in ["subPath", "subPathExpr"] where !mount.string(part).isEmpty {
          add(.invalid(field.child(part), mount.string(part), "not allowed in image volume sources"))
        }
      }
      checkMountOptions(mount, container, path, field)
    }
  }

  /// What a mount says beyond the volume and the path; the API's messages leave out the index of the mount for most of it.
  private mutating func checkMountOptions(
    _ mount: JSONObject, _ container: JSONObject, _ path: FieldPath, _ indexed: FieldPath
  ) {
    let subPath = mount.string("subPath")
    let expression = mount.string("subPathExpr")
    requireDescending(subPath, path.child("subPath"))
    if !expression.isEmpty, !subPath.isEmpty {
      add(.invalid(indexed.child("subPathExpr"), expression, "subPathExpr and subPath are mutually exclusive"))
    }
    requireDescending(expression, path.child("subPathExpr"))
    check("mountPropagation", of: mount, isOneOf: ["Bidirectional", "HostToContainer", "None"], path)
    let propagation = mount.optionalString("mountPropagation")
    if propagation == "Bidirectional", !container.flag("securityContext", "privileged") {
      let detail = "Bidirectional mount propagation is available only to privileged containers"
      add(.forbidden(path.child("mountPropagation"), detail))
    }
    check("recursiveReadOnly", of: mount, isOneOf: ["Disabled", "Enabled", "IfPossible"], path)
    guard ["Enabled", "IfPossible"].contains(mount.string("recursiveReadOnly")) else { return }
    let field = path.child("recursiveReadOnly")
    if !mount.flag("readOnly") { add(.forbidden(field, "may only be specified when readOnly is true")) }
    if let propagation, propagation != "None" {
      add(.forbidden(field, "may only be specified when mountPropagation is None or not specified"))
    }
  }

  private mutating func checkDevices(_ container: JSONObject, _ path: FieldPath, _ volumes: [String: JSONObject]) {
    let mounts = container.objects("volumeMounts")
    var names: Set<String> = []
    var paths: Set<String> = []
    for (index, device) in container.objects("volumeDevices").enumerated() {
      let path = path.index(index)
      let name = device.string("name")
      let devicePath = device.string("devicePath")
      require("name", of: device, path)
      if !name.isEmpty, !names.insert(name).inserted { add(.invalid(path.child("name"), name, "must be unique")) }
      if let volume = volumes[name] {
        if volume.object("persistentVolumeClaim") == nil, volume.object("ephemeral") == nil {
          let detail = "can only use volume source type of PersistentVolumeClaim or Ephemeral for block mode"
          add(.invalid(path.child("name"), name, detail))
        }
      } else {
        add(.notFound(path.child("name"), name))
      }
      require("devicePath", of: device, path)
      if paths.contains(devicePath) { add(.invalid(path.child("devicePath"), devicePath, "must be unique")) }
      if Self.hasBacksteps(devicePath) {
        add(.invalid(path.child("devicePath"), devicePath, "can not contain backsteps ('..')"))
      } else {
        paths.insert(devicePath)
      }
      if mounts.contains(where: { $0.string("name") == name }) {
        add(.invalid(path.child("name"), name, "must not already exist in volumeMounts"))
      }
      if mounts.contains(where: { $0.string("mountPath") == devicePath }) {
        add(.invalid(path.child("devicePath"), devicePath, "must not already exist as a path in volumeMounts"))
      }
    }
  }
}
