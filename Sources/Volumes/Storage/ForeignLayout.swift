// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// How an xfs or btrfs filesystem is laid out in an image, so that one file of the promised size fits.
///
/// What these take for themselves cannot be computed exactly without their own sources; the allowances are measured, on the generous
/// side, and proven by the privileged tests, which fill such a volume to the last byte.
struct ForeignLayout: Sendable, Hashable {
  /// The filesystems whose images are made by their own mkfs each time, never from a template.
  enum Kind: String, Sendable, Hashable {
    case xfs, btrfs

    /// The program that makes it.
    var program: String { "mkfs.\(rawValue)" }
  }

  let kind: Kind
  /// The bytes that one file shall hold.
  let capacity: Int64

  /// Up to this size btrfs mixes data and metadata, so that neither can run out before the other.
  private static let largestMixed: Int64 = 16 << 30

  /// The smallest image that the filesystem's mkfs accepts.
  var smallestImage: Int64 {
    switch kind {
    case .xfs: 300 << 20
    case .btrfs: 64 << 20
    }
  }

  /// The length of the image, in whole blocks of 4 KiB.
  var imageBytes: Int64 {
    let allowance: Int64 =
      switch kind {
      case .xfs: (100 << 20) + capacity / 64  // log and reserve, then the free-space and inode trees
      case .btrfs:
        capacity <= Self.largestMixed
          ? (4 << 20) + capacity / 50  // superblocks, then checksums and trees
          : (1536 << 20) + capacity / 50
      }
    return (capacity + allowance + 4095) & ~4095
  }

  /// The arguments of mkfs.xfs(8) or mkfs.btrfs(8) for the image at `path`; the filesystem's name is `uuid` from the beginning.
  func arguments(uuid: String, path: String) -> [String] {
    switch kind {
    case .xfs: ["-q", "-f", "-s", "size=4096", "-m", "uuid=\(uuid)", path]
    case .btrfs:
      ["-q", "-f", "-U", uuid] + (capacity <= Self.largestMixed ? ["--mixed"] : ["-m", "single", "-d", "single"]) + [
        path
      ]
    }
  }

  /// Throws ``VolumeError/Code/invalid`` when the filesystem cannot be made so small.
  func check(_ id: VolumeID) throws(VolumeError) {
    guard imageBytes < smallestImage else { return }
    let least = smallestImage - (imageBytes - capacity)
    throw VolumeError(
      .invalid,
      "volume \(id): \(kind.rawValue) cannot be made for \(capacity) bytes; ask for at least \((least >> 20) + 1)Mi, or use ext4"
    )
  }
}
