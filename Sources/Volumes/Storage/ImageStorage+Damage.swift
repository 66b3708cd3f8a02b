// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage
internal import SystemPackage

extension ImageStorage {
  /// An image, compared to its record.
  enum Inspection {
    /// It is the record's, open.
    case sound(SparseFile)
    /// It is not, and must not be mounted.
    case damaged(VolumeDamage)
  }

  /// Whether the image is there and is the record's: its length, which may be on the way to that of `growth`, its filesystem and that filesystem's UUID.
  ///
  /// Throws only what says nothing about the image, such as a disk that cannot be read.
  func inspect(
    _ home: VolumeHome, _ image: VolumeRecord.ImageRecord, growing growth: VolumeRecord.Growth?, writable: Bool
  ) throws(HostError) -> Inspection {
    let path = home.directory.path.appending(Self.fileName)
    let file: SparseFile
    do throws(HostError) {
      file = try SparseFile.open(Self.fileName, in: home.directory, writable: writable)
    } catch {
      switch error.code {
      case .notFound: return .damaged(VolumeDamage("it has lost its image \(path)", remedy: Self.restore))
      case .invalid: return .damaged(VolumeDamage(error.message, remedy: Self.restore))
      default: throw error
      }
    }
    let size = try file.size()
    let wanted = growth?.imageBytes ?? image.bytes
    guard size >= min(image.bytes, wanted), size <= max(image.bytes, wanted) else {
      let message = "its image has \(size) bytes, its record says \(image.bytes)"
      let isLonger = size > image.bytes
      return .damaged(
        VolumeDamage(message, remedy: isLonger ? "cut it with `truncate -s \(image.bytes) \(path)`" : Self.restore))
    }
    let expected = FilesystemSignature(type: image.filesystem.rawValue, uuid: image.uuid)
    do throws(HostError) {
      let found = try host.signature(at: path, expected: expected)
      guard found == expected else { return .damaged(Self.mistaken(found, for: image, at: path)) }
    } catch {
      guard error.errno == Errno.multiHop.rawValue else { throw error }
      return .damaged(
        VolumeDamage(
          "\(path) carries several signatures that contradict each other",
          remedy: "see them with `wipefs -n \(path)` and erase those that are not of \(expected.type)"))
    }
    // libblkid does not look at the checksum of a superblock.
    if image.filesystem.isExt, try Self.superblock(on: file) == nil {
      return .damaged(
        VolumeDamage(
          "the ext superblock on \(path) is damaged: its checksum is wrong", remedy: Self.repair(image, path)))
    }
    return .sound(file)
  }

  /// What keeps the volume from being mounted or trusted; nil when nothing does.
  func damage(of home: VolumeHome, _ record: VolumeRecord) -> VolumeDamage? {
    guard let image = record.image else { return nil }  // such a record does not load
    do throws(HostError) {
      switch try inspect(home, image, growing: record.growth, writable: false) {
      case .damaged(let damage): return damage
      case .sound(let file):
        guard image.filesystem.isExt, let superblock = try Self.superblock(on: file) else { return nil }
        return try Self.flaws(of: superblock, on: file)
      }
    } catch {
      return VolumeDamage(error.message, remedy: "see what the kernel says of the disk (dmesg)")
    }
  }

  /// The superblock on `file`; nil when it is damaged. That of a mounted image may be read while the kernel writes it.
  private static func superblock(on file: SparseFile) throws(HostError) -> ExtSuperblock? {
    for _ in 0..<3 {
      do throws(HostError) {
        return try ExtSuperblock.read(file)
      } catch {
        guard error.code == .invalid, error.errno == 0 else { throw error }
      }
    }
    return nil
  }

  /// What the superblock itself says against its filesystem.
  private static func flaws(of superblock: ExtSuperblock, on file: SparseFile) throws(HostError) -> VolumeDamage? {
    let bytes = superblock.blocks * superblock.blockSize
    if bytes > (try file.size()) {
      return VolumeDamage("its filesystem has \(bytes) bytes, more than its image \(file.path)", remedy: restore)
    }
    guard superblock.hasErrors else { return nil }
    let count = superblock.errorCount == 0 ? "" : " (\(superblock.errorCount) since the last check)"
    return VolumeDamage(
      "the kernel has found errors in its filesystem\(count)",
      remedy: "delete the pods that use it, then check and repair it with `e2fsck -f \(file.path)`")
  }

  private static let restore = "restore it from a backup"

  private static func mistaken(
    _ found: FilesystemSignature?, for image: VolumeRecord.ImageRecord, at path: FilePath
  ) -> VolumeDamage {
    let expected = image.filesystem
    let words = found.map { "\($0.type) with UUID \($0.uuid ?? "none")" } ?? "no filesystem at all"
    var remedy = restore
    if expected.isExt, found?.type == expected.rawValue {
      remedy = "put its own image back, or, if only the UUID was changed, `tune2fs -U \(image.uuid) \(path)`"
    } else if expected.isExt, found == nil {
      remedy = repair(image, path)
    }
    return VolumeDamage(
      "\(path) holds \(words), its record says \(expected.rawValue) with UUID \(image.uuid)", remedy: remedy)
  }

  /// What helps against a lost superblock.
  private static func repair(_ image: VolumeRecord.ImageRecord, _ path: FilePath) -> String {
    guard image.bytes > firstBackup else { return restore }
    return restore + ", or try `e2fsck -f \(path)` on a copy: it looks for a backup of the superblock"
  }

  /// Where the first backup of an ext superblock begins, with blocks of 4 KiB: smaller images have none.
  private static let firstBackup: Int64 = 32768 * 4096
}

extension FilesystemKind {
  /// Whether its superblock is that of ext2, ext3 and ext4.
  var isExt: Bool {
    switch self {
    case .ext2, .ext3, .ext4: true
    case .xfs, .btrfs: false
    }
  }
}
