// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// The objects that a ``Reconciler`` has yet to look at: first come, first served, each at most once in the queue.
///
/// One turn at a time per object (rule B58): what is marked while its turn runs comes again when the turn has ended.
/// Turns that must be repeated come back after a delay that doubles from one second to two minutes (rule R9).
struct WorkQueue: Sendable {
  /// One object in the eyes of one decider.
  struct Item: Sendable, Hashable {
    let decider: Int
    let key: ObjectKey
  }

  private static let longestDelay: Int64 = 120

  private var waiting: [Item] = []
  private var head = 0
  private var queued: Set<Item> = []
  private var running: Set<ObjectKey> = []
  private var held: [ObjectKey: [Item]] = [:]
  private var failures: [Item: Int] = [:]
  private var delayed: [Item: Timestamp] = [:]

  /// Whether there is nothing to do until time passes or something changes.
  var isEmpty: Bool { queued.isEmpty && running.isEmpty }

  /// When the first delayed item is due, or nil when none is.
  var nextDue: Timestamp? { delayed.values.min() }

  /// Puts `item` at the end unless it is in the queue already.
  mutating func add(_ item: Item) {
    delayed[item] = nil
    guard queued.insert(item).inserted else { return }
    waiting.append(item)
  }

  /// The next item whose object has no turn running; its turn runs until ``finish(_:retry:at:)``.
  mutating func next(at now: Timestamp) -> Item? {
    if !delayed.isEmpty { addDue(at: now) }
    while head < waiting.count {
      let item = waiting[head]
      head += 1
      if running.contains(item.key) {
        held[item.key, default: []].append(item)
        continue
      }
      queued.remove(item)
      running.insert(item.key)
      forgetServed()
      return item
    }
    forgetServed()
    return nil
  }

  /// Ends the turn of `item`; with `retry` it comes back after a delay.
  mutating func finish(_ item: Item, retry: Bool, at now: Timestamp) {
    running.remove(item.key)
    waiting.append(contentsOf: held.removeValue(forKey: item.key) ?? [])
    guard retry else { return failures[item] = nil }
    let failed = failures[item, default: 0]
    failures[item] = failed + 1
    guard !queued.contains(item) else { return }
    delayed[item] = Timestamp(seconds: now.seconds + min(Self.longestDelay, 1 << Int64(min(failed, 7))))
  }

  private mutating func addDue(at now: Timestamp) {
    let due = delayed.filter { $0.value <= now }.keys
    for item in due.sorted(by: { ($0.decider, $0.key.description) < ($1.decider, $1.key.description) }) { add(item) }
  }

  private mutating func forgetServed() {
    guard head == waiting.count || head > 4096 else { return }
    waiting.removeFirst(head)
    head = 0
  }
}
