// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Glibc
internal import LinuxStorage
internal import SystemPackage

extension ImageStorage {
  /// How long writers may wait for a copy, in seconds. Only where the pool's filesystem has no reflinks is it ever felt.
  static let longestFreeze: UInt32 = 60

  // MARK: Cutting

  func checkCopy(of record: VolumeRecord) throws(VolumeError) {}

  func cut(
    _ source: Payload, into directory: Directory, spare: Int64, keepsRoom: Bool, progress: (Int64, Int64) -> Void
  ) throws(VolumeError) -> Int64 {
    let file = try copy(source, into: directory, spare: spare, keepsRoom: keepsRoom, progress: progress)
    return try attempt(source.subject) { () throws(HostError) in
      try file.sync()
      return try file.allocatedBytes()
    }
  }

  /// The copy of the image, shared where that is possible and not against a promise of room, with whoever writes waiting meanwhile.
  private func copy(
    _ source: Payload, into directory: Directory, spare: Int64, keepsRoom: Bool, progress: (Int64, Int64) -> Void
  ) throws(VolumeError) -> SparseFile {
    try attempt(source.subject) { () throws(HostError) in
      let from = try SparseFile.open(Self.fileName, in: source.directory)
      let to = try SparseFile.create(Self.fileName, in: directory)
      // What is thick has its room for itself alone: to share it would give it away.
      let mayShare = !keepsRoom && source.image?.diskFormat == .thin
      let shares = mayShare ? try Self.sharing(from, to, in: directory) : false
      let needed = try from.allocatedBytes()
      guard shares || needed <= spare else {
        throw HostError(
          .noSpace, "the copy needs \(needed) bytes, and the pool has \(max(0, spare)) left; free some", errno: ENOSPC)
      }
      let frozen = try source.mount.map { mount throws(HostError) in
        try host.freeze(mount, atMost: Self.longestFreeze)
      }
      FaultPoint.reach("copy.frozen")
      let isShared = shares ? try to.share(contentOf: from) : false
      if !isShared { try to.copyData(of: from, progress: progress) }
      FaultPoint.reach("copy.copied")
      try frozen?.thaw()
      FaultPoint.reach("copy.thawed")
      return to
    }
  }

  /// Whether `to` can share the blocks of `from`, found out with a file that has none.
  private static func sharing(
    _ from: SparseFile, _ to: SparseFile, in directory: Directory
  ) throws(HostError) -> Bool {
    guard try from.identity().device == to.identity().device else { return false }
    let probe = try SparseFile.create("probe", in: directory)
    defer { try? directory.unlink("probe") }
    return try to.share(contentOf: probe)
  }

  // MARK: Cloning

  func plan(
    _ request: VolumeRequest, from source: Payload, in pool: Pool, createdAt: Int64
  ) async throws(VolumeError) -> VolumeRecord {
    var record = try await plan(request, in: pool, createdAt: createdAt)
    guard let image = source.image, let planned = record.image?.bytes else {
      throw VolumeError(.damaged, "\(source.subject) has no image in its record")
    }
    // One that holds as much needs no other length, though another mkfs would make another.
    let bytes = record.capacityBytes == source.capacityBytes ? image.bytes : max(planned, image.bytes)
    record.image?.bytes = bytes
    return record
  }

