// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import Seeds
import StorageAPI
import Testing

/// Numbers that look random and are the same for the same seed (SplitMix64).
private struct SeededNumbers: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }
}

@Suite struct YAMLRoundTripTests {
  private static let pieces = [
    " ", "  ", "\n", "\n\n", "\t", "\r", ":", ": ", "#", " #", "-", "- ", "?", "'", "\"", "\\", "{", "}", "[", "]", ",",
    "&",
    "*", "!", "|", ">", "%", "@", "`", "~", "=", "<<", ".", "_", "+", "0", "1", "7", "e", "0x", "0o", "0b", ".5",
    "true", "No",
    "null", "y", "word", "another", "é", "ß", "中", "😀", "\u{85}", "\u{a0}", "\u{2028}", "\u{7}", "\u{1b}",
    "\u{0}",
    "2023-11-14", "T22:13:20Z", "10:30", "---", "...", "a-word-that-is-long-enough-to-reach-the-margin",
  ]

  private static func text(_ numbers: inout SeededNumbers) -> String {
    let count = Int.random(in: 0...(Bool.random(using: &numbers) ? 4 : 30), using: &numbers)
    return (0..<count).map { _ in pieces.randomElement(using: &numbers) ?? "" }.joined()
  }

  private static func value(_ numbers: inout SeededNumbers, depth: Int) -> JSONValue {
    switch Int.random(in: 0..<(depth > 3 ? 6 : 10), using: &numbers) {
    case 0: return .null
    case 1: return .bool(Bool.random(using: &numbers))
    case 2: return .integer(Int64.random(in: -1000...1000, using: &numbers))
    case 3...5: return .string(text(&numbers))
    case 6, 7:
      return .array((0..<Int.random(in: 0...3, using: &numbers)).map { _ in value(&numbers, depth: depth + 1) })
    default: return .object(object(&numbers, depth: depth + 1))
    }
  }

  private static func object(_ numbers: inout SeededNumbers, depth: Int) -> JSONObject {
    // A byte order mark is out: the reader drops it at the beginning of a text. Long keys are out: YAML readers take no more than 1024 characters before a colon.
    JSONObject(
      (0..<Int.random(in: 0...4, using: &numbers)).map { _ in
        (String(text(&numbers).unicodeScalars.prefix(40)), value(&numbers, depth: depth))
      })
  }

  @Test("What is written as YAML is read back the same", arguments: Seeds.run(of: 400))
  func roundTrip(seed: UInt64) throws {
    var numbers = SeededNumbers(state: seed)
    let document: JSONObject = [
      "apiVersion": "v1", "kind": "Thing", "metadata": ["name": "x"], "data": .object(Self.object(&numbers, depth: 0)),
    ]
    let text = YAMLWriter.write(.object(document))
    let read = try ManifestReader.readUnchecked(text)
    #expect(read.map(\.object) == [document], "seed \(seed):\n\(text)")
  }
}
