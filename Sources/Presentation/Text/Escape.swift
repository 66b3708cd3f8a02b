// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Makes text of unknown origin harmless on a terminal.
///
/// Names and messages come from manifests, and a terminal obeys what it is shown: the escape character and the carriage
/// return are shown as `^[` and `\r`, as kubectl does.
enum Escape {
  /// `text` without characters that command a terminal.
  static func terminal(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 == 0x1b || $0 == 0x0d }) else { return text }
    var harmless = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\u{1b}": harmless += "^["
      case "\r": harmless += "\\r"
      default: harmless.unicodeScalars.append(scalar)
      }
    }
    return harmless
  }

  /// `text` of one or more lines without characters that command a terminal, blanks at its ends left out.
  static func lines(_ text: String) -> String {
    var text = terminal(text)[...]
    while text.last?.isWhitespace == true { text.removeLast() }
    return String(text)
  }

  /// `text` as a cell of a table: its first line, followed by dots when there is more.
  static func cell(_ text: String) -> String {
    guard text.utf8.contains(where: { $0 < 0x20 }) else { return text }
    let scalars = text.unicodeScalars
    let end = scalars.firstIndex { $0 == "\n" || $0 == "\r" || $0 == "\u{0c}" } ?? scalars.endIndex
    let line = terminal(String(scalars[..<end])).unicodeScalars.map { $0 == "\t" ? " " : $0 }
    return String(String.UnicodeScalarView(line)) + (end < scalars.endIndex ? "..." : "")
  }
}
