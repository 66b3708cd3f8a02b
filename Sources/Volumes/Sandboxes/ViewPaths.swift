// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// Opens what a container's view shows: a volume of the sandbox or a directory in it, never anything outside.
struct ViewSource {
  let request: SandboxRequest
  let readOnly: Bool

  func open(_ view: SandboxPlan.View, in volumes: Directory, of subject: String) throws(VolumeError) -> PathHandle {
    let root = try attempt(subject) { () throws(HostError) in try volumes.handle(view.volume, crossingMounts: true) }
    guard let subPath = view.subPath, !subPath.components.isEmpty else { return root }
    let volume = try attempt(subject) { () throws(HostError) in
      try volumes.directory(view.volume, crossingMounts: true)
    }
    return try attempt(subject) { () throws(HostError) in
      do throws(HostError) {
        return try volume.handle(subPath.text)
      } catch {
        guard error.code == .notFound else { throw error }
      }
      try make(subPath, in: volume)
      return try volume.handle(subPath.text)
    }
  }

  /// Makes what is missing of `subPath`, for the sandbox's own user and group alone.
  private func make(_ subPath: InnerPath, in volume: Directory) throws(HostError) {
    var current = volume
    for component in subPath.components {
      if try current.metadata(of: component) == nil {
        try current.makeDirectory(component, mode: 0o700)
        let made = try current.directory(component)
        try made.changeOwner(uid: request.user, gid: request.fsGroup ?? request.group)
        try made.changeMode(request.fsGroup == nil ? 0o750 : 0o2770)
      }
      current = try current.directory(component)
    }
  }
}

/// Makes the directories that lead to a container's view, by descriptor, never through a link that lies in a volume.
enum ViewTarget {
  static func make(
    _ view: SandboxPlan.View, in containers: Directory, isFile: Bool, of subject: String
  ) throws(VolumeError) -> PathHandle {
    guard let last = view.mountPath.components.last else {
      throw VolumeError(.invalid, "\(subject): the mount path is the root directory")
    }
    let (parent, isOurs) = try attempt(subject) { () throws(HostError) in
      var current = try containers.ensureDirectory(view.container, mode: 0o755)
      for component in view.mountPath.components.dropLast() {
        current = try current.ensureDirectory(component, mode: 0o755, crossingMounts: true)
      }
      return (current, try current.metadata().mountID == containers.metadata().mountID)
    }
    if isOurs { return try MountPoint.make(last, in: parent, isFile: isFile, of: subject) }
    // Inside a volume: an ordinary directory of its content, which stays there.
    return try attempt(subject) { () throws(HostError) in
      if try parent.metadata(of: last) == nil {
        if isFile {
          _ = try SparseFile.create(last, in: parent, mode: 0o644)
        } else {
          try parent.makeDirectory(last, mode: 0o755)
        }
      }
      return try parent.handle(last)
    }
  }
}
