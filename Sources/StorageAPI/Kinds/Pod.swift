// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A sandbox that volumes are published into (`Pod`).
public struct Pod: KindedObject {
  /// The kind of these objects.
  public static let kind = Kind.pod
  /// The whole object, as stored.
  public var json: JSONObject
  /// The object that `json` is; nothing is checked.
  public init(json: JSONObject) { self.json = json }

  /// The node that runs the pod; "" until it is scheduled.
  public var nodeName: String {
    get { json.string("spec", "nodeName") }
    set { json.set(newValue.isEmpty ? nil : .string(newValue), "spec", "nodeName") }
  }
  /// How far the pod is; "" before anybody has looked at it.
  public var phase: String {
    get { json.string("status", "phase") }
    set { json.set(.string(newValue), "status", "phase") }
  }
  /// Whether the pod has run to its end, well or badly.
  public var isFinished: Bool { phase == "Succeeded" || phase == "Failed" }

  /// The volumes that the pod's containers may mount.
  public var volumes: [PodVolume] { json.objects("spec", "volumes").map(PodVolume.init) }
  /// The containers, without those that run first.
  public var containers: [Container] { json.objects("spec", "containers").map(Container.init) }
  /// The containers that run first.
  public var initContainers: [Container] { json.objects("spec", "initContainers").map(Container.init) }
  /// All containers, those that run first before the others.
  public var allContainers: [Container] { initContainers + containers }

  /// The group that is to own the volumes (rule M17), or nil.
  public var fsGroup: Int64? { json.integer("spec", "securityContext", "fsGroup") }
  /// The user that the pod's processes run as, or nil when it is not said.
  public var runAsUser: Int64? { json.integer("spec", "securityContext", "runAsUser") }

  /// The name of the claim behind `volume`: the one it names, or that of its ephemeral template (rule M22).
  public func claimName(of volume: PodVolume) -> String? {
    volume.claimName ?? (volume.isEphemeralClaim ? name + "-" + volume.name : nil)
  }

  /// The names of all claims that the pod's volumes need, in order.
  public var claimNames: [String] { volumes.compactMap(claimName(of:)) }
}

/// One entry of a pod's `volumes`.
public struct PodVolume: Sendable, Hashable {
  /// The volume as written.
  public var json: JSONObject

  /// The volume that `json` is.
  public init(json: JSONObject) { self.json = json }

  /// The name that the pod's containers use.
  public var name: String { json.string("name") }
  /// The name of the claim behind the volume, or nil when it is of another type.
  public var claimName: String? { json.optionalString("persistentVolumeClaim", "claimName") }
  /// Whether the pod asks for the claim's volume read-only (rule M11).
  public var isReadOnly: Bool { json.flag("persistentVolumeClaim", "readOnly") }
  /// Whether this is a generic ephemeral volume, with a claim of its own (rule M22).
  public var isEphemeralClaim: Bool { json.object("ephemeral") != nil }

  /// The source of type `name` (such as `emptyDir`), or nil when the volume is of another type.
  public func source(_ name: String) -> JSONObject? { json.object(name) }
}

/// One container of a pod.
public struct Container: Sendable, Hashable {
  /// The container as written.
  public var json: JSONObject

  /// The container that `json` is.
  public init(json: JSONObject) { self.json = json }

  /// The container's name.
  public var name: String { json.string("name") }
  /// Where the container wants volumes.
  public var volumeMounts: [VolumeMount] { json.objects("volumeMounts").map(VolumeMount.init) }
  /// The names of the volumes that the container takes as raw devices.
  public var volumeDevices: [String] { json.objects("volumeDevices").map { $0.string("name") } }
}

/// Where a container wants a volume.
public struct VolumeMount: Sendable, Hashable {
  /// The mount as written.
  public var json: JSONObject

  /// The mount that `json` is.
  public init(json: JSONObject) { self.json = json }

  /// The volume's name.
  public var name: String { json.string("name") }
  /// The path in the container.
  public var mountPath: String { json.string("mountPath") }
  /// The directory or file within the volume; "" for all of it.
  public var subPath: String { json.string("subPath") }
  /// Whether the container may only read.
  public var isReadOnly: Bool { json.flag("readOnly") }
}
