// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// When an event happened, whichever of its fields tell so, and how often (rule EV30).
struct EventTimes {
  let json: JSONObject

  private var eventTime: Timestamp? { Timestamp(json.string("eventTime")) }
  private var firstTimestamp: Timestamp? { Timestamp(json.string("firstTimestamp")) }
  private var lastTimestamp: Timestamp? { Timestamp(json.string("lastTimestamp")) }
  private var lastOfSeries: Timestamp? { Timestamp(json.string("series", "lastObservedTime")) }

  /// When it happened last, for sorting.
  var last: Timestamp? { lastOfSeries ?? lastTimestamp ?? eventTime ?? firstTimestamp }

  /// How often it happened.
  var count: Int64 { max(1, json.integer("series", "count") ?? json.integer("count") ?? 1) }

  func firstSeen(now: Timestamp) -> String { Age.since(firstTimestamp ?? eventTime, now: now) }
  func lastSeen(now: Timestamp) -> String { Age.since(last, now: now) }

  /// The age in describe: `51s`, or `11s (x3 over 51s)` for what happened more than once.
  func summary(now: Timestamp) -> String {
    let first = Age.since(eventTime ?? firstTimestamp, now: now)
    return count > 1 ? "\(lastSeen(now: now)) (x\(count) over \(first))" : first
  }
}

extension Event {
  /// The message without blanks around it.
  var trimmedMessage: String {
    let scalars = message.unicodeScalars
    guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
      let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
    else { return "" }
    return String(scalars[first...last])
  }
}
