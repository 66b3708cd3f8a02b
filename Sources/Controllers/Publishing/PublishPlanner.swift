// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// Finds out what publishing a pod takes, as the kubelet does: from the pod over its claims to their volumes.
public struct PublishPlanner: Sendable {
  /// What became of the attempt.
  enum Result: Sendable, Hashable {
    case ready(PublishPlan)
    case blocked([VolumeProblem])
  }

  /// The kinds of volumes that hold nothing to keep: not served here, and no reason to hold a pod up.
  private static let passedOver = ["configMap", "secret", "projected", "downwardAPI"]

  private let node: HostNode
  private let drivers: Set<String>

  /// A planner for pods on `node`, where volumes of the CSI `drivers` can be mounted by their handles.
  public init(node: HostNode, drivers: Set<String> = [WellKnown.orlop]) {
    self.node = node
    self.drivers = drivers
  }

  /// What publishing the pod takes, or nil when one of its volumes is not ready.
  public func plan(for pod: Pod, in world: World) -> PublishPlan? {
    switch result(for: pod, in: world) {
    case .ready(let plan): plan
    case .blocked: nil
    }
  }

  /// What publishing the pod takes, or what is wrong with each volume that is not ready.
  func result(for pod: Pod, in world: World) -> Result {
    var volumes: [PlannedVolume] = []
    var unserved: [String] = []
    var problems: [VolumeProblem] = []
    for volume in pod.volumes where pod.usesInSomeContainer(volume) {
      if let type = Self.passedOver.first(where: { volume.source($0) != nil }) {
        unserved.append("\(volume.name) (\(type))")
        continue
      }
      do throws(VolumeProblem) { volumes.append(try planned(volume, of: pod, in: world)) } catch {
        problems.append(error)
      }
    }
    let mounts = mounts(of: pod, among: volumes, &problems)
    guard problems.isEmpty else { return .blocked(problems) }
    return .ready(
      PublishPlan(
        pod: pod.key, uid: pod.uid, user: pod.runAsUser ?? 0,
        group: pod.fsGroup ?? pod.json.integer("spec", "securityContext", "runAsGroup") ?? 0, fsGroup: pod.fsGroup,
        volumes: volumes, mounts: mounts, unserved: unserved))
  }

  // MARK: - Volumes

  private func planned(
    _ volume: PodVolume, of pod: Pod, in world: World
  ) throws(VolumeProblem) -> PlannedVolume {
    if let claimName = pod.claimName(of: volume) {
      let resolver = ClaimResolver(pod: pod, volume: volume, node: node, world: world)
      return try planned(try resolver.volume(of: claimName), for: volume)
    }
    return PlannedVolume(
      name: volume.name, specName: volume.name, source: try inlineSource(of: volume),
      isReadOnly: volume.source("nfs")?.flag("readOnly") ?? false, mountOptions: [])
  }

  /// The pod's `volume`, which is `persistent`; a source's own `readOnly` does not count (rule M11).
  private func planned(
    _ persistent: PersistentVolume, for volume: PodVolume
  ) throws(VolumeProblem) -> PlannedVolume {
    let source = try source(of: persistent, for: volume)
    let options = persistent.allMountOptions
    if case .hostPath = source, !options.isEmpty {
      throw .mounting(
        volume.name, persistent.name, "mount options are not supported for this volume type",
        operation: "MountVolume.MountOptionSupport check")
    }
    return PlannedVolume(
      name: volume.name, specName: persistent.name, source: source, isReadOnly: volume.isReadOnly, mountOptions: options
    )
  }

  private func source(
    of volume: PersistentVolume, for podVolume: PodVolume
  ) throws(VolumeProblem) -> PlannedVolume.Source {
    if let driver = volume.csiDriver {
      guard drivers.contains(driver) else {
        throw .mounting(
          podVolume.name, volume.name, "driver name \(driver) not found in the list of registered CSI drivers",
          operation: "MountVolume.MountDevice")
      }
      return .orlop(handle: volume.csiVolumeHandle ?? "")
    }
    if let source = volume.source("local") { return .local(path: source.string("path")) }
    if let source = Self.commonSource(volume.json.object("spec") ?? JSONObject()) { return source }
    throw .mounting(
      podVolume.name, volume.name,
      "Orlop publishes csi volumes of \(WellKnown.orlop), hostPath, local and nfs, not this type")
  }

  private func inlineSource(of volume: PodVolume) throws(VolumeProblem) -> PlannedVolume.Source {
    if volume.source("emptyDir") != nil { return .emptyDir }
    if let source = Self.commonSource(volume.json) { return source }
    let types = volume.json.keys.filter { $0 != "name" }
    guard let type = types.first else { return .emptyDir }  // a volume without a source is an emptyDir
    throw .mounting(
      volume.name, volume.name, "Orlop publishes claims, emptyDir, hostPath and nfs, not volumes of type \(type)")
  }

  /// The source that pods and PersistentVolumes write alike.
  private static func commonSource(_ json: JSONObject) -> PlannedVolume.Source? {
    if let source = json.object("hostPath") {
      return .hostPath(path: source.string("path"), type: source.string("type"))
    }
    return json.object("nfs").map { .nfs(server: $0.string("server"), path: $0.string("path")) }
  }

  // MARK: - Mounts

  private func mounts(
    of pod: Pod, among volumes: [PlannedVolume], _ problems: inout [VolumeProblem]
  ) -> [PlannedMount] {
    let byName = Dictionary(volumes.map { ($0.name, $0) }) { first, _ in first }
    var mounts: [PlannedMount] = []
    for container in pod.allContainers {
      for mount in container.volumeMounts {
        guard let volume = byName[mount.name] else { continue }
        guard mount.json.string("subPathExpr").isEmpty else {
          problems.append(
            .mounting(
              mount.name, volume.specName,
              "container \(container.name): subPathExpr is not served here; write subPath instead"))
          continue
        }
        mounts.append(
          PlannedMount(
            container: container.name, volume: mount.name, mountPath: mount.mountPath, subPath: mount.subPath,
            isReadOnly: mount.isReadOnly || volume.isReadOnly))
      }
    }
    return mounts
  }
}

extension Pod {
  /// Whether some container takes `volume`, as a directory or as a device (rule M1).
  func usesInSomeContainer(_ volume: PodVolume) -> Bool { isMounted(volume) || isDevice(volume) }

  /// Whether some container mounts `volume`.
  func isMounted(_ volume: PodVolume) -> Bool {
    allContainers.contains { $0.volumeMounts.contains { $0.name == volume.name } }
  }

  /// Whether some container takes `volume` as a raw device.
  func isDevice(_ volume: PodVolume) -> Bool { allContainers.contains { $0.volumeDevices.contains(volume.name) } }
}

extension PersistentVolume {
  /// The mount options, of the field and of the older annotation.
  var allMountOptions: [String] {
    let older = annotation(WellKnown.betaMountOptions)?.split(separator: ",").map(String.init) ?? []
    return mountOptions + older.filter { !mountOptions.contains($0) }
  }
}
