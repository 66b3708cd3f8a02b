// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// How much memory and time the documents of a YAML text may cost, seen from their characters before any is spent.
///
/// The parser holds a whole document as a tree, 100 to 500 bytes for each node. Every node needs a character of YAML's syntax to
/// begin with, so counting these bounds the nodes. Texts within quotes and blocks count, too: a bound need not be exact.
struct YAMLWeight {
  /// The most that one document may weigh: every line end, and every `:` and `-` with a blank behind it, is 1; `,`, `[`, `{`, `?` and
  /// `&` are 2, since they can begin two nodes or cost twice as much. A Kubernetes object weighs 2 for most of its lines.
  static let most = 700_000
  /// From this weight on, nesting is bounded as well: the parser walks keys once for each level that they are nested.
  static let mostNested = 4096
  /// How many brackets may be open at once in a document that is not small.
  static let deepest = 200

  private var weight = 0
  private var depth = 0
  private var deepest = 0
  private var line = 1

  /// Throws when a document of `text` is too heavy.
  static func refuseHeavyDocuments(_ text: String) throws(YAMLDocuments.Failure) {
    guard text.utf8.count > mostNested / 2 else { return }
    var copy = text
    var weight = YAMLWeight()
    if let failure = copy.withUTF8({ weight.failure(of: $0) }) { throw failure }
  }

  private mutating func failure(of bytes: UnsafeBufferPointer<UInt8>) -> YAMLDocuments.Failure? {
    for (index, byte) in bytes.enumerated() {
      switch byte {
      case 0x0a:
        line += 1
        weight += 1
        if Self.isDocumentStart(bytes, index + 1) { (weight, depth, deepest) = (0, 0, 0) }
      // The line ends of Unicode count as well: these are their last bytes.
      case 0x0d, 0x85, 0xa8, 0xa9: weight += 1
      case UInt8(ascii: ":"), UInt8(ascii: "-"): weight += Self.isMark(bytes, index) ? 1 : 0
      case UInt8(ascii: ","), UInt8(ascii: "&"): weight += 2
      case UInt8(ascii: "["), UInt8(ascii: "{"), UInt8(ascii: "?"):
        weight += 2
        guard Self.isFirst(bytes, index) else { continue }
        depth += 1
        deepest = max(deepest, depth)
      case UInt8(ascii: "]"), UInt8(ascii: "}"):
        depth = max(0, depth - 1)
        continue
      default: continue
      }
      if weight > Self.most {
        return .init(
          message: "a document of more than \(Self.most / 2) values; split it with --- lines or into several files",
          line: line)
      }
      if weight > Self.mostNested, deepest > Self.deepest {
        return .init(message: "nested more than \(Self.deepest) deep", line: line)
      }
    }
    return nil
  }

  /// Whether the `:` or `-` at `index` can be one of syntax: with a letter behind it, it is part of a word; but after a quote or a
  /// bracket `:` needs no blank.
  private static func isMark(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
    let next = index + 1 < bytes.count ? bytes[index + 1] : 0x0a
    guard bytes[index] == UInt8(ascii: ":"), index > 0 else { return next <= 0x20 || next >= 0x80 }
    return next <= 0x20 || next >= 0x80 || ",[]{}".utf8.contains(next) || "\"']}".utf8.contains(bytes[index - 1])
  }

  /// Whether something can begin at `index`: not within a word, such as the last character of a question.
  private static func isFirst(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
    index == 0 || bytes[index - 1] <= 0x20 || bytes[index - 1] >= 0x80 || "[{,?:-".utf8.contains(bytes[index - 1])
  }

  /// Whether `---` begins a document at `index`.
  private static func isDocumentStart(_ bytes: UnsafeBufferPointer<UInt8>, _ index: Int) -> Bool {
    guard index + 3 <= bytes.count, bytes[index..<index + 3].allSatisfy({ $0 == UInt8(ascii: "-") }) else {
      return false
    }
    return index + 3 == bytes.count || bytes[index + 3] <= 0x20
  }
}
