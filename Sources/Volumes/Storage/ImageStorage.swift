// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Glibc
internal import LinuxStorage
internal import SystemPackage

/// A volume as a filesystem in an image file `image`, behind a loop device: its capacity is a hard limit.
///
/// The image is formatted exactly once, in staging, before the volume has its name. What is attached later is checked against the
/// record, and refused when it differs; it is never formatted again.
struct ImageStorage: StorageSystem {
  static let fileName = "image"

  let host: any StorageHost
  let programs: ProgramRunner
  let threads: BlockingPool
  let templates: TemplateCache

  init(host: any StorageHost, programs: ProgramRunner, threads: BlockingPool, unique: @escaping @Sendable () -> String)
  {
    self.host = host
    self.programs = programs
    self.threads = threads
    templates = TemplateCache(programs: programs, threads: threads, unique: unique)
  }

  /// The two ways in which an image gets its filesystem.
  private enum Layout {
    case ext(ExtLayout)
    case foreign(ForeignLayout)

    init(_ filesystem: FilesystemKind, capacity: Int64) {
      switch filesystem {
      case .ext2: self = .ext(ExtLayout(generation: .ext2, capacity: capacity))
      case .ext3: self = .ext(ExtLayout(generation: .ext3, capacity: capacity))
      case .ext4: self = .ext(ExtLayout(generation: .ext4, capacity: capacity))
      case .xfs: self = .foreign(ForeignLayout(kind: .xfs, capacity: capacity))
      case .btrfs: self = .foreign(ForeignLayout(kind: .btrfs, capacity: capacity))
      }
    }
  }

  // MARK: Creating

  func plan(_ request: VolumeRequest, in pool: Pool, createdAt: Int64) async throws(VolumeError) -> VolumeRecord {
    let bytes: Int64
    // Checked before anything else: a size that no disk has must not reach mkfs.
    try await threads.run { () throws(VolumeError) in
      try pool.checkPossible(request.capacity, for: request.id, usage: try pool.usage(host))
    }
    switch Layout(request.filesystem, capacity: request.capacity) {
    case .ext(let layout):
      bytes = try await templates.template(for: layout, in: pool).imageBytes
    case .foreign(let layout):
      try layout.check(request.id)
      bytes = layout.imageBytes
    }
    return VolumeRecord(
      version: VolumeRecord.currentVersion, id: request.id.text, pool: pool.name, storage: .image,
      capacityBytes: request.capacity, enforcement: request.enforcement, owner: request.owner,
      image: .init(
        filesystem: request.filesystem, uuid: FilesystemUUID.random().description, bytes: bytes,
        diskFormat: request.diskFormat),
      createdAt: createdAt, origin: request.origin)
  }

  func build(_ record: VolumeRecord, for pool: Pool, in directory: Directory) async throws(VolumeError) {
    guard let image = record.image, let uuid = FilesystemUUID(image.uuid) else {
      throw VolumeError(.invalid, "volume \(record.id) is planned without an image")
    }
    let subject = "volume \(record.id)"
    switch Layout(image.filesystem, capacity: record.capacityBytes) {
    case .ext(let layout):
      let template = try await templates.template(for: layout, in: pool)
      try await threads.run { () throws(VolumeError) in
        try attempt(subject) { () throws(HostError) in
          let file = try SparseFile.create(Self.fileName, in: directory)
          try template.stamp(ExtIdentity(uuid: uuid, time: record.createdAt), onto: file)
          try finish(file, image)
        }
      }
    case .foreign(let layout):
      let file = try await threads.run { () throws(VolumeError) in
        try attempt(subject) { () throws(HostError) in
          let file = try SparseFile.create(Self.fileName, in: directory)
          try file.truncate(to: image.bytes)
          return file
        }
      }
      do throws(HostError) {
        try await programs.require(
          layout.kind.program, layout.arguments(uuid: image.uuid, path: file.path.string))
      } catch {
        throw VolumeError(error, of: subject)
      }
      try await threads.run { () throws(VolumeError) in
        try attempt(subject) { () throws(HostError) in try finish(file, image) }
      }
    }
  }

  /// Takes the room that the disk format promises, after formatting (mkfs gives back what it finds allocated), and makes all durable.
  func finish(_ file: SparseFile, _ image: VolumeRecord.ImageRecord) throws(HostError) {
    switch image.diskFormat {
    case .thin: break
    case .zeroedthick: try file.allocate()
    case .eagerzeroedthick:
      try file.allocate()
      try file.fillHoles()
    }
    let found = try file.metadata()
    guard found.size == image.bytes else {
      throw HostError(.failed, "\(file.path) has \(found.size) bytes after formatting, not \(image.bytes)")
    }
    guard image.diskFormat == .thin || found.allocatedBytes >= image.bytes else {
      throw HostError(
        .unsupported,
        "\(file.path) takes \(found.allocatedBytes) of its \(image.bytes) bytes: this disk's filesystem does not keep room; use diskformat thin"
      )
    }
    try file.sync()
  }

