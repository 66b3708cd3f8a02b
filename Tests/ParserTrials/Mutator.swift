// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Changes texts at random, the same way for the same seed.
public struct Mutator: RandomNumberGenerator {
  private var state: UInt64
  /// What is put into texts besides single bytes: what parsers stumble over.
  private static let spice = [
    "{", "}", "[", "]", "(", ")", "&a ", "*a", "? ", ": ", "- ", "#", "|\n", ">-\n", "'", "\"", "%", "@", "`", "!", ",",
    "\n", " ", "\t",
    "~", "<<: ", "0", "-1", "9223372036854775807", "18446744073709551616", "1e999999999", "1e-9", ".", "Ki", "Ei", "\\",
    "\\u0000",
    "\\ud800", "\u{301}", "\u{feff}", "\u{2028}", "---\n", "...\n", "/", "~1", "..", "[*]", "{range ", "{end}", "==",
    "null", "\0", "\r\n",
  ].map { Array($0.utf8) }

  /// The mutator of `seed`.
  public init(seed: UInt64) { state = seed }

  /// SplitMix64.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }

  /// One of `seeds` with some changes, perhaps with a part of another.
  public mutating func mutant(of seeds: [[UInt8]]) -> [UInt8] {
    guard var bytes = seeds.randomElement(using: &self) else { return [] }
    for _ in 0..<Int.random(in: 1...6, using: &self) {
      let at = Int.random(in: 0...bytes.count, using: &self)
      let end = min(bytes.count, at + Int.random(in: 1...12, using: &self))
      switch UInt8.random(in: 0..<8, using: &self) {
      case 0: bytes.insert(contentsOf: Self.spice.randomElement(using: &self) ?? [], at: at)
      case 1: bytes.replaceSubrange(at..<end, with: Self.spice.randomElement(using: &self) ?? [])
      case 2: bytes.removeSubrange(at..<end)
      case 3: if at < bytes.count { bytes[at] ^= 1 << UInt8.random(in: 0..<8, using: &self) }
      case 4: if at < bytes.count { bytes[at] = UInt8.random(in: 0...255, using: &self) }
      case 5: bytes.insert(contentsOf: bytes[at..<end], at: at)
      case 6: bytes.insert(contentsOf: Array(repeatElement(bytes[at..<end], count: 40).joined()), at: at)
      default:
        guard let other = seeds.randomElement(using: &self), !other.isEmpty else { continue }
        let from = Int.random(in: 0..<other.count, using: &self)
        bytes.replaceSubrange(at..<end, with: other[from..<min(other.count, from + 40)])
      }
    }
    return bytes
  }
}
