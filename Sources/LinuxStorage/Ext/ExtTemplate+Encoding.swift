// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension ExtTemplate {
  private static let magic = Array("ORLOPEXT".utf8)
  private static let version: UInt64 = 1

  /// The template as bytes for a cache on disk: magic, version, image length, pieces, and a checksum of it all.
  public func encoded() -> [UInt8] {
    var bytes = Self.magic
    func append(_ number: UInt64) { bytes += (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) } }
    append(Self.version)
    append(UInt64(imageBytes))
    append(UInt64(pieces.count))
    for piece in pieces {
      append(UInt64(piece.offset))
      append(UInt64(piece.bytes.count))
      bytes += piece.bytes
    }
    append(UInt64(CRC32C.of(bytes)))
    return bytes
  }

  /// The template that ``encoded()`` gave; `invalid` when anything in it is wrong: then make it anew.
  public init(encoded bytes: [UInt8], described: String) throws(HostError) {
    var reader = Reader(bytes: bytes, position: Self.magic.count)
    guard bytes.starts(with: Self.magic), bytes.count >= 40, reader.number() == Self.version,
      Reader(bytes: bytes, position: bytes.count - 8).peek() == UInt64(CRC32C.of(bytes.dropLast(8))),
      let imageBytes = reader.number().flatMap(Int64.init(exactly:)), let count = reader.number()
    else { throw HostError(.invalid, "\(described) is no template of this version, or is damaged") }
    var pieces: [Piece] = []
    var end: Int64 = 0
    for _ in 0..<count {
      guard let offset = reader.number().flatMap(Int64.init(exactly:)), offset >= end,
        let piece = reader.countedBytes(),
        Int64(piece.count) <= imageBytes - offset
      else { throw HostError(.invalid, "\(described) is damaged: its pieces do not fit") }
      pieces.append(Piece(offset: offset, bytes: piece))
      end = offset + Int64(piece.count)
    }
    try self.init(imageBytes: imageBytes, pieces: pieces, described: described)
  }
}

/// Reads numbers and counted bytes, never beyond the end.
private struct Reader {
  let bytes: [UInt8]
  var position: Int

  func peek() -> UInt64? {
    guard bytes.count - position >= 8 else { return nil }
    return bytes[position..<position + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
  }

  mutating func number() -> UInt64? {
    defer { position += 8 }
    return peek()
  }

  mutating func countedBytes() -> [UInt8]? {
    guard let count = number().flatMap(Int.init(exactly:)), count <= bytes.count - position else { return nil }
    defer { position += count }
    return Array(bytes[position..<position + count])
  }
}
