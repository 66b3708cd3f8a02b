// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Hostile manifests end in one sentence, soon")
struct HostileManifestTests {
  private func message(_ text: String) -> String? {
    do {
      _ = try ManifestReader.read(text)
      return nil
    } catch {
      return error.message
    }
  }

  /// Ten anchors, each a list of ten aliases of the one before: ten thousand million values.
  static let bomb =
    "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
    + (1...9).map { "a\($0): &a\($0) [" + repeatElement("*a\($0 - 1)", count: 10).joined(separator: ", ") + "]\n" }
    .joined()

  @Test("An alias bomb is refused")
  func aliasBomb() {
    #expect(message("apiVersion: v1\nkind: Pod\n" + Self.bomb)?.contains("aliases repeat more than") == true)
  }

  @Test(
    "An alias bomb in a key is refused before the parser walks it",
    arguments: ["? *a9\n: b\n", "*a9 : b\n", "x: {*a9 : b}\n", "? [*a9, *a9]\n: b\n", "x: {[*a9]: b}\n"])
  func aliasBombInKey(key: String) {
    #expect(message(Self.bomb + key)?.contains("a key that is an alias") == true)
  }

  @Test("A large value that aliases repeat is refused")
  func largeAlias() {
    let aliases = repeatElement("*big", count: 2000).joined(separator: ", ")
    let text = "a: &big " + String(repeating: "x", count: 100_000) + "\nb: [" + aliases + "]\n"
    #expect(message(text)?.contains("aliases repeat more than") == true)
  }

  @Test(
    "Deep nesting is refused",
    arguments: [
      String(repeating: "[", count: 100_000), String(repeating: "- ", count: 100_000),
      String(repeating: "{a: ", count: 50_000), "{\"a\":" + String(repeating: "[", count: 100_000),
      String(repeating: "[", count: 200) + String(repeating: "]", count: 200),
    ])
  func nesting(text: String) {
    #expect(message(text) != nil)
  }

  @Test("A NUL is refused, raw or escaped")
  func nul() {
    #expect(message("a: b\nc: \0")?.contains("NUL") == true)
    let escaped = "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: a}\nspec: {hostPath: {path: \"/a\\0b\"}}\n"
    #expect(message(escaped)?.contains("NUL") == true)
    let key = "apiVersion: v1\nkind: Namespace\nmetadata: {name: a, labels: {\"a\\0\": b}}\n"
    #expect(message(key)?.contains("NUL") == true)
  }

  @Test("What is not UTF-8 is refused")
  func invalidUTF8() {
    #expect(throws: StatusError.self) { try ManifestReader.read(utf8: [0x61, 0xff, 0xfe]) }
    #expect(throws: StatusError.self) { try ManifestReader.read(utf8: [0xed, 0xa0, 0x80]) }
  }

  @Test("A huge text is refused")
  func hugeText() {
    for count in [ManifestReader.longestText, ManifestReader.longestYAML] {
      #expect(message(String(repeating: "#", count: count + 1))?.contains("at most \(count) are read") == true)
    }
  }

  @Test(
    "Broken syntax is refused with its line",
    arguments: [
      ("a: b\n\tc: d", 2), ("a: [b", 2), ("a: \"b", 2), ("a: b: c", 1), ("{\"a\": 1,\n}", 2), ("a: *nowhere", 1),
      ("%", 1),
      ("a: !!int x", 1), ("a: .inf", 1), ("~: a", 1), ("<<: a", 1),
    ])
  func syntax(text: String, line: Int) throws {
    do {
      _ = try ManifestReader.read(text)
      Issue.record("accepted: \(text)")
    } catch {
      #expect(error.code == 400)
      let found = try #require(error.origin?.line)
      #expect(abs(found - line) <= 1)
    }
  }

  @Test("Random changes of a good manifest never crash the reader")
  func mutations() {
    var random = SplitMix(seed: 20_261_121)
    let good = Array((ManifestReaderTests.claim + "\n---\n" + Self.bomb.prefix(120)).utf8)
    let spice = Array("{}[]&*?:-#|>'\"%@`!,\n \t~<0123\\x".utf8)
    for _ in 0..<3000 {
      var text = good
      for _ in 0..<Int(random.next() % 6 + 1) {
        let at = Int(random.next() % UInt64(text.count))
        switch random.next() % 3 {
        case 0: text[at] = spice[Int(random.next() % UInt64(spice.count))]
        case 1: text.insert(spice[Int(random.next() % UInt64(spice.count))], at: at)
        default: text.remove(at: at)
        }
      }
      _ = ManifestReader.results(String(decoding: text, as: UTF8.self))
    }
  }
}

/// Random numbers from a seed, so that a failure can be repeated.
struct SplitMix: RandomNumberGenerator {
  private var state: UInt64
  init(seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
