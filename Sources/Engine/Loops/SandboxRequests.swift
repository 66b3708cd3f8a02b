// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import StorageAPI
internal import Volumes

extension SandboxRequest {
  /// What `plan` asks of the host.
  ///
  /// - Throws: ``VolumeError`` that names the volume of which the host can make nothing.
  init(_ plan: PublishPlan) throws(VolumeError) {
    var volumes: [SandboxVolume] = []
    for volume in plan.volumes { volumes.append(try SandboxVolume(volume)) }
    self.init(
      name: try SandboxName(namespace: plan.pod.namespace, name: plan.pod.name),
      user: try Self.id(plan.user, "runAsUser"), group: try Self.id(plan.group, "group"),
      fsGroup: try plan.fsGroup.map { id throws(VolumeError) in try Self.id(id, "fsGroup") }, volumes: volumes,
      mounts: plan.mounts.map { mount in
        SandboxMount(
          container: mount.container, mountPath: mount.mountPath, volume: mount.volume,
          subPath: mount.subPath.isEmpty ? nil : mount.subPath, readOnly: mount.isReadOnly)
      })
  }

  private static func id(_ number: Int64, _ field: String) throws(VolumeError) -> UInt32 {
    guard let id = UInt32(exactly: number), id < UInt32.max else {
      throw VolumeError(.invalid, "\(field) is \(number); it must be a number from 0 to 4294967294")
    }
    return id
  }
}

extension SandboxVolume {
  /// What `volume` of a plan is on this host.
  init(_ volume: PlannedVolume) throws(VolumeError) {
    let source: Source =
      switch volume.source {
      case .orlop(let handle): .volume(try VolumeID(handle))
      case .hostPath(let path, let type): .hostPath(path, type: type)
      case .local(let path): .local(path)
      case .emptyDir: .scratch
      case .nfs(let server, let path):
        throw VolumeError(
          .unsupported, "volume \(volume.specName) is the NFS export \(server):\(path); NFS is not mounted yet")
      }
    self.init(
      name: volume.name, source: source, readOnly: volume.isReadOnly, mountOptions: volume.mountOptions)
  }
}
