// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// A description in the making: labels and values in lines, indented by levels and aligned at the end.
struct DescriptionText {
  private static let longest = 140
  private static let blanksALevel = 2
  private var text = ""

  /// The lines, aligned, with no character that commands a terminal.
  var aligned: String { ElasticTabs.align(Escape.terminal(text), padding: 2) }

  /// Adds a line that is not aligned with others and parts those above from those below.
  mutating func line(_ content: String, level: Int = 0) {
    text += String(repeating: " ", count: level * Self.blanksALevel) + content + "\n"
  }

  /// Adds `label:` and its value.
  mutating func field(_ label: String, _ value: String, level: Int = 0) { line(label + ":\t" + value, level: level) }

  /// Adds `label:` and its values, one under the other; `<none>` when there are none.
  mutating func list(_ label: String, _ values: [String], level: Int = 0) {
    field(label, values.first ?? "<none>", level: level)
    for value in values.dropFirst() { line("\t" + value, level: level) }
  }

  /// Adds a line of cells.
  mutating func row(_ cells: [String], level: Int = 1) { line(cells.joined(separator: "\t"), level: level) }

  /// Adds a heading and, under each word of it, dashes.
  mutating func heading(_ words: [String], dashes: [Int]? = nil) {
    row(words)
    row((dashes ?? words.map(\.count)).map { String(repeating: "-", count: $0) })
  }

  /// Adds labels, one a line.
  mutating func labels(_ title: String, _ labels: JSONObject?, level: Int = 0) {
    list(title, Labels.pairs(labels ?? JSONObject()), level: level)
  }

  /// Adds annotations, one a line, long ones shortened, and without the one in which apply remembers the manifest.
  mutating func annotations(_ title: String, _ annotations: JSONObject?, level: Int = 0) {
    var values: [String] = []
    for member in annotations?.members ?? [] where member.key != WellKnown.lastApplied {
      var value = member.value.string ?? member.value.cellText
      if value.hasSuffix("\n") { value.removeLast() }
      let lines = value.split(separator: "\n", omittingEmptySubsequences: false)
      if lines.count > 1 || value.utf8.count + member.key.utf8.count + 2 > Self.longest {
        values.append(member.key + ":")
        values += lines.map { "  " + Self.shortened(String($0), to: Self.longest - 2) }
      } else {
        values.append(member.key + ": " + value)
      }
    }
    list(title, values, level: level)
  }

  /// `text`, cut after `limit` bytes and dotted when it is longer.
  static func shortened(_ text: String, to limit: Int = longest) -> String {
    guard text.utf8.count > limit else { return text }
    return String(decoding: text.utf8.prefix(limit), as: UTF8.self) + "..."
  }
}
