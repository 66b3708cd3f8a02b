// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Controllers
import StorageAPI

/// The events of a simulation; the same thing told again is counted, not listed again (rule EV30).
struct EventLog: Sendable {
  private var notices: [(notice: Notice, count: Int64)] = []
  private var positions: [Notice: Int] = [:]

  /// Records `notice`.
  mutating func add(_ notice: Notice) {
    if let position = positions[notice] { return notices[position].count += 1 }
    positions[notice] = notices.count
    notices.append((notice, 1))
  }

  /// The events in order of their first appearance, as objects (rule EV31).
  func events(at now: Timestamp) -> [Resource] {
    notices.enumerated().map { index, entry in
      let notice = entry.notice
      let namespace = notice.regarding.namespace.isEmpty ? "default" : notice.regarding.namespace
      var about: JSONObject = [
        "apiVersion": .string(notice.regarding.kind.apiVersion), "kind": .string(notice.regarding.kind.name),
        "name": .string(notice.regarding.name), "uid": .string(notice.uid),
      ]
      if !notice.regarding.namespace.isEmpty { about["namespace"] = .string(namespace) }
      let time = JSONValue.string(now.description)
      return Resource(json: [
        "apiVersion": .string(Kind.event.apiVersion), "kind": .string(Kind.event.name),
        "metadata": [
          "name": .string(notice.regarding.name + "." + String(index + 1, radix: 16)), "namespace": .string(namespace),
        ],
        "type": .string(notice.type.rawValue), "reason": .string(notice.reason), "message": .string(notice.message),
        "count": .integer(entry.count), "firstTimestamp": time, "lastTimestamp": time,
        "source": ["component": .string(notice.source)], "involvedObject": .object(about),
      ])
    }
  }
}
