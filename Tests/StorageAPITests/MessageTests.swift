// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Testing

@testable import StorageAPI

@Suite("The parts of messages")
struct MessageTests {
  @Test(
    "The nearest name",
    arguments: [
      ("accesModes", "accessModes"), ("AccessModes", "accessModes"), ("storageClass", "storageClassName"),
      ("volumenMode", "volumeMode"),
      ("sepc", "spec"), ("x", nil), ("completelyDifferent", nil), (String(repeating: "a", count: 100), nil),
    ] as [(String, String?)])
  func nearest(word: String, wanted: String?) {
    let names = ["accessModes", "storageClassName", "volumeMode", "volumeName", "spec", "selector"]
    #expect(NearestName.of(word, among: names) == wanted)
  }

  @Test("A difference far from another gets a hunk of its own")
  func hunks() {
    let old = (1...30).map(String.init)
    var new = old
    new[4] = "five"
    new.remove(at: 24)
    #expect(
      LineDiff.unified(old, new)
        == "@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n@@ -22,7 +22,6 @@\n 22\n 23\n 24\n-25\n 26\n 27\n 28\n")
  }

  @Test("Equal texts have no difference, and one may be empty")
  func noDifference() {
    #expect(LineDiff.unified(["a"], ["a"]).isEmpty)
    #expect(LineDiff.unified([], ["a"]) == "@@ -1,0 +1,1 @@\n+a\n")
  }

  @Test("Texts of many lines are compared in bounded time")
  func manyLines() {
    let old = (0..<20_000).map { "a\($0)" }
    let new = (0..<20_000).map { "b\($0)" }
    #expect(LineDiff.unified(old, new).hasPrefix("@@ -1,20000 +1,20000 @@\n-a0\n"))
  }

  @Test("Strings are quoted as Go quotes them")
  func quoting() {
    #expect(Cause.quoted("a\"b\\c\n\u{1}é") == #""a\"b\\c\n\x01é""#)
  }

  @Test("A field is placed on its line, or on that of what is around it")
  func places() {
    let tree = LineTree.object(
      line: 1,
      [
        ("a.b", .leaf(line: 2)), ("a", .object(line: 3, [("b", .leaf(line: 4))])),
        ("c", .array(line: 5, [.leaf(line: 6), .object(line: 7, [("d", .leaf(line: 8))])])),
      ])
    for (field, line) in [
      ("", 1), ("a.b", 2), ("a[b]", 4), ("a.x", 3), ("c", 5), ("c[1].d", 8), ("c[1][d]", 8), ("c[9]", 5),
      ("c[1].x.y", 7), ("ab", 1),
    ] {
      #expect(tree.line(of: field[...]) == line, "\(field)")
    }
  }

  @Test("Lines of JSON are found whatever its strings hold")
  func jsonLines() throws {
    let text = "{\"a\": \"}\\\"{\",\n\"b\": [1,\n{\"c\": null, \"d\": -1e5},\n\"x\"], \"e\":\n true}"
    _ = try JSONReader.read(text)
    var finder = JSONLines(text[...])
    let tree = finder.tree()
    for (field, line) in [("a", 1), ("b", 2), ("b[1].d", 3), ("b[2]", 4), ("e", 4)] {
      #expect(tree.line(of: field[...]) == line, "\(field)")
    }
  }
}
