// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

@testable import Controllers

/// Small worlds of pods, claims and volumes, written in few words.
enum PodWorld {
  static let now = Timestamp(seconds: 1_800_000_000)
  static let node = HostNode(name: "here")

  /// The world of `objects`, each with its name as uid unless it has one.
  static func of(_ objects: [Resource]) -> World {
    var world = World()
    for object in objects {
      guard let key = object.key else { continue }
      world.put(identified(object), at: key)
    }
    return world
  }

  static func identified(_ object: Resource) -> Resource {
    var object = object
    if object.uid.isEmpty { object.metadata.uid = "uid-" + object.name }
    return object
  }

  /// A pod whose one container `c` mounts each of `volumes` at `/<name of the volume>`.
  static func pod(_ name: String = "web", node: String = "here", volumes: [JSONObject]) -> Pod {
    var pod = Pod(name: name, namespace: "default")
    pod.metadata.uid = "uid-" + name
    pod.nodeName = node
    let mounts = volumes.map {
      JSONValue.object(["name": $0["name"] ?? "", "mountPath": .string("/" + $0.string("name"))])
    }
    pod.json.set(.array(volumes.map(JSONValue.object)), "spec", "volumes")
    pod.json.set([["name": "c", "volumeMounts": .array(mounts)]], "spec", "containers")
    return pod
  }

  static func claimVolume(_ name: String = "data", claim: String = "data", readOnly: Bool = false) -> JSONObject {
    var source: JSONObject = ["claimName": .string(claim)]
    if readOnly { source["readOnly"] = true }
    return ["name": .string(name), "persistentVolumeClaim": .object(source)]
  }

  /// A claim; of class `className` where one is given.
  static func claim(
    _ name: String = "data", className: String? = nil, modes: [String] = ["ReadWriteOnce"], request: String = "1Gi"
  ) -> PersistentVolumeClaim {
    var claim = PersistentVolumeClaim(name: name, namespace: "default")
    claim.metadata.uid = "uid-" + name
    claim.storageClassName = className
    claim.json.set(.strings(modes), "spec", "accessModes")
    claim.json.set(.string(request), "spec", "resources", "requests", "storage")
    claim.phase = .pending
    return claim
  }

  /// An Available volume with `spec` beside its capacity and modes.
  static func volume(
    _ name: String = "pv", className: String = "", modes: [String] = ["ReadWriteOnce"], capacity: String = "1Gi",
    spec: JSONObject = ["csi": ["driver": "orlop.io", "volumeHandle": "vol-1"]]
  ) -> PersistentVolume {
    var volume = PersistentVolume(name: name)
    volume.metadata.uid = "uid-" + name
    volume.json["spec"] = .object(spec)
    volume.json.set(.string(className), "spec", "storageClassName")
    volume.accessModes = modes
    volume.capacityText = capacity
    volume.phase = .available
    return volume
  }

  /// `claim` and `volume`, bound to each other.
  static func bound(_ claim: PersistentVolumeClaim, _ volume: PersistentVolume) -> [Resource] {
    var (claim, volume) = (claim, volume)
    volume.claimRef = ClaimReference(to: claim)
    volume.phase = .bound
    claim.volumeName = volume.name
    claim.setAnnotation(WellKnown.bindCompleted, "yes")
    claim.phase = .bound
    return [Resource(claim), Resource(volume)]
  }

  /// The messages of the events with `reason` among `steps`.
  static func messages(_ reason: String, in steps: [Step]) -> [String] {
    steps.compactMap { step in
      guard case .emit(let notice) = step, notice.reason == reason else { return nil }
      return notice.message
    }
  }
}

extension JSONObject {
  /// This object with `value` at `path`.
  func with(_ value: JSONValue, _ path: String...) -> JSONObject {
    var copy = self
    copy.set(value, at: path[...])
    return copy
  }
}

extension APIObject {
  /// This object, changed by `change`.
  func changed(_ change: (inout Self) -> Void) -> Self {
    var copy = self
    change(&copy)
    return copy
  }
}
