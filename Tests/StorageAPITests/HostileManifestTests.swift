// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import Seeds
import Testing

@testable import StorageAPI

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

  @Test(
    "A document that would take much memory is refused before it is read",
    arguments: ["a,", "[],", "{a},", "{\"k\":0},", "&a x,", "- a\n", "a:\n", "- - - a\n", "a: b\u{2028}"])
  func heavyDocument(piece: String) throws {
    let flow = piece.hasSuffix(",")
    let many = String(repeating: piece, count: (4 << 20) / piece.utf8.count)
    let text = flow ? "k: [" + many + "a]" : many
    let begin = ContinuousClock.now
    #expect(try #require(message(text)).contains("a document of more than 350000 values; split it"))
    #expect(ContinuousClock.now - begin < .seconds(30))
  }

  @Test("As much in several documents is read, but not more than a million values in all")
  func manyDocuments() throws {
    let documents = repeatElement("a: [b,b,b,b,b,b]", count: 60_000).joined(separator: "\n---\n")
    #expect(try #require(message(documents)).contains("Object 'Kind' is missing"))
    var few = try YAMLDocuments("- [a, a]\n---\n- [a, a]\n", mostValues: 7)
    _ = try few.next()
    let failure = #expect(throws: YAMLDocuments.Failure.self) { try few.next() }
    #expect(failure?.message == "more than 7 values in one text; split it into several files")
    let json = "{\"a\": [" + String(repeating: "0,", count: 1_000_000) + "0]}"
    #expect(try #require(message(json)).contains("more than 1000000 values in one text; split it into several files"))
  }

  @Test("Ten thousand claims in one list are read")
  func longList() throws {
    let claims = (0..<10_000).map { index in
      "- apiVersion: v1\n  kind: PersistentVolumeClaim\n  metadata:\n    name: c\(index)\n    namespace: default\n    labels:\n"
        + "      app: a\n  spec:\n    storageClassName: disk\n    volumeMode: Filesystem\n    volumeName: v\(index)\n"
        + "    accessModes:\n    - ReadWriteOnce\n    resources:\n      requests:\n        storage: 400M\n"
    }
    #expect(try ManifestReader.read("apiVersion: v1\nkind: List\nitems:\n" + claims.joined()).count == 10_000)
  }

  @Test("Keys of keys of keys are refused before the parser walks them at each level")
  func nestedKeys() throws {
    let keys = (0..<20_000).map { "k\($0)" }.joined(separator: ",")
    let text = String(repeating: "{", count: 900) + keys + String(repeating: "}", count: 900)
    #expect(try #require(message("a: " + text)).contains("nested more than 200 deep"))
    let asked = String(repeating: "? ", count: 900) + "{" + keys + "}\n"
    #expect(try #require(message(asked)).contains("nested more than 200 deep"))
    #expect(
      try #require(message("a: [" + String(repeating: "?a,", count: 10_000) + "]")).contains(
        "nested more than 200 deep"))
    let questions = String(repeating: "# Is it? Perhaps: a[b, c{d?\n", count: 5_000) + "a: b\n"
    #expect(try #require(message(questions)).contains("Object 'Kind' is missing"))
  }

  @Test("Aliases without blanks between them are looked at once each")
  func aliasesInARow() {
    let begin = ContinuousClock.now
    #expect(message("a: &a b\nc: [" + String(repeating: "-*", count: 1 << 20) + "]\n") != nil)
    #expect(ContinuousClock.now - begin < .seconds(30))
  }

  @Test("Keys that come twice, deep inside and long, are named without keeping the path of every level")
  func longDuplicates() throws {
    let key = String(repeating: "k", count: 20_000)
    let text =
      String(repeating: "{\"\(key)\":", count: 400) + "{"
      + repeatElement("\"a\":0", count: 50_000).joined(separator: ",") + "}"
      + String(repeating: "}", count: 400)
    let found = try #require(message(text))
    #expect(found.hasPrefix("strict decoding error: duplicate field"))
    #expect(found.components(separatedBy: "duplicate field").count == 21)
  }

  @Test("Of any number of unknown fields the first hundred are named")
  func unknownFields() throws {
    let fields = (0..<50_000).map { "  f\($0): x\n" }.joined()
    let found = try #require(message("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n" + fields))
    #expect(found.components(separatedBy: "unknown field").count == 101)
  }

  @Test("Random changes of a good manifest never crash the reader")
  func mutations() {
    var random = SplitMix(seed: Seeds.base(ifNone: 20_261_121))
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