  func clone(
    _ source: Payload, as record: VolumeRecord, into directory: Directory, spare: Int64,
    progress: @Sendable (Int64, Int64) -> Void
  ) async throws(VolumeError) {
    guard let image = record.image, let old = source.image, let uuid = FilesystemUUID(image.uuid) else {
      throw VolumeError(.invalid, "volume \(record.id) is planned without an image")
    }
    let keepsRoom = image.diskFormat != .thin
    let file = try await threads.run { () throws(VolumeError) in
      try copy(source, into: directory, spare: spare, keepsRoom: keepsRoom, progress: progress)
    }
    FaultPoint.reach("clone.copied")
    let subject = "volume \(record.id)"
    switch image.filesystem {
    case .ext2, .ext3, .ext4: try await renameExt(file, to: uuid, subject)
    case .xfs: try await renameXFS(file, to: uuid, subject)
    case .btrfs: try await run("btrfstune", ["-f", "-M", image.uuid, file.path.string], subject)
    }
    FaultPoint.reach("clone.renamed")
    if image.bytes > old.bytes { try await enlarge(file, image, subject) }
    try await threads.run { () throws(VolumeError) in
      try attempt(subject) { () throws(HostError) in
        let expected = FilesystemSignature(type: image.filesystem.rawValue, uuid: image.uuid)
        let found = try host.signature(at: file.path, expected: expected)
        guard found == expected else {
          let uuid = found?.uuid ?? "no UUID"
          throw HostError(.failed, "\(file.path) is \(found?.type ?? "nothing") with \(uuid) after it was copied")
        }
        try finish(file, image)
      }
    }
  }

  /// Makes the copy, which has its own name by now, as large as `image` says.
  private func enlarge(
    _ file: SparseFile, _ image: VolumeRecord.ImageRecord, _ subject: String
  ) async throws(VolumeError) {
    try attempt(subject) { () throws(HostError) in try file.truncate(to: image.bytes) }
    switch image.filesystem {
    case .ext2, .ext3, .ext4: try await run("resize2fs", ["-f", file.path.string], subject)
    case .xfs, .btrfs:
      try await threads.run { () throws(VolumeError) in
        try attempt(subject) { () throws(HostError) in
          try borrowLoop(for: file) { (device) throws(HostError) in
            try host.growUnmounted(image.filesystem.rawValue, on: device, to: image.bytes)
          }
        }
      }
    }
  }

  /// Does `work` with the image attached, which it is no more afterwards.
  private func borrowLoop(
    for file: SparseFile, _ work: (FilePath) throws(HostError) -> Void
  ) throws(HostError) {
    let lent = try host.attachLoop(file)
    let result = Result { () throws(HostError) in try work(lent.path) }
    do throws(HostError) {
      try host.detachLoop(lent)
    } catch {
      guard error.code == .notFound else { throw error }
    }
    try result.get()
    for _ in 0..<Self.patience {
      guard try host.findLoop(backing: lent.backing) != nil else { return }
      usleep(200)
    }
    throw HostError(.busy, "\(file.path) is still attached to \(lent.path)")
  }

  /// A frozen image is clean but for ext2, which knows only mounted and not; the image of a host that crashed is not.
  private func renameExt(_ file: SparseFile, to uuid: FilesystemUUID, _ subject: String) async throws(VolumeError) {
    let superblock = try attempt(subject) { () throws(HostError) in try ExtSuperblock.read(file) }
    if !superblock.isClean {
      try await run("e2fsck", ["-p", file.path.string], subject, accepting: [0, 1])
    }
    try await threads.run { () throws(VolumeError) in
      try attempt(subject) { () throws(HostError) in try ExtSuperblock.rename(file, to: uuid) }
    }
  }

  /// The log must be empty before the name changes: xfs leaves something in it even when it is frozen.
  private func renameXFS(_ file: SparseFile, to uuid: FilesystemUUID, _ subject: String) async throws(VolumeError) {
    try await threads.run { () throws(VolumeError) in
      try attempt(subject) { () throws(HostError) in
        try borrowLoop(for: file) { (device) throws(HostError) in
          try host.replayLog(of: "xfs", on: device, options: ["nouuid"])
        }
      }
    }
    try await run("xfs_db", ["-x", "-p", "xfs_admin", "-c", "uuid \(uuid)", file.path.string], subject)
  }

  private func run(
    _ program: String, _ arguments: [String], _ subject: String, accepting: Set<Int32> = [0]
  ) async throws(VolumeError) {
    do throws(HostError) {
      try await programs.require(program, arguments, accepting: accepting)
    } catch {
      throw VolumeError(error, of: subject)
    }
  }
}
