// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// The objects that a Reconciler has yet to look at: first come, first served, each at most once in the queue.
///
/// One turn at a time per object (rule B58): what is marked while its turn runs comes again when the turn has ended.
/// Turns that must be repeated come back after a delay that doubles from one second to two minutes (rule R9).
struct WorkQueue: Sendable {
  /// A set of deciders, by their places in the Reconciler's list.
  struct Deciders: Sendable, Hashable {
    private var bits: UInt64
    /// The one that looked last: those behind it come first, so that nobody looks twice before all have looked.
    private var last = -1

    /// The set of `places`, each below 64.
    init(_ places: some Sequence<Int>) { bits = places.reduce(0) { $0 | 1 << UInt64($1) } }

    /// Whether nobody is in the set.
    var isEmpty: Bool { bits == 0 }

    /// Adds those of `other`.
    mutating func formUnion(_ other: Deciders) { bits |= other.bits }

    /// Takes the next one out; the set must not be empty.
    mutating func removeNext() -> Int {
      let behind = last < 63 ? bits & (~0 << UInt64(last + 1)) : 0
      let next = (behind == 0 ? bits : behind).trailingZeroBitCount
      bits &= ~(1 << UInt64(next))
      return next
    }

    /// Notes that `decider` has looked.
    mutating func hasLooked(_ decider: Int) { last = decider }
  }

  /// One object in the eyes of one decider.
  struct Item: Sendable, Hashable {
    let decider: Int
    let key: ObjectKey
  }

  private static let longestDelay: Int64 = 120

  private var waiting: [ObjectKey] = []
  private var head = 0
  private var pending: [ObjectKey: Deciders] = [:]
  private var running: Set<ObjectKey> = []
  private var failures: [Item: Int] = [:]
  private var delayed: [Item: Timestamp] = [:]

  /// Whether there is nothing to do until time passes or something changes.
  var isEmpty: Bool { pending.isEmpty && running.isEmpty }

  /// When the first delayed item is due, or nil when none is.
  var nextDue: Timestamp? { delayed.values.min() }

  /// Puts `key` at the end for `deciders`; where it is in the queue already, only they are added.
  mutating func add(_ key: ObjectKey, for deciders: Deciders) {
    if pending[key]?.formUnion(deciders) != nil { return }
    pending[key] = deciders
    if !running.contains(key) { waiting.append(key) }
  }

  /// The next item whose object has no turn running; its turn runs until ``finish(_:retry:at:)``.
  mutating func next(at now: Timestamp) -> Item? {
    if !delayed.isEmpty { addDue(at: now) }
    guard head < waiting.count else { return nil }
    let key = waiting[head]
    head += 1
    if head == waiting.count || head > 4096 {
      waiting.removeFirst(head)
      head = 0
    }
    guard var deciders = pending.removeValue(forKey: key) else { return nil }
    let item = Item(decider: deciders.removeNext(), key: key)
    if !deciders.isEmpty { pending[key] = deciders }
    if !delayed.isEmpty { delayed[item] = nil }
    running.insert(key)
    return item
  }

  /// Ends the turn of `item`; with `retry` it comes back after a delay. What its object still needs comes next.
  mutating func finish(_ item: Item, retry: Bool, at now: Timestamp) {
    running.remove(item.key)
    if pending[item.key]?.hasLooked(item.decider) != nil { waiting.append(item.key) }
    guard retry else {
      if !failures.isEmpty { failures[item] = nil }
      return
    }
    let failed = failures[item, default: 0]
    failures[item] = failed + 1
    delayed[item] = Timestamp(seconds: now.seconds + min(Self.longestDelay, 1 << Int64(min(failed, 7))))
  }

  private mutating func addDue(at now: Timestamp) {
    let due = delayed.filter { $0.value <= now }.keys
    for item in due.sorted(by: { ($0.decider, $0.key.description) < ($1.decider, $1.key.description) }) {
      delayed[item] = nil
      add(item.key, for: Deciders([item.decider]))
    }
  }
}
