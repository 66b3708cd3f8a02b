// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A share drawn with block characters.
public enum Bar {
  private static let eighths: [Character] = [" ", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]

  /// `share` of a whole as `cells` characters, exact to an eighth of one; less than 0 is nothing and more than 1 all.
  public static func text(_ share: Double, cells: Int) -> String {
    let share = share.isFinite ? min(max(share, 0), 1) : 0
    let filled = Int((share * Double(cells) * 8).rounded())
    let partial = filled % 8 == 0 ? "" : String(eighths[filled % 8])
    let full = String(repeating: "█", count: filled / 8)
    return full + partial + String(repeating: "░", count: cells - full.count - partial.count)
  }
}
