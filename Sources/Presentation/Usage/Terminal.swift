// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What the place that text is written to can show.
public struct Terminal: Sendable, Hashable {
  /// Whether a person looks at it, so that bars and progress make sense.
  public let isTerminal: Bool
  /// The characters in a line.
  public let width: Int
  /// Whether colours may be used.
  public let hasColours: Bool

  /// A file or a pipe: no bars, no progress, no colours.
  public static let none = Terminal(isTerminal: false, environment: [:])

  /// The place described; `environment` may forbid colours (`NO_COLOR` not empty, or `TERM=dumb`).
  public init(isTerminal: Bool, width: Int = 80, environment: [String: String]) {
    self.isTerminal = isTerminal
    self.width = max(20, width)
    hasColours = isTerminal && (environment["NO_COLOR"] ?? "").isEmpty && environment["TERM"] != "dumb"
  }

  /// A colour with a meaning.
  public enum Colour: Int, Sendable { case bad = 31, good = 32, doubtful = 33 }

  /// `text` in `colour` where there are colours.
  public func paint(_ text: String, _ colour: Colour) -> String {
    hasColours ? "\u{1b}[\(colour.rawValue)m\(text)\u{1b}[0m" : text
  }
}
