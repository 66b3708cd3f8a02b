// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

extension Keeper {
  /// Attaches the volume and mounts it at its one staging mount, or finds it there. The volume's lock is held.
  ///
  /// What was attached or mounted by a call that then fails is given back.
  func stage(_ home: VolumeHome, _ record: VolumeRecord, options texts: [String]) throws(VolumeError) -> Directory {
    let id = home.id
    let path = directories.layout.stagingMount(of: id)
    let mounts = try directories.mounts()
    if let entry = try attempt("volume \(id)", { () throws(HostError) in try host.mount(at: path) }) {
      try check(entry, isOf: home, record)
      return try openStaged(id, in: mounts)
    }
    guard record.growth == nil || leavesGrowth else {
      throw VolumeError(.growthWaits, "volume \(id) grows before it is mounted")
    }
    do throws(VolumeError) {
      let attachment = try system(record.storage).attach(home, record)
      let target = try MountPoint.make(id.text, in: mounts, of: "volume \(id)")
      try mount(attachment, at: target, options: texts, of: id)
      FaultPoint.reach("stage.mounted")
      let staged = try openStaged(id, in: mounts)
      try adopt(staged, record)
      return staged
    } catch {
      try? unstage(home, record)
      throw error
    }
  }

  /// Takes the staging mount down, detaches the volume and removes the mount point; what is not there is done already.
  func unstage(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) {
    let mounts = try directories.mounts()
    let path = directories.layout.stagingMount(of: home.id)
    try takeDown(path, of: "volume \(home.id)")
    FaultPoint.reach("unstage.unmounted")
    try system(record.storage).detach(home)
    // An image that is detached is mounted nowhere; of a directory nobody knows without asking.
    if record.storage == .directory { try refuseIfHeldElsewhere(.beneath(path), of: "volume \(home.id)") }
    try MountPoint.remove(home.id.text, in: mounts, of: "volume \(home.id)")
    FaultPoint.reach("unstage.done")
  }

  /// Unmounts until nothing is mounted at `path`; throws ``VolumeError/Code/inUse`` naming who holds it.
  func takeDown(_ path: FilePath, of subject: String) throws(VolumeError) {
    while try attempt(subject, { () throws(HostError) in try host.mount(at: path) }) != nil {
      do throws(HostError) {
        try host.unmount(path, lazily: false)
      } catch {
        guard error.code == .busy else { throw VolumeError(error, of: subject) }
        let holders = (try? host.holders(of: .path(path))) ?? []
        throw VolumeError(.inUse, "\(subject): \(path) is in use by \(Self.describe(holders)); stop them first")
      }
    }
  }

  /// Where the volume is attached, staged and published.
  func state(of home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) -> VolumeState {
    try state(of: home, record, on: system(record.storage).device(of: home))
  }

  /// The same for one that is known to be attached to `device`.
  func state(of home: VolumeHome, _ record: VolumeRecord, on device: LoopDevice?) throws(VolumeError) -> VolumeState {
    let staged = directories.layout.stagingMount(of: home.id)
    if record.storage == .image, device == nil {
      // An image that is not attached is mounted nowhere: no need to read the whole table.
      let entry = try attempt("volume \(home.id)") { () throws(HostError) in try host.mount(at: staged) }
      return VolumeState(device: nil, stagedAt: entry.map(\.target.string), publishedAt: [])
    }
    return state(of: home, record, on: device, try MountTable(host))
  }

  /// Where the volume is staged and published, as `table` shows it.
  func state(
    of home: VolumeHome, _ record: VolumeRecord, on device: LoopDevice?, _ table: MountTable
  ) -> VolumeState {
    let staged = directories.layout.stagingMount(of: home.id)
    let sandboxes = FilePath(directories.layout.sandboxes)
    let place = place(of: home, record, on: device, table)
    let shown = table.entries.filter { place?.holds($0) == true }
    return VolumeState(
      device: device?.path.string, stagedAt: table.at(staged) == nil ? nil : staged.string,
      publishedAt: shown.map(\.target).filter { $0 != staged && $0.starts(with: sandboxes) }.map(\.string).sorted())
  }

  private func mount(
    _ attachment: Attachment, at target: PathHandle, options texts: [String], of id: VolumeID
  ) throws(VolumeError) {
    switch attachment {
    case .device(let device, let type):
      var options = try MountOptionRule.parse(texts, for: type)
      options.readOnly = false  // what one sandbox may not write, another may
      options.filesystem = MountOptionRule.imageOptions(type) + options.filesystem
      try attempt("volume \(id)") { () throws(HostError) in
        try host.mount(type.rawValue, from: device.path, at: target.path, options: options)
      }
    case .directory(let directory):
      let options = try MountOptionRule.parse(texts, for: nil)
      try attempt("volume \(id)") { () throws(HostError) in
        try host.bind(directory, to: target, options: options)
      }
    }
  }

  /// Refuses a staging mount that is not the volume's own.
  private func check(_ entry: MountEntry, isOf home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) {
    let device = try system(record.storage).device(of: home)
    guard try place(of: home, record, on: device, MountTable(host))?.isShown(by: entry) == true else {
      throw VolumeError(
        .inUse,
        "volume \(home.id): \(entry.source) is mounted at \(entry.target), which is the volume's own place; unmount it first"
      )
    }
  }

  /// What a mount of the volume shows; nil when there is none, for it is not attached or not mounted. The filesystem's number is
  /// read from the table: that of btrfs is not its device's.
  private func place(
    of home: VolumeHome, _ record: VolumeRecord, on device: LoopDevice?, _ table: MountTable
  ) -> MountTable.Place? {
    switch record.storage {
    case .image:
      device.flatMap { device in
        table.entries.first { $0.source == device.path.string || $0.device == device.number }
      }.map { MountTable.Place(device: $0.device, root: "/") }
    case .directory: table.place(of: home.directory.path.appending(DirectoryStorage.dataName))
    }
  }

  private func openStaged(_ id: VolumeID, in mounts: Directory) throws(VolumeError) -> Directory {
    try attempt("volume \(id)") { () throws(HostError) in try mounts.directory(id.text, crossingMounts: true) }
  }

  /// Gives the root of a new filesystem the owner and mode of the record. Only while it is as mkfs left it: what its users
  /// changed later is theirs.
  private func adopt(_ root: Directory, _ record: VolumeRecord) throws(VolumeError) {
    guard record.storage == .image, record.owner != VolumeOwner() else { return }
    try attempt("volume \(record.id)") { () throws(HostError) in
      let found = try root.metadata()
      guard found.isMountRoot, found.uid == 0, found.gid == 0, found.mode == 0o755 else { return }
      try root.changeMode(record.owner.mode)
      try root.changeOwner(uid: record.owner.user, gid: record.owner.group)
    }
  }
}
