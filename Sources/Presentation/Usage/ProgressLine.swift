// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// One line of a terminal that tells how far long work has come, written over itself; nothing where no person looks.
public struct ProgressLine: Sendable {
  private static let barCells = 20
  private static let erase = "\r\u{1b}[K"
  private let terminal: Terminal
  private var shown: String?

  /// A line on `terminal`, not shown yet.
  public init(on terminal: Terminal) { self.terminal = terminal }

  /// What to write so that the line shows a bar of `done` out of `total` and `message`; "" when it does so already.
  public mutating func update(_ message: String, done: Int, of total: Int) -> String {
    guard terminal.isTerminal, total > 0 else { return "" }
    let bar = Bar.text(Double(done) / Double(total), cells: Self.barCells)
    let line = String((bar + " " + Escape.cell(message)).prefix(terminal.width - 1))
    guard line != shown else { return "" }
    shown = line
    return Self.erase + line
  }

  /// What to write so that the line is gone before other output; "" when it is not shown.
  public mutating func clear() -> String {
    guard shown != nil else { return "" }
    shown = nil
    return Self.erase
  }
}
