// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What makes one ext filesystem another than those that were cloned from the same template.
public struct ExtIdentity: Sendable, Hashable {
  /// The filesystem's UUID.
  public let uuid: FilesystemUUID
  /// The secret of its directory hashes.
  public let hashSeed: FilesystemUUID
  /// When it was made, in seconds since 1970.
  public let time: Int64

  /// The identity with `uuid`; the hash seed is random unless given.
  public init(uuid: FilesystemUUID, hashSeed: FilesystemUUID = .random(), time: Int64) {
    self.uuid = uuid
    self.hashSeed = hashSeed
    self.time = time
  }
}

extension ExtSuperblock {
  /// This superblock with `identity`: UUID, hash seed, the times of making, writing and checking, never mounted; and its
  /// checksum made right.
  func stamped(_ identity: ExtIdentity) -> ExtSuperblock {
    var copy = self
    copy.bytes.replaceSubrange(0x68..<0x78, with: identity.uuid.bytes)
    copy.bytes.replaceSubrange(0xEC..<0xFC, with: identity.hashSeed.bytes)
    copy.setTime(0, low: 0x2C, high: 0x275)
    copy.setTime(identity.time, low: 0x30, high: 0x274)
    copy.setTime(identity.time, low: 0x40, high: 0x277)
    copy.setTime(identity.time, low: 0x108, high: 0x276)
    if hasMetadataChecksums { copy[0x3FC, as: UInt32.self] = copy.checksum }
    return copy
  }

  /// Times have 40 bits, in two places.
  private mutating func setTime(_ time: Int64, low: Int, high: Int) {
    self[low, as: UInt32.self] = UInt32(truncatingIfNeeded: time)
    self[high, as: UInt8.self] = UInt8(truncatingIfNeeded: time >> 32)
  }
}
