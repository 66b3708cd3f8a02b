// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The Castagnoli checksum, as ext4 uses it: no inversion at the end, RFC 3720 appendix B.4.
enum CRC32C {
  /// The checksum of `bytes` that goes on from `seed`.
  static func of(_ bytes: some Sequence<UInt8>, seed: UInt32 = ~0) -> UInt32 {
    var value = seed
    for byte in bytes { value = table[Int(UInt8(truncatingIfNeeded: value) ^ byte)] ^ (value >> 8) }
    return value
  }

  private static let table: [UInt32] = (0..<256).map { index in
    (0..<8).reduce(UInt32(index)) { value, _ in value & 1 == 1 ? (value >> 1) ^ 0x82F6_3B78 : value >> 1 }
  }
}
