// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A ``SandboxRequest`` whose every name and path is checked, in the order in which it is carried out.
struct SandboxPlan: Sendable {
  /// One container's view, its paths taken apart.
  struct View: Sendable {
    let container: String
    let mountPath: InnerPath
    let volume: String
    let subPath: InnerPath?
    let readOnly: Bool
  }

  let request: SandboxRequest
  /// The views, shortest path first, so that what lies inside another is mounted after it.
  let views: [View]

  /// Checks `request`; throws ``VolumeError/Code/invalid`` naming what is wrong with it.
  init(_ request: SandboxRequest) throws(VolumeError) {
    self.request = request
    var names: Set<String> = []
    for volume in request.volumes {
      try NameRule.check(volume.name, of: "volume name", limit: 63, dots: false)
      guard names.insert(volume.name).inserted else {
        throw VolumeError(.invalid, "sandbox \(request.name) has two volumes with the name \(volume.name)")
      }
    }
    var views: [View] = []
    var places: Set<String> = []
    for mount in request.mounts {
      try NameRule.check(mount.container, of: "container name", limit: 63, dots: false)
      guard names.contains(mount.volume) else {
        throw VolumeError(
          .invalid,
          "container \(mount.container) mounts \(NameRule.quoted(mount.volume)), which is no volume of \(request.name)")
      }
      let view = View(
        container: mount.container, mountPath: try InnerPath(mountPath: mount.mountPath), volume: mount.volume,
        subPath: try mount.subPath.map(InnerPath.init(subPath:)), readOnly: mount.readOnly)
      guard places.insert("\(view.container)/\(view.mountPath.text)").inserted else {
        throw VolumeError(.invalid, "container \(mount.container) mounts two volumes at \(mount.mountPath)")
      }
      views.append(view)
    }
    self.views = views.enumerated()
      .sorted {
        ($0.element.mountPath.components.count, $0.offset) < ($1.element.mountPath.components.count, $1.offset)
      }
      .map(\.element)
  }

  /// The volumes of Orlop's own that it uses.
  var volumeIDs: Set<VolumeID> {
    Set(
      request.volumes.compactMap { volume in
        switch volume.source {
        case .volume(let id): id
        case .hostPath, .local, .scratch: nil
        }
      })
  }
}
