// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What a sandbox shall see: its volumes, and where its containers see them.
public struct SandboxRequest: Sendable, Hashable {
  /// Which sandbox.
  public var name: SandboxName
  /// The user that the sandbox's directory belongs to.
  public var user: UInt32
  /// The group that the sandbox's directory belongs to.
  public var group: UInt32
  /// The group that own and local volumes are given to, recursively (M17); nil to leave them as they are.
  public var fsGroup: UInt32?
  /// The volumes, each at `volumes/<name>`.
  public var volumes: [SandboxVolume]
  /// The containers' views of them, each at `containers/<container>/<mountPath>`.
  public var mounts: [SandboxMount]

  /// The request for `name`, owned by `user` and `group`.
  public init(
    name: SandboxName, user: UInt32 = 0, group: UInt32 = 0, fsGroup: UInt32? = nil, volumes: [SandboxVolume] = [],
    mounts: [SandboxMount] = []
  ) {
    self.name = name
    self.user = user
    self.group = group
    self.fsGroup = fsGroup
    self.volumes = volumes
    self.mounts = mounts
  }
}

/// One volume of a sandbox.
public struct SandboxVolume: Sendable, Hashable {
  /// Its name in the sandbox: at most 63 characters of `a-z`, `0-9` and `-`.
  public var name: String
  /// Where its content comes from.
  public var source: Source
  /// Whether the sandbox may only read it.
  public var readOnly: Bool
  /// Further mount options, each from the list of ``MountOptionRule/allowed``; for own volumes alone (M12).
  public var mountOptions: [String]

  /// The volume `name` from `source`.
  public init(name: String, source: Source, readOnly: Bool = false, mountOptions: [String] = []) {
    self.name = name
    self.source = source
    self.readOnly = readOnly
    self.mountOptions = mountOptions
  }

  /// Where a volume's content comes from.
  public enum Source: Sendable, Hashable {
    /// A volume of Orlop's own.
    case volume(VolumeID)
    /// A path of this host, checked or created as `type` says (M13): empty, `Directory`, `DirectoryOrCreate`, `File`,
    /// `FileOrCreate`, `Socket`, `CharDevice` or `BlockDevice`. Orlop never deletes it.
    case hostPath(String, type: String)
    /// An existing directory of this host (M14). Orlop never deletes it.
    case local(String)
    /// An empty directory that lives and dies with the sandbox.
    case scratch
  }
}

/// One container's view of a volume.
public struct SandboxMount: Sendable, Hashable {
  /// The container's name.
  public var container: String
  /// The path that the container sees, such as `/var/lib/data`.
  public var mountPath: String
  /// The sandbox's name of the volume.
  public var volume: String
  /// The directory within the volume, made with mode 0750 if it is missing; nil for the whole volume.
  public var subPath: String?
  /// Whether the container may only read it.
  public var readOnly: Bool

  /// The view of `volume` at `mountPath` in `container`.
  public init(container: String, mountPath: String, volume: String, subPath: String? = nil, readOnly: Bool = false) {
    self.container = container
    self.mountPath = mountPath
    self.volume = volume
    self.subPath = subPath
    self.readOnly = readOnly
  }
}

/// A sandbox as the kernel shows it.
public struct PublishedSandbox: Sendable, Hashable {
  /// Which sandbox.
  public let name: SandboxName
  /// Its directory.
  public let path: String
  /// The mounts in it, in the order of their paths.
  public let mounts: [PublishedMount]

  /// The sandbox `name` at `path`.
  public init(name: SandboxName, path: String, mounts: [PublishedMount]) {
    self.name = name
    self.path = path
    self.mounts = mounts
  }
}

/// One mount in a sandbox.
public struct PublishedMount: Sendable, Hashable {
  /// Where it is, absolute.
  public let path: String
  /// The volume of Orlop's own that is mounted there; nil for any other source.
  public let volume: VolumeID?
  /// Whether writes are refused there.
  public let isReadOnly: Bool

  /// The mount of `volume` at `path`.
  public init(path: String, volume: VolumeID?, isReadOnly: Bool) {
    self.path = path
    self.volume = volume
    self.isReadOnly = isReadOnly
  }
}
