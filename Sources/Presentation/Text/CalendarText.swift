// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// Moments as describe writes them (RFC 1123 with a numeric zone), in UTC.
enum CalendarText {
  private static let weekdays = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
  private static let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
  private static let missing = "Mon, 01 Jan 0001 00:00:00 +0000"

  /// `moment` as in `Tue, 14 Nov 2023 22:13:20 +0000`; a missing one as the first second of the calendar.
  static func text(_ moment: Timestamp?) -> String {
    guard let moment else { return missing }
    let day = moment.seconds >= 0 ? moment.seconds / 86400 : (moment.seconds - 86399) / 86400
    let weekday = weekdays[Int(((day % 7) + 7) % 7)]
    let iso = moment.description  // YYYY-MM-DDThh:mm:ssZ
    let fields = iso.split { $0 == "-" || $0 == "T" || $0 == "Z" }
    guard fields.count == 4, let month = Int(fields[1]), months.indices.contains(month - 1) else { return iso }
    return "\(weekday), \(fields[2]) \(months[month - 1]) \(fields[0]) \(fields[3]) +0000"
  }
}
