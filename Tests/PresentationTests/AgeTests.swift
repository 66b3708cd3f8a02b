// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

@Suite struct AgeTests {
  static let minute: Int64 = 60
  static let hour: Int64 = 3600
  static let day: Int64 = 86400
  static let year: Int64 = 365 * 86400

  @Test(
    "Ages are exact where it matters",
    arguments: [
      (-2, "<invalid>"), (-1, "0s"), (0, "0s"), (61, "61s"), (119, "119s"), (120, "2m"), (301, "5m1s"), (599, "9m59s"),
      (600, "10m"), (3 * hour - 1, "179m"), (3 * hour, "3h"), (3 * hour + 12 * minute, "3h12m"),
      (8 * hour - 1, "7h59m"),
      (8 * hour + 59 * minute, "8h"), (2 * day - 1, "47h"), (2 * day, "2d"), (4 * day + 2 * hour, "4d2h"),
      (8 * day - 1, "7d23h"), (8 * day + hour, "8d"), (2 * year - 1, "729d"), (2 * year, "2y"),
      (2 * year + 15 * day, "2y15d"), (8 * year - 1, "7y364d"), (8 * year + day, "8y"),
    ] as [(Int64, String)]) func text(seconds: Int64, text: String)
  {
    #expect(Age.text(seconds: seconds) == text)
  }

  @Test("A missing moment is unknown") func unknown() {
    #expect(Age.since(nil, now: now) == "<unknown>")
    #expect(Age.since(Timestamp(seconds: now.seconds - 7), now: now) == "7s")
  }
}
