// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import Presentation
import StorageAPI

/// Tells a person who waits for many objects how many are done, on a line of standard error that goes when the work has ended.
///
/// Nothing is told, and nothing is counted, where no person looks or where there are few objects.
struct Progress: Sendable {
  /// So many objects are worth a line.
  private static let fewest = 10
  /// How often they are counted.
  private static let interval = Duration.milliseconds(100)

  /// What the objects are to become.
  enum Goal: Sendable { case ready, gone }

  private let client: LocalClient
  private let goal: Goal
  /// The objects that count, by kind.
  private let wanted: [Kind: Set<ObjectKey>]

  /// The progress of `keys` towards `goal`.
  init(of keys: [ObjectKey], to goal: Goal, _ client: LocalClient) {
    self.client = client
    self.goal = goal
    let counted = keys.filter { goal == .gone || $0.kind == .persistentVolumeClaim || $0.kind == .pod }
    wanted = Dictionary(grouping: counted, by: \.kind).mapValues(Set.init)
  }

  /// Does `work`, with the line shown meanwhile.
  func tell(during work: @Sendable @escaping () async throws -> Void) async throws {
    guard Terminal.complaints.isTerminal, count(wanted) >= Self.fewest else { return try await work() }
    try await withThrowingTaskGroup(of: Bool.self) { group in
      group.addTask {
        try await work()
        return true
      }
      group.addTask {
        await follow()
        return false
      }
      defer { group.cancelAll() }
      while let isWork = try await group.next(), !isWork {}
    }
  }

  /// Shows what the store says, time and again, until the task is cancelled.
  private func follow() async {
    var line = ProgressLine(on: .complaints)
    var done: [Kind: Set<ObjectKey>] = [:]
    var versions: [Kind: Int64] = [:]
    while !Task.isCancelled {
      for kind in wanted.keys {
        (done[kind], versions[kind]) = await look(kind, done[kind] ?? [], after: versions[kind])
      }
      Output.put(line.update(text(done), done: count(done), of: count(wanted)), on: .complaints)
      try? await Task.sleep(for: Self.interval)
    }
    Output.put(line.clear(), on: .complaints)
  }

  /// Those of `kind` that are done now, when `done` were at `version`, and the version of now. Without a version, or when it is too
  /// long ago, all are looked at.
  private func look(
    _ kind: Kind, _ done: Set<ObjectKey>, after version: Int64?
  ) async -> (done: Set<ObjectKey>, version: Int64?) {
    let wanted = wanted[kind] ?? []
    var done = done
    if let version, let news = try? await client.changes(of: kind, after: version) {
      for change in news.changes {
        guard let key = change.object.key, wanted.contains(key) else { continue }
        if isDone(change.kind == .deleted ? nil : change.object) { done.insert(key) } else { done.remove(key) }
      }
      return (done, news.version)
    }
    guard let listing = try? await client.list(kind, namespace: nil) else { return (done, nil) }
    let objects = Dictionary(listing.objects.map { ($0.key, $0) }) { $1 }
    return (wanted.filter { isDone(objects[$0]) }, listing.version)
  }

  private func isDone(_ object: Resource?) -> Bool {
    switch goal {
    case .ready: object.map { ["Bound", "Running"].contains($0.json.string("status", "phase")) } ?? false
    case .gone: object == nil
    }
  }

  private func count(_ keys: [Kind: Set<ObjectKey>]) -> Int { keys.values.reduce(0) { $0 + $1.count } }

  /// `312 of 1000 claims bound, 3 of 40 pods running`.
  private func text(_ done: [Kind: Set<ObjectKey>]) -> String {
    Kind.all.compactMap { kind in
      guard let all = wanted[kind] else { return nil }
      let words =
        switch (goal, kind) {
        case (.gone, .persistentVolumeClaim): "claims gone"
        case (.gone, _): "\(kind.plural) gone"
        case (.ready, .pod): "pods running"
        case (.ready, _): "claims bound"
        }
      return "\(done[kind]?.count ?? 0) of \(all.count) \(words)"
    }.joined(separator: ", ")
  }
}
