// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
public import SystemPackage

extension FakeHost {
  /// Adds a row to the mount table; `source` must be in the loop table.
  public func mount(
    _ type: String, from source: FilePath, at target: FilePath, options: MountOptions
  ) throws(HostError) {
    try perform(.mount) { (state) throws(HostError) in
      let metadata = try FileMetadata.of(target)
      guard metadata.kind == .directory else { throw HostError(.invalid, "\(target) is no directory", errno: ENOTDIR) }
      guard let loop = state.loops.first(where: { $0.path == source }) else {
        throw HostError(.notFound, "cannot mount \(source) at \(target): there is no such device", errno: ENXIO)
      }
      state.mounts.append(
        MountEntry(
          target: target, device: loop.number, root: "/", type: type, source: source.string,
          isReadOnly: options.readOnly || loop.options.readOnly, options: options.words))
      state.usedNodes.insert(source)
    }
  }

  /// Adds a row to the mount table, at the paths that the two descriptors have now.
  public func bind(
    _ source: FileDescriptor, to target: FileDescriptor, options: MountOptions
  ) throws(HostError) {
    let from = try Self.place(of: source)
    let to = try Self.place(of: target)
    let device = try FileIdentity.of(source).device
    try perform(.bind) { (state) throws(HostError) in
      let beneath = Self.mount(holding: from, state)
      let root = (beneath?.root ?? "/").pushing(from.removing(prefix: beneath?.target ?? "/"))
      state.mounts.append(
        MountEntry(
          target: to, device: beneath?.device ?? device, root: root, type: beneath?.type ?? "ext4",
          source: beneath?.source ?? "/dev/root", isReadOnly: options.readOnly || beneath?.isReadOnly == true,
          options: options.words))
    }
  }

  /// Removes the newest row at `target`, unless it is held or something is mounted beneath it.
  public func unmount(_ target: FilePath, lazily: Bool) throws(HostError) {
    try perform(.unmount) { (state) throws(HostError) in
      guard let index = state.mounts.lastIndex(where: { $0.target == target }) else {
        throw HostError(.invalid, "cannot unmount \(target): it is not mounted", errno: EINVAL)
      }
      let entry = state.mounts[index]
      if !lazily {
        let held = state.holders[.path(target)] != nil
        let covered = state.mounts[(index + 1)...].contains { $0.target != target && $0.target.starts(with: target) }
        guard !held, !covered else { throw HostError(.busy, "cannot unmount \(target): it is in use", errno: EBUSY) }
        state.mounts.remove(at: index)
      } else {
        state.mounts = state.mounts.enumerated().filter { $0 < index || !$1.target.starts(with: target) }.map(\.element)
      }
      if state.loops.contains(where: { $0.number == entry.device }) { Self.clearUnused(&state) }
    }
  }

  /// The mount table.
  public func mounts() throws(HostError) -> [MountEntry] {
    try perform(.mounts) { (state) throws(HostError) in state.mounts }
  }

  /// The newest row at `target`.
  public func mount(at target: FilePath) throws(HostError) -> MountEntry? {
    try perform(.mountAt) { (state) throws(HostError) in state.mounts.last { $0.target == target } }
  }

  /// Whoever was given to ``hold(_:by:)``.
  public func holders(of target: MountTarget) throws(HostError) -> [MountHolder] {
    try perform(.holders) { (state) throws(HostError) in
      switch target {
      case .path, .beneath, .directory: return state.holders[target] ?? []
      case .device(let number):
        let paths = state.mounts.filter { $0.device == number }.map { MountTarget.path($0.target) }
        return ([target] + paths).flatMap { state.holders[$0] ?? [] }
      }
    }
  }

  /// The mount namespaces among the holders of `target`, as tests set them with ``hold(_:by:)``.
  public func otherNamespaces(holding target: MountTarget) throws(HostError) -> [MountHolder] {
    try perform(.otherNamespaces) { (state) throws(HostError) in
      (state.holders[target] ?? []).filter { $0.kind == .mountNamespace }
    }
  }

  /// What is on the real file at `path`.
  public func signature(
    at path: FilePath, expected: FilesystemSignature?
  ) throws(HostError) -> FilesystemSignature? {
    try perform(.signature) { (state) throws(HostError) in
      try FilesystemSignature.probe(path, expected: expected)
    }
  }

  /// What was given to ``setUsage(_:at:)``, or the real filesystem's usage.
  public func usage(at path: FilePath) throws(HostError) -> FilesystemUsage {
    try perform(.usage) { (state) throws(HostError) in
      let set = state.usage.filter { path.starts(with: $0.key) }.max { $0.key.length < $1.key.length }
      if let set { return set.value }
      return try FilesystemUsage.of(path)
    }
  }

  /// The newest mount whose tree holds `path`.
  private static func mount(holding path: FilePath, _ state: State) -> MountEntry? {
    state.mounts.enumerated().filter { path.starts(with: $1.target) }
      .max { ($0.element.target.length, $0.offset) < ($1.element.target.length, $1.offset) }?.element
  }

  /// The path of an open file, from /proc/self/fd.
  private static func place(of descriptor: FileDescriptor) throws(HostError) -> FilePath {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = try call("readlink", "find the path of descriptor \(descriptor.rawValue)") {
      readlink("/proc/self/fd/\(descriptor.rawValue)", &buffer, buffer.count)
    }
    return FilePath(String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}

extension FilePath {
  fileprivate func removing(prefix: FilePath) -> FilePath {
    var copy = self
    _ = copy.removePrefix(prefix)
    copy.root = nil
    return copy
  }
}
