// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Short words without vowels, of which names are made that nobody takes for a word (rule SS6).
enum SafeWord {
  private static let letters = Array("bcdfghjklmnpqrstvwxz2456789".unicodeScalars)

  /// A word that stands for `bytes`: the same bytes always give the same one.
  static func digest(_ bytes: some Sequence<UInt8>) -> String {
    let text = String(UInt32(truncatingIfNeeded: hash(bytes)))
    return String(String.UnicodeScalarView(text.unicodeScalars.map { letters[Int($0.value) % letters.count] }))
  }

  /// Five letters that look random and depend on nothing but `parts`.
  static func suffix(_ parts: String...) -> String {
    var rest = hash(parts.joined(separator: "\0").utf8)
    var word = String.UnicodeScalarView()
    for _ in 0..<5 {
      word.append(letters[Int(rest % UInt64(letters.count))])
      rest /= UInt64(letters.count)
    }
    return String(word)
  }

  /// FNV-1a, with its bits mixed once more so that near inputs do not give near words.
  private static func hash(_ bytes: some Sequence<UInt8>) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ (hash >> 30)) &* 0xbf58_476d_1ce4_e5b9
    hash = (hash ^ (hash >> 27)) &* 0x94d0_49bb_1331_11eb
    return hash ^ (hash >> 31)
  }
}
