// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The 16 bytes by which a filesystem is known.
public struct FilesystemUUID: Sendable, Hashable, CustomStringConvertible {
  /// The bytes, in the order of the text.
  public let bytes: [UInt8]

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The UUID written as `text`, 8-4-4-4-12 hexadecimal digits in either case; nil when it is none.
  public init?(_ text: String) {
    let groups = text.split(separator: "-", omittingEmptySubsequences: false)
    guard groups.map(\.utf8.count) == [8, 4, 4, 4, 12], groups.joined().utf8.count == 32 else { return nil }
    let digits = Array(groups.joined())
    let bytes = stride(from: 0, to: 32, by: 2).compactMap { index in
      digits[index].isHexDigit && digits[index + 1].isHexDigit
        ? UInt8(String(digits[index...index + 1]), radix: 16) : nil
    }
    guard bytes.count == 16 else { return nil }
    self.bytes = bytes
  }

  /// A new one, random as RFC 9562 wants version 4.
  public static func random() -> FilesystemUUID {
    // Two numbers, not sixteen: each costs a call of the kernel.
    var bytes = (0..<2).flatMap { _ in withUnsafeBytes(of: UInt64.random(in: 0...UInt64.max)) { Array($0) } }
    bytes[6] = bytes[6] & 0x0F | 0x40
    bytes[8] = bytes[8] & 0x3F | 0x80
    return FilesystemUUID(bytes: bytes)
  }

  /// The UUID as libblkid writes it, in lower case.
  public var description: String {
    let digits = bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }
    let ends = [0, 4, 6, 8, 10, 16]
    return zip(ends, ends.dropFirst()).map { digits[$0..<$1].joined() }.joined(separator: "-")
  }
}
