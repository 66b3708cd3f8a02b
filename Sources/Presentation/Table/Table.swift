// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Rows of text under headings, aligned as kubectl does: columns three blanks apart and at least six wide.
public struct Table: Sendable {
  private static let gap = 3
  private static let narrowest = 6

  /// The headings; "" are shown as blank.
  public let headings: [String]
  /// The cells of all rows, one row after the other.
  private var cells: [String] = []
  private var widths: [Int]

  /// A table without rows.
  public init(headings: [String]) {
    self.headings = headings
    widths = headings.map { _ in 0 }
  }

  /// The number of rows.
  public var rowCount: Int { headings.isEmpty ? 0 : cells.count / headings.count }

  /// Adds a row; missing cells are blank, surplus ones are left out.
  public mutating func append(_ row: some Sequence<String>) {
    var column = 0
    for cell in row where column < headings.count {
      widths[column] = max(widths[column], Self.width(cell))
      cells.append(cell)
      column += 1
    }
    while column < headings.count {
      cells.append("")
      column += 1
    }
  }

  /// Makes the columns at least as wide as those of `other`: for rows that continue a table already shown.
  public mutating func align(with other: Table) {
    widths = zip(widths, other.fullWidths).map(max)
  }

  private var fullWidths: [Int] { zip(widths, headings).map { max($0, Self.width($1)) } }

  /// The table as lines, each ended by a newline, without blanks at their ends.
  ///
  /// - Parameter showsHeadings: whether the headings come first; without them they widen no column either.
  public func text(showsHeadings: Bool = true) -> String {
    let stops = (showsHeadings ? fullWidths : widths).map { max($0 + Self.gap, Self.narrowest) }
    var output: [UInt8] = []
    output.reserveCapacity((rowCount + 1) * (stops.reduce(1, +)))
    if showsHeadings { Self.write(headings[...], stops, to: &output) }
    for start in stride(from: 0, to: cells.count, by: max(1, headings.count)) {
      Self.write(cells[start..<start + headings.count], stops, to: &output)
    }
    return String(decoding: output, as: UTF8.self)
  }

  private static func write(_ row: ArraySlice<String>, _ stops: [Int], to output: inout [UInt8]) {
    let start = output.count
    for (cell, stop) in zip(row, stops) {
      output.append(contentsOf: cell.utf8)
      let blanks = stop - width(cell)
      if blanks > 0 { output.append(contentsOf: repeatElement(0x20, count: blanks)) }
    }
    while output.count > start, output.last == 0x20 { output.removeLast() }
    output.append(0x0a)
  }

  /// The columns of a terminal that `text` takes, one for each character.
  private static func width(_ text: String) -> Int {
    var text = text
    return text.withUTF8 { bytes in bytes.reduce(0) { $0 + ($1 & 0xC0 == 0x80 ? 0 : 1) } }
  }
}
