// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Glibc
internal import LinuxStorage
internal import SystemPackage

extension Keeper {
  /// Asks the kernel, in three ways, whether anybody uses the volume, and throws ``VolumeError/Code/inUse`` naming who.
  ///
  /// A staging mount that no sandbox sees, which a crash can leave, is taken down first. The volume's lock is held.
  func refuseIfInUse(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) {
    let id = home.id
    let state = try state(of: home, record, on: system(record.storage).device(ofLocked: home))
    if let path = state.publishedAt.first {
      throw VolumeError(.inUse, "volume \(id) is mounted at \(path); unpublish it first")
    }
    if let inner = try MountTable(host).beneath(home.directory.path).first {
      throw VolumeError(.inUse, "volume \(id): \(inner.source) is mounted in it, at \(inner.target); unmount it first")
    }
    try unstage(home, record)
    if state.device != nil { try refuseIfAttached(home, record) }
    try refuseIfMountedElsewhere(home, record)
  }

  private func refuseIfAttached(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) {
    let system = system(record.storage)
    guard let device = try system.device(of: home) else { return }
    let isIdle = try attempt("volume \(home.id)") { () throws(HostError) in try host.isIdle(blockDevice: device.path) }
    // Attached, but nobody has it open: the remains of a process that died before it could mount.
    if isIdle { try system.detach(home) }
    guard let left = try system.device(of: home) else { return }
    let holders = try attempt("volume \(home.id)") { () throws(HostError) in try host.holders(of: .device(left.number))
    }
    throw VolumeError(
      .inUse, "volume \(home.id) is attached to \(left.path) and in use by \(Self.describe(holders)); stop them first")
  }

  /// Whether a mount of the volume is left in any mount namespace, wherever it is. An image that is in use anywhere is attached.
  private func refuseIfMountedElsewhere(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) {
    guard record.storage == .directory else { return }
    let data = home.directory.path.appending(DirectoryStorage.dataName)
    guard let place = try MountTable(host).place(of: data) else { return }
    try refuseIfHeldElsewhere(.directory(place.device, place.root), of: "volume \(home.id)")
    try refuseIfHeldElsewhere(.beneath(home.directory.path), of: "volume \(home.id)")
  }

  /// Throws ``VolumeError/Code/inUse`` when another mount namespace has `target` mounted: to remove what it is mounted on would
  /// succeed, and take it away from whoever works there.
  ///
  /// Waits up to a second for one who lets go: a container that is just being started has copies of all mounts of the host until
  /// it has a root of its own (mount_namespaces(7)).
  func refuseIfHeldElsewhere(_ target: MountTarget, of subject: String) throws(VolumeError) {
    var holders: [MountHolder] = []
    for round in 0..<Self.patience {
      if round > 0 { usleep(50_000) }
      holders = try attempt(subject) { () throws(HostError) in try host.otherNamespaces(holding: target) }
      if holders.isEmpty { return }
    }
    throw VolumeError(.inUse, "\(subject) is in use by \(Self.describe(holders)); stop them first")
  }

  /// How often it is asked, every 50 ms, whether another mount namespace has let go.
  private static let patience = 20

  /// Who uses the volume, one clause each.
  func holders(of id: VolumeID) throws(VolumeError) -> [String] {
    let (home, record) = try find(id)
    let device = try system(record.storage).device(of: home)
    let target = device.map { MountTarget.device($0.number) } ?? .path(directories.layout.stagingMount(of: id))
    return try attempt("volume \(id)") { () throws(HostError) in try host.holders(of: target) }.map(Self.describe)
  }

  private static func describe(_ holder: MountHolder) -> String {
    "\(holder.command) (pid \(holder.pid), \(word(for: holder.kind)) \(holder.path))"
  }

  /// `holders` for a message: who, and where.
  static func describe(_ holders: [MountHolder]) -> String {
    guard !holders.isEmpty else { return "somebody whom /proc does not show" }
    let shown = holders.prefix(3).map { describe($0) }
    let more = holders.count > 3 ? " and \(holders.count - 3) more" : ""
    return shown.joined(separator: ", ") + more
  }

  private static func word(for kind: MountHolder.Kind) -> String {
    switch kind {
    case .openFile: "has open"
    case .workingDirectory: "works in"
    case .root: "has its root in"
    case .mappedFile: "has mapped"
    case .mountNamespace: "has in its mount namespace"
    }
  }
}
