// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Aligns text whose cells end with tabs, as elastic tab stops do.
///
/// A column is a run of successive lines that have a cell there; each run has a width of its own. What follows a line's last
/// tab is no cell and widens nothing. So a heading without a tab parts one block of a text from the next.
struct ElasticTabs {
  /// Blanks between a column's widest cell and what follows it.
  private let padding: Int
  private let lines: [[Cell]]
  private var widths: [Int] = []
  private var output: [UInt8] = []

  private struct Cell {
    let text: Substring
    let width: Int
  }

  /// `text` with its tabs replaced by blanks, and no blanks at the ends of lines.
  static func align(_ text: String, padding: Int) -> String {
    var tabs = ElasticTabs(text, padding: padding)
    tabs.format(tabs.lines.indices)
    return String(decoding: tabs.output, as: UTF8.self)
  }

  private init(_ text: String, padding: Int) {
    self.padding = padding
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    self.lines = lines.map { line in
      line.split(separator: "\t", omittingEmptySubsequences: false).map {
        Cell(text: $0, width: $0.unicodeScalars.count)
      }
    }
  }

  /// Writes the lines `range`, whose columns left of `widths.count` are settled.
  private mutating func format(_ range: Range<Int>) {
    let column = widths.count
    func hasCell(_ line: Int) -> Bool { column < lines[line].count - 1 }
    var at = range.lowerBound
    while at < range.upperBound {
      guard hasCell(at) else {
        write(lines[at])
        at += 1
        continue
      }
      let end = (at..<range.upperBound).first { !hasCell($0) } ?? range.upperBound
      widths.append(padding + (lines[at..<end].map { $0[column].width }.max() ?? 0))
      format(at..<end)
      widths.removeLast()
      at = end
    }
  }

  private mutating func write(_ line: [Cell]) {
    let start = output.count
    for (index, cell) in line.enumerated() {
      output.append(contentsOf: cell.text.utf8)
      if index < widths.count { output.append(contentsOf: repeatElement(0x20, count: widths[index] - cell.width)) }
    }
    while output.count > start, output.last == 0x20 { output.removeLast() }
    output.append(0x0a)
  }
}
