// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// How long ago something was, in kubectl's words: exact where it matters, short where it does not.
public enum Age {
  private static let hoursADay: Int64 = 24
  private static let hoursAYear: Int64 = 365 * 24

  /// The time from `moment` to `now`, or `<unknown>` when there is no moment.
  public static func since(_ moment: Timestamp?, now: Timestamp) -> String {
    moment.map { text(seconds: now.seconds - $0.seconds) } ?? "<unknown>"
  }

  /// A span of `seconds`: `61s`, `5m1s`, `3h12m`, `4d2h`, `2y15d`. Clocks may differ by a second; more is `<invalid>`.
  public static func text(seconds: Int64) -> String {
    let minutes = seconds / 60
    let hours = seconds / 3600
    let days = hours / hoursADay
    switch seconds {
    case ..<(-1): return "<invalid>"
    case -1: return "0s"
    case ..<120: return "\(seconds)s"
    case ..<600: return pair(minutes, "m", seconds % 60, "s")
    case ..<(3 * 3600): return "\(minutes)m"
    case ..<(8 * 3600): return pair(hours, "h", minutes % 60, "m")
    case ..<(48 * 3600): return "\(hours)h"
    case ..<(8 * hoursADay * 3600): return pair(days, "d", hours % hoursADay, "h")
    case ..<(2 * hoursAYear * 3600): return "\(days)d"
    case ..<(8 * hoursAYear * 3600): return pair(days / 365, "y", days % 365, "d")
    default: return "\(days / 365)y"
    }
  }

  private static func pair(_ large: Int64, _ largeUnit: String, _ small: Int64, _ smallUnit: String) -> String {
    small == 0 ? "\(large)\(largeUnit)" : "\(large)\(largeUnit)\(small)\(smallUnit)"
  }
}
