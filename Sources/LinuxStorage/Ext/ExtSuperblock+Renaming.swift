// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension ExtSuperblock {
  /// Gives the filesystem in `image`, which is used by nobody, the name `uuid`, in its superblock and in every backup; not yet on
  /// the disk (``OpenFile/sync()``). Repeated, it does the same.
  ///
  /// Its hash seed stays: the directories in it are sorted by it. `invalid` when its journal must be replayed, or it is not
  /// clean: an older superblock in the journal would bring the old name back. `unsupported` when its checksums depend on the name.
  public static func rename(_ image: SparseFile, to uuid: FilesystemUUID) throws(HostError) {
    let primary = try read(image)
    guard primary.isClean else {
      throw HostError(.invalid, "\(image.path) was not unmounted cleanly; check it with e2fsck -p first")
    }
    guard primary.hasMetadataChecksums ? primary.hasChecksumSeed : !primary.hasGroupChecksums,
      let groups = primary.superblockGroups
    else {
      throw HostError(
        .unsupported, "\(image.path) cannot get another UUID quickly: it has no metadata_csum_seed; use tune2fs -U")
    }
    // The backups first: after a crash the primary one tells that there is still work to do.
    for group in groups.reversed() {
      try image.write(primary.named(uuid, group: group).bytes, at: primary.offset(ofGroup: group))
    }
  }

  private func named(_ uuid: FilesystemUUID, group: Int64) -> ExtSuperblock {
    var copy = self
    copy.bytes.replaceSubrange(0x68..<0x78, with: uuid.bytes)
    copy[0x5A, as: UInt16.self] = UInt16(truncatingIfNeeded: group)
    if hasMetadataChecksums { copy[0x3FC, as: UInt32.self] = copy.checksum }
    return copy
  }
}
