// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

/// Making an ext image smaller: resize2fs works on a copy, which then takes the image's place. Nothing that cuts it off harms the
/// volume's data.
extension ImageStorage {
  static let shrunkName = "image.shrunk"

  /// What the volume would become if it held only `capacity` bytes. Throws what makes that impossible; nothing is changed.
  func planShrinking(
    of home: VolumeHome, _ record: VolumeRecord, to capacity: Int64
  ) async throws(VolumeError) -> VolumeRecord.Growth {
    let subject = "volume \(home.id)"
    guard let image = record.image, let generation = ExtLayout.Generation(rawValue: image.filesystem.rawValue) else {
      let kind = record.image?.filesystem.rawValue ?? "a directory"
      throw VolumeError(
        .unsupported,
        "\(subject) is \(kind); only ext2, ext3 and ext4 images can be made smaller: copy its data to a smaller one")
    }
    let file = try open(home, record)
    let superblock: ExtSuperblock
    let smallest: Int64
    do throws(HostError) {
      let check = try await programs.run("e2fsck", ["-fn", file.path.string], holding: file)
      guard check.status == 0 else {
        throw HostError(
          .failed,
          "its filesystem is not clean; repair it with e2fsck -f \(file.path) first: \(check.complaint)")
      }
      let answer = try await programs.require("resize2fs", ["-P", file.path.string], holding: file)
      guard let number = answer.output.split(whereSeparator: { !$0.isNumber }).last.flatMap({ Int64($0) }) else {
        throw HostError(.failed, "resize2fs -P does not say how small it can become: \(answer.complaint)")
      }
      smallest = number
      superblock = try ExtSuperblock.read(file)
    } catch {
      throw VolumeError(error, of: subject)
    }
    let old = superblock.blocks
    let before = ExtLayout(generation: generation, capacity: record.capacityBytes)
    let after = ExtLayout(generation: generation, capacity: capacity)
    // As much less as the larger file needed more: a file of the new size fits, as one of the old size did.
    var blocks = max(after.capacity / ExtLayout.blockSize, ExtLayout.smallestImage / ExtLayout.blockSize)
    while blocks < old {
      let freed = before.neededBlocks(imageBlocks: old) - after.neededBlocks(imageBlocks: blocks)
      let lost = old - blocks - superblock.groupOverhead(blocks: old) + superblock.groupOverhead(blocks: blocks)
      guard lost > freed else { break }
      blocks = superblock.acceptable(blocks: blocks + (lost - freed) + (lost - freed) / 64 + 8)
    }
    guard blocks >= smallest else {
      let used = smallest * ExtLayout.blockSize
      throw VolumeError(
        .noSpace,
        "\(subject) cannot become as small as \(capacity) bytes: what it holds takes \(used); delete files, or ask for more"
      )
    }
    let growth = VolumeRecord.Growth(
      shrinkingTo: capacity, imageBytes: min(superblock.acceptable(blocks: blocks), old) * ExtLayout.blockSize)
    return growth
  }

  /// Makes the smaller copy, durably, beside the image. The caller has seen to it that nobody uses the volume.
  func prepareShrinking(
    _ home: VolumeHome, _ record: VolumeRecord, to growth: VolumeRecord.Growth
  ) async throws(VolumeError) {
    let subject = "volume \(home.id)"
    let file = try open(home, record)
    let thick = record.isThick
    do throws(HostError) {
      guard try file.tryLock(.exclusive) else {
        throw HostError(.busy, "its image is locked by somebody else; try again when they are done")
      }
      try home.directory.removeTree(Self.shrunkName)
      let copy = try SparseFile.create(Self.shrunkName, in: home.directory)
      try copy.copyContent(of: file)
      let blocks = growth.imageBytes / ExtLayout.blockSize
      try await programs.require("resize2fs", ["-f", copy.path.string, "\(blocks)"], holding: file)
      try await programs.require("e2fsck", ["-fn", copy.path.string], holding: file)
      guard try ExtSuperblock.read(copy).blocks == blocks else {
        throw HostError(.failed, "\(copy.path) has not the \(blocks) blocks that were asked for")
      }
      try copy.truncate(to: growth.imageBytes)
      if thick { try copy.allocate() }
      try copy.sync()
      try home.directory.sync()
    } catch {
      try? home.directory.removeTree(Self.shrunkName)
      throw VolumeError(error, of: subject)
    }
  }

  /// Puts the smaller copy in the image's place.
  func swapShrunk(_ home: VolumeHome) throws(VolumeError) {
    try attempt("volume \(home.id)") { () throws(HostError) in
      try home.directory.rename(Self.shrunkName, as: Self.fileName, replacing: true)
      try home.directory.sync()
    }
  }

  /// Removes a smaller copy that nobody goes on with.
  func removeShrunk(_ home: VolumeHome) throws(VolumeError) {
    try attempt("volume \(home.id)") { () throws(HostError) in try home.directory.removeTree(Self.shrunkName) }
  }

  /// Whether the smaller copy has taken the image's place; one that has not is removed.
  func hasShrunk(_ home: VolumeHome, _ growth: VolumeRecord.Growth) throws(VolumeError) -> Bool {
    try attempt("volume \(home.id)") { () throws(HostError) in
      if try home.directory.metadata(of: Self.fileName)?.size == growth.imageBytes { return true }
      try home.directory.removeTree(Self.shrunkName)
      return false
    }
  }
}
