// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

extension ImageStorage {
  // MARK: Growing

  func planGrowth(
    of home: VolumeHome, _ record: VolumeRecord, to capacity: Int64
  ) throws(VolumeError) -> VolumeRecord.Growth {
    let image = try expectedImage(of: record)
    let bytes: Int64
    switch image.filesystem {
    case .ext2, .ext3, .ext4: bytes = try extBytes(home, record, to: capacity)
    case .xfs: bytes = ForeignLayout(kind: .xfs, capacity: capacity).imageBytes
    case .btrfs:
      bytes = ForeignLayout(kind: .btrfs, capacity: capacity).imageBytes
      // btrfs_ioctl_resize() in the kernel; mkfs has no such limit.
      guard bytes >= 256 << 20 else {
        throw VolumeError(
          .invalid,
          "volume \(home.id): a btrfs filesystem cannot be resized to less than 256 MiB; ask for at least 248Mi")
      }
    }
    return VolumeRecord.Growth(capacityBytes: capacity, imageBytes: max(bytes, image.bytes))
  }

  /// The length at which a file of `capacity` bytes fits: what the image was made with, and for every further byte the same layout.
  private func extBytes(
    _ home: VolumeHome, _ record: VolumeRecord, to capacity: Int64
  ) throws(VolumeError) -> Int64 {
    let image = try expectedImage(of: record)
    guard let generation = ExtLayout.Generation(rawValue: image.filesystem.rawValue) else { return image.bytes }
    let superblock = try superblock(of: home, record)
    let old = image.bytes / ExtLayout.blockSize
    let (before, after) = (
      ExtLayout(generation: generation, capacity: record.capacityBytes),
      ExtLayout(generation: generation, capacity: capacity)
    )
    var blocks = old
    while true {
      let needed = after.neededBlocks(imageBlocks: blocks) - before.neededBlocks(imageBlocks: old)
      let gained = blocks - old - superblock.groupOverhead(blocks: blocks) + superblock.groupOverhead(blocks: old)
      guard needed > gained else { break }
      let missing = needed - gained
      blocks = superblock.acceptable(blocks: blocks + missing + missing / 64 + 8)
    }
    guard blocks <= superblock.largestBlocks else {
      let most = superblock.largestBlocks * ExtLayout.blockSize
      throw VolumeError(
        .invalid,
        "volume \(record.id): its \(image.filesystem.rawValue) filesystem was made for \(record.capacityBytes) bytes and has no room for the tables of one of more than \(most) bytes; claim a new volume of that size and copy the data"
      )
    }
    return blocks * ExtLayout.blockSize
  }

  func enlarge(_ home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) {
    guard let growth = record.growth else { return }
    let image = try expectedImage(of: record)
    let file = try open(home, record)
    try attempt("volume \(home.id)") { () throws(HostError) in
      let before = try file.size()
      do throws(HostError) {
        try enlarge(file, from: before, image, to: growth.imageBytes)
      } catch {
        // Nobody has been told of a length that is not the wanted one: what was added holds nothing.
        if before == image.bytes, before < growth.imageBytes { try? file.truncate(to: before) }
        throw error
      }
    }
  }

  private func enlarge(
    _ file: SparseFile, from before: Int64, _ image: VolumeRecord.ImageRecord, to bytes: Int64
  ) throws(HostError) {
    let tail = image.bytes..<bytes
    switch image.diskFormat {
    case .thin: break
    case .zeroedthick: try file.allocate(tail)
    case .eagerzeroedthick:
      try file.allocate(tail)  // first, for a disk without so much room must not be filled in vain
      // What was there already was written by us, or after us by the volume's users.
      if before < bytes { try file.writeZeros(max(image.bytes, before & ~4095)..<bytes) }
    }
    if before < bytes { try file.truncate(to: bytes) }
    let found = try file.metadata()
    guard image.diskFormat == .thin || found.allocatedBytes >= bytes else {
      throw HostError(
        .noSpace,
        "\(file.path) takes \(found.allocatedBytes) of its \(bytes) bytes after growing: the disk does not keep room"
      )
    }
    try file.sync()
  }

