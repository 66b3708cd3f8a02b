// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A moment in UTC, in whole seconds, as the API writes it (RFC 3339).
public struct Timestamp: Sendable, Hashable, Comparable, CustomStringConvertible {
  /// Seconds since 1970-01-01T00:00:00Z.
  public let seconds: Int64

  /// The moment `seconds` after 1970-01-01T00:00:00Z.
  public init(seconds: Int64) { self.seconds = seconds }

  /// The moment that `text` says, with a fraction or an offset if it has one; nil when it is no RFC 3339 time.
  public init?(_ text: String) {
    let bytes = Array(text.utf8)
    guard bytes.count >= 20, bytes[4] == 0x2d, bytes[7] == 0x2d, bytes[10] | 0x20 == 0x74, bytes[13] == 0x3a,
      bytes[16] == 0x3a
    else { return nil }
    func digits(_ range: Range<Int>) -> Int64? {
      bytes[range].reduce(Int64?.some(0)) { sum, byte in
        guard let sum, (0x30...0x39).contains(byte) else { return nil }
        return sum * 10 + Int64(byte - 0x30)
      }
    }
    guard let year = digits(0..<4), let month = digits(5..<7), let day = digits(8..<10), let hour = digits(11..<13),
      let minute = digits(14..<16), let second = digits(17..<19), (1...12).contains(month), (1...31).contains(day),
      hour < 24, minute < 60, second < 61
    else { return nil }
    var at = 19
    if bytes[at] == 0x2e {
      at += 1
      while at < bytes.count, (0x30...0x39).contains(bytes[at]) { at += 1 }
    }
    var offset: Int64 = 0
    if at + 1 == bytes.count, bytes[at] | 0x20 == 0x7a {
    } else if at + 6 == bytes.count, bytes[at] == 0x2b || bytes[at] == 0x2d, bytes[at + 3] == 0x3a,
      let hours = digits(at + 1..<at + 3), let minutes = digits(at + 4..<at + 6)
    {
      offset = (hours * 3600 + minutes * 60) * (bytes[at] == 0x2b ? 1 : -1)
    } else {
      return nil
    }
    seconds = Self.days(year, month, day) * 86400 + hour * 3600 + minute * 60 + second - offset
  }

  /// Days from 1970-01-01 to the given day of the Gregorian calendar, counting years from March.
  private static func days(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let era = (y >= 0 ? y : y - 399) / 400
    let yearOfEra = y - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    return era * 146097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719468
  }

  /// The moment as in `2026-11-21T13:00:00Z`.
  public var description: String {
    let day = Int64((Double(seconds) / 86400).rounded(.down))
    let rest = seconds - day * 86400
    let shifted = day + 719468
    let era = (shifted >= 0 ? shifted : shifted - 146096) / 146097
    let dayOfEra = shifted - era * 146097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36524 - dayOfEra / 146096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    func padded(_ value: Int64, _ width: Int = 2) -> String {
      let text = String(value)
      return String(repeating: "0", count: max(0, width - text.count)) + text
    }
    let date = [padded(year, 4), padded(month), padded(dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)]
    let time = [padded(rest / 3600), padded(rest / 60 % 60), padded(rest % 60)]
    return date.joined(separator: "-") + "T" + time.joined(separator: ":") + "Z"
  }

  /// Whether `left` is the earlier moment.
  public static func < (left: Timestamp, right: Timestamp) -> Bool { left.seconds < right.seconds }
}
