// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

extension Keeper {
  /// Makes the sandbox as `plan` says. What this call mounted is taken down again when it fails.
  func publish(_ plan: SandboxPlan) throws(VolumeError) -> PublishedSandbox {
    let home = try SandboxHome.make(plan.request, directories)
    var publisher = Publisher(self, plan, in: home)
    do throws(VolumeError) {
      try publisher.publish()
      FaultPoint.reach("publish.done")
      return try publisher.published()
    } catch {
      publisher.undo()
      unstageIdle(plan.volumeIDs)
      // What was there before stays, and so does its directory.
      if (try? MountTable(host).beneath(home.path).isEmpty) == true { try? SandboxRemover(self, home).removeEmpty() }
      throw error
    }
  }

  /// Takes down every mount in the sandbox, and tells which volumes were seen there; for a sandbox in which nothing was mounted
  /// any more, all that are staged for nobody, which an earlier call may have left.
  func unbind(_ name: SandboxName) throws(VolumeError) -> Set<VolumeID> {
    guard let home = try SandboxHome.find(name, directories) else { return [] }
    let table = try MountTable(host)
    let mounts = table.beneath(home.path)
    let staged = stagedVolumes(table)
    if !mounts.isEmpty { try home.checkParts() }
    for entry in mounts { try takeDown(entry.target, of: home.subject) }
    FaultPoint.reach("unpublish.unbound")
    guard !mounts.isEmpty else { return Set(staged.keys) }
    return Set(staged.filter { _, entry in mounts.contains { entry.place.holds($0) } }.keys)
  }

  /// Removes the directories of the sandbox, in which nothing is mounted any more.
  func remove(_ name: SandboxName) throws(VolumeError) {
    guard let home = try SandboxHome.find(name, directories) else { return }
    if let entry = try MountTable(host).beneath(home.path).first {
      throw VolumeError(
        .inUse, "\(home.subject): \(entry.source) is mounted at \(entry.target); somebody mounts while we unmount")
    }
    try refuseIfHeldElsewhere(.beneath(home.path), of: home.subject)
    try SandboxRemover(self, home).remove()
    FaultPoint.reach("unpublish.removed")
  }

  /// Unstages the volume `id` if no sandbox sees it; says whether there was anything to take down. Of a volume that is gone only
  /// the mount point is removed.
  @discardableResult
  func unstageIfIdle(_ id: VolumeID) throws(VolumeError) -> Bool {
    do throws(VolumeError) {
      let (home, record) = try find(id)
      let lock = try home.lock()
      return try withExtendedLifetime(lock) { () throws(VolumeError) in try unstageIfIdle(home, record) }
    } catch {
      guard error.code == .notFound else { throw error }
      guard try MountTable(host).at(directories.layout.stagingMount(of: id)) == nil else {
        throw VolumeError(
          .damaged, "volume \(id) is gone, but something is still mounted for it in \(directories.layout.mounts)")
      }
      try MountPoint.remove(id.text, in: directories.mounts(), of: "volume \(id)")
      return false
    }
  }

  /// The same for one whose lock is held.
  @discardableResult
  func unstageIfIdle(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) -> Bool {
    let table = try MountTable(host)
    let path = directories.layout.stagingMount(of: home.id)
    let staged = table.at(path)
    if let staged, table.entries.contains(where: { $0.target != path && staged.place.holds($0) && isInSandbox($0) }) {
      return false
    }
    try unstage(home, record)
    return staged != nil
  }

  private func isInSandbox(_ entry: MountEntry) -> Bool {
    entry.target.starts(with: FilePath(directories.layout.sandboxes))
  }

  private func unstageIdle(_ ids: Set<VolumeID>) {
    for id in ids { _ = try? unstageIfIdle(id) }
  }

  /// The volumes that are staged, with their staging mounts.
  func stagedVolumes(_ table: MountTable) -> [VolumeID: MountEntry] {
    let mounts = FilePath(directories.layout.mounts)
    var staged: [VolumeID: MountEntry] = [:]
    for entry in table.entries where entry.target.removingLastComponent() == mounts {
      guard let name = entry.target.lastComponent?.string, let id = try? VolumeID(name) else { continue }
      staged[id] = entry
    }
    return staged
  }

  // MARK: Looking

  /// The sandboxes that have a directory.
  func published() throws(VolumeError) -> [PublishedSandbox] {
    let table = try MountTable(host)
    return try sandboxNames().map { name throws(VolumeError) in try describe(name, table) }
  }

  /// The names of the sandboxes that have a directory, in order.
  func sandboxNames() throws(VolumeError) -> [SandboxName] {
    let sandboxes = try directories.sandboxes()
    return try attempt("sandboxes") { () throws(HostError) in
      var names: [SandboxName] = []
      for namespace in try sandboxes.entries() {
        guard let directory = try? sandboxes.directory(namespace) else { continue }
        names += try directory.entries().compactMap { try? SandboxName(namespace: namespace, name: $0) }
      }
      return names.sorted()
    }
  }

  func path(ofVolume volume: String, in sandbox: SandboxName) throws(VolumeError) -> String {
    try NameRule.check(volume, of: "volume name", limit: 63, dots: false)
    let path = directories.layout.path(ofVolume: volume, in: sandbox)
    let entry = try attempt("sandbox \(sandbox)") { () throws(HostError) in try host.mount(at: FilePath(path)) }
    guard entry != nil else {
      throw VolumeError(
        .notFound, "volume \(volume) of sandbox \(sandbox) is not mounted; nothing must be written to \(path)")
    }
    return path
  }

  private func describe(_ name: SandboxName, _ table: MountTable) throws(VolumeError) -> PublishedSandbox {
    let path = directories.layout.directory(of: name)
    let staged = stagedVolumes(table)
    let mounts = table.beneath(FilePath(path)).map { entry in
      PublishedMount(
        path: entry.target.string, volume: staged.first { $0.value.place.holds(entry) }?.key,
        isReadOnly: entry.isReadOnly)
    }
    return PublishedSandbox(name: name, path: path, mounts: mounts.sorted { $0.path < $1.path })
  }
}