  // MARK: Attaching

  func attach(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) -> Attachment {
    let image = try expectedImage(of: record)
    let subject = "volume \(home.id)"
    let file = try open(home, record)
    guard try attempt(subject, { () throws(HostError) in try file.tryLock(.exclusive) }) else {
      return .device(try attachedBefore(file, subject), type: image.filesystem)
    }
    if let stranger = try attempt(subject, { () throws(HostError) in try host.loop(backedBy: file) }) {
      throw VolumeError(
        .inUse,
        "\(subject): its image is attached to \(stranger.path) by somebody else; detach it (losetup -d \(stranger.path))"
      )
    }
    FaultPoint.reach("attach.locked")
    let device = try attempt(subject) { () throws(HostError) in try host.attachLoop(file) }
    FaultPoint.reach("attach.attached")
    return .device(device, type: image.filesystem)
  }

  func detach(_ home: VolumeHome) throws(VolumeError) {
    try attempt("volume \(home.id)") { () throws(HostError) in
      guard try home.directory.metadata(of: Self.fileName) != nil else { return }
      let file = try SparseFile.open(Self.fileName, in: home.directory)
      let identity = try file.identity()
      for round in 0..<Self.patience {
        // Whoever can lock the image knows that no device of ours has it: a device keeps the lock that it was given.
        if try file.tryLock(.exclusive) { return }
        // After the last unmount a worker of the kernel clears the device; only if it does not, there is something to do.
        if round % 50 == 10 { try detachDevice(of: identity) }
        usleep(200)
      }
      guard let device = try host.attachedLoops().first(where: { $0.backing == identity }) else { return }
      let holders = Keeper.describe(try host.holders(of: .device(device.number)))
      throw HostError(.busy, "\(file.path) is still attached to \(device.path), in use by \(holders); stop them first")
    }
  }

  /// How often the kernel is asked whether it has let go of an image, every 0.2 ms.
  static let patience = 5000

  private func detachDevice(of identity: FileIdentity) throws(HostError) {
    guard let device = try host.attachedLoops().first(where: { $0.backing == identity }) else { return }
    guard try host.isIdle(blockDevice: device.path) else { return }
    do throws(HostError) {
      try host.detachLoop(device)
    } catch {
      guard error.code == .notFound else { throw error }
    }
  }

  func device(of home: VolumeHome) throws(VolumeError) -> LoopDevice? {
    try attempt("volume \(home.id)") { () throws(HostError) in
      guard let identity = try home.directory.metadata(of: Self.fileName)?.identity else { return nil }
      return try host.attachedLoops().first { $0.backing == identity }
    }
  }

  func device(ofLocked home: VolumeHome) throws(VolumeError) -> LoopDevice? {
    try attempt("volume \(home.id)") { () throws(HostError) in
      do throws(HostError) {
        return try host.loop(backedBy: try SparseFile.open(Self.fileName, in: home.directory))
      } catch {
        guard error.code == .notFound else { throw error }
        return nil
      }
    }
  }

  func allocatedBytes(of home: VolumeHome) throws(VolumeError) -> Int64? {
    try attempt("volume \(home.id)") { () throws(HostError) in
      try home.directory.metadata(of: Self.fileName)?.allocatedBytes
    }
  }

  /// The image, after all checks that it is what `record` says. A missing or different UUID is an error, whatever else is there;
  /// nothing is ever formatted here.
  func open(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) -> SparseFile {
    let image = try expectedImage(of: record)
    let subject = "volume \(home.id)"
    let inspection = try attempt(subject) { () throws(HostError) in
      try inspect(home, image, growing: record.growth, writable: true)
    }
    switch inspection {
    case .sound(let file): return file
    case .damaged(let damage):
      throw VolumeError(
        .damaged, "\(subject): \(damage.message); it is not mounted and not formatted: \(damage.remedy)")
    }
  }

  func expectedImage(of record: VolumeRecord) throws(VolumeError) -> VolumeRecord.ImageRecord {
    guard let image = record.image else {
      throw VolumeError(.damaged, "volume \(record.id) has no image in its record")
    }
    return image
  }

  /// The device that has the image already. Right after an unmount the kernel may still be about to detach it.
  private func attachedBefore(_ file: SparseFile, _ subject: String) throws(VolumeError) -> LoopDevice {
    try attempt(subject) { () throws(HostError) in
      guard let device = try host.findLoop(backing: try file.identity()) else {
        throw HostError(.busy, "\(file.path) is locked, but no loop device has it; somebody reads it, try again")
      }
      return device
    }
  }
}
