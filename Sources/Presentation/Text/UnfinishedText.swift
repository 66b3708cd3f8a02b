// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// What a change has not brought about, in few lines however many objects it is about.
public enum UnfinishedText {
  /// How many objects of one kind, in one state and for one reason, have lines of their own.
  static let most = 10

  /// An object that is not what its manifest asks for.
  public struct Item: Sendable, Hashable {
    /// Its kind.
    public var kind: Kind
    /// Its name.
    public var name: String
    /// Where it has got to, such as `Pending`.
    public var state: String
    /// Why it does not get further; nil when nobody has said.
    public var reason: String?

    /// The object `name`, which is in `state`.
    public init(kind: Kind, name: String, state: String, reason: String? = nil) {
      self.kind = kind
      self.name = name
      self.state = state
      self.reason = reason
    }
  }

  private struct Sort: Hashable {
    let kind: Kind
    let state: String
    let reason: String?
  }

  /// A line for each of `items` and where to read more; of those that are alike, after the first ten one line for all others.
  public static func lines(_ items: [Item]) -> [String] {
    var order: [Sort] = []
    var groups: [Sort: [Item]] = [:]
    for item in items {
      let sort = Sort(kind: item.kind, state: item.state, reason: item.reason)
      if groups[sort] == nil { order.append(sort) }
      groups[sort, default: []].append(item)
    }
    return order.flatMap { sort in lines(groups[sort] ?? [], sort) }
  }

  private static func lines(_ items: [Item], _ sort: Sort) -> [String] {
    let reason = sort.reason.map { ": " + Escape.lines($0) } ?? ""
    let kind = sort.kind.singular
    var lines = items.prefix(most).map { item in
      "\(kind)/\(item.name) is \(sort.state)\(reason); see `orlop describe \(kind) \(item.name)`"
    }
    let rest = items.count - lines.count
    if rest > 0 {
      let word = word(for: sort.kind, rest)
      lines.append(
        "… and \(rest) more \(word) \(rest == 1 ? "is" : "are") \(sort.state)\(reason); see `orlop get \(kind)`")
    }
    return lines
  }

  /// What `count` objects of `kind` are called in a sentence.
  private static func word(for kind: Kind, _ count: Int) -> String {
    let singular = kind == .persistentVolumeClaim ? "claim" : kind.singular
    let plural = kind == .persistentVolumeClaim ? "claims" : kind.plural
    return count == 1 ? singular : plural
  }
}