  func extend(
    _ home: VolumeHome, _ record: VolumeRecord, staged: Directory?, beginning: () throws(VolumeError) -> Void
  ) async throws(VolumeError) -> GrowthEnd {
    let image = try expectedImage(of: record)
    guard let growth = record.growth else { return .done }
    if let device = try device(of: home) {
      return try extendAttached(home, device, image, to: growth.imageBytes, staged: staged)
    }
    let file = try open(home, record)
    guard try attempt("volume \(home.id)", { () throws(HostError) in try file.tryLock(.exclusive) }) else {
      return .waits(reason: "its image is locked by somebody else")
    }
    switch image.filesystem {
    case .ext2, .ext3, .ext4: try await extendExt(home, file, growth, beginning: beginning)
    case .xfs, .btrfs: try extendUnmounted(home, file, image, to: growth.imageBytes)
    }
    try attempt("volume \(home.id)") { () throws(HostError) in try file.unlock() }
    return .done
  }

  /// Through the filesystem's own call, where it is mounted.
  private func extendAttached(
    _ home: VolumeHome, _ device: LoopDevice, _ image: VolumeRecord.ImageRecord, to bytes: Int64, staged: Directory?
  ) throws(VolumeError) -> GrowthEnd {
    let subject = "volume \(home.id)"
    try attempt(subject) { () throws(HostError) in try host.rereadSize(of: device) }
    FaultPoint.reach("grow.told")
    guard let staged else { return .waits(reason: "it is attached to \(device.path) and not mounted here") }
    do throws(HostError) {
      defer { withExtendedLifetime(staged) {} }
      try host.growFilesystem(image.filesystem.rawValue, at: staged.descriptor, to: bytes)
      return .done
    } catch {
      guard error.code == .notPermitted || error.code == .unsupported else { throw VolumeError(error, of: subject) }
      return .waits(reason: error.message)
    }
  }

  /// xfs and btrfs grow only while they are mounted: for a moment, where nobody sees it.
  private func extendUnmounted(
    _ home: VolumeHome, _ file: SparseFile, _ image: VolumeRecord.ImageRecord, to bytes: Int64
  ) throws(VolumeError) {
    let device = try attempt("volume \(home.id)") { () throws(HostError) in try host.attachLoop(file) }
    let grown = Result { () throws(VolumeError) in
      try attempt("volume \(home.id)") { () throws(HostError) in
        try host.growUnmounted(image.filesystem.rawValue, on: device.path, to: bytes)
      }
    }
    // The lock belongs to the device until it is gone; a device that cannot go now goes with this process.
    try attempt("volume \(home.id)") { () throws(HostError) in
      do throws(HostError) {
        try host.detachLoop(device)
      } catch {
        guard error.code == .notFound else { throw error }
      }
    }
    try grown.get()
  }

  /// resize2fs(8), which works on the image alone. It holds the image's lock itself, so that it comes to its end unharmed even when
  /// this process is killed.
  private func extendExt(
    _ home: VolumeHome, _ file: SparseFile, _ growth: VolumeRecord.Growth, beginning: () throws(VolumeError) -> Void
  ) async throws(VolumeError) {
    let subject = "volume \(home.id)"
    let path = file.path.string
    let bytes = growth.imageBytes
    var needsProof = false
    do throws(HostError) {
      if try !ExtSuperblock.read(file).isClean {
        // The journal is replayed, and what was cut off is put right; anything more takes a person, unless it is our own doing.
        let check = try await programs.run("e2fsck", ["-p", path], holding: file)
        needsProof = growth.begun == true && check.status == 4
        guard check.status < 4 || needsProof else {
          throw HostError(
            .failed, "its filesystem has errors; look at it with e2fsck -fn \(path) and repair it: \(check.complaint)")
        }
      }
    } catch {
      throw VolumeError(error, of: subject)
    }
    try beginning()
    do throws(HostError) {
      try await programs.require("resize2fs", ["-f", path, "\(bytes / ExtLayout.blockSize)"], holding: file)
      if needsProof { try await programs.require("e2fsck", ["-fn", path], holding: file) }
      let found = try ExtSuperblock.read(file)
      guard found.blocks == bytes / ExtLayout.blockSize else {
        throw HostError(
          .failed, "\(path) has \(found.blocks) blocks after resize2fs, not \(bytes / ExtLayout.blockSize)")
      }
      try file.sync()
    } catch {
      throw VolumeError(error, of: subject)
    }
  }

  private func superblock(of home: VolumeHome, _ record: VolumeRecord) throws(VolumeError) -> ExtSuperblock {
    let file = try open(home, record)
    var failure: HostError?
    // While it is mounted the kernel may be about to write it.
    for _ in 0..<20 {
      do throws(HostError) {
        return try ExtSuperblock.read(file)
      } catch {
        failure = error
      }
    }
    throw VolumeError(failure ?? HostError(.failed, "\(file.path) cannot be read"), of: "volume \(home.id)")
  }
}
