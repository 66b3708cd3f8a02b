// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The members of a JSON object, kept in the order of their keys.
///
/// Sorted because that is how Kubernetes' tools print objects, and because equal objects then have equal members. Objects
/// of manifests are small: a sorted array beats a hash table in time and memory.
public struct JSONObject: Sendable, Hashable {
  /// One key and its value.
  public struct Member: Sendable, Hashable {
    /// The key; unique in its object.
    public let key: String
    /// The value of the key.
    public var value: JSONValue

    /// The member `key: value`.
    public init(key: String, value: JSONValue) {
      self.key = key
      self.value = value
    }
  }

  /// The members, sorted by key.
  public private(set) var members: [Member]

  /// The empty object.
  public init() { members = [] }

  /// The object of `pairs`; of equal keys the last one counts.
  public init(_ pairs: some Sequence<(String, JSONValue)>) {
    self.init(members: pairs.map { Member(key: $0.0, value: $0.1) })
  }

  /// The object of `members` in any order; of equal keys the last one counts.
  public init(members unsorted: [Member]) {
    members = unsorted
    guard !Self.isStrictlySorted(unsorted) else { return }
    members.sort { $0.key < $1.key }  // stable: equal keys stay in the order given
    var kept: [Member] = []
    kept.reserveCapacity(members.count)
    for member in members {
      if kept.last?.key == member.key { kept.removeLast() }
      kept.append(member)
    }
    members = kept
  }

  /// The object with one string member for each entry of `strings`.
  public init(strings: [String: String]) {
    self.init(members: strings.map { Member(key: $0.key, value: .string($0.value)) })
  }

  private static func isStrictlySorted(_ members: [Member]) -> Bool {
    guard var previous = members.first else { return true }
    for member in members.dropFirst() {
      guard previous.key < member.key else { return false }
      previous = member
    }
    return true
  }

  /// Whether there is no member.
  public var isEmpty: Bool { members.isEmpty }

  /// The number of members.
  public var count: Int { members.count }

  /// The keys, sorted.
  public var keys: [String] { members.map(\.key) }

  private func position(of key: String) -> (index: Int, found: Bool) {
    var low = 0
    var high = members.count
    while low < high {
      let middle = (low + high) / 2
      if members[middle].key < key { low = middle + 1 } else { high = middle }
    }
    return (low, low < members.count && members[low].key == key)
  }

  /// The value of `key`; setting nil removes the member.
  public subscript(key: String) -> JSONValue? {
    get {
      let (index, found) = position(of: key)
      // Not `?:`, which would read `nil` as JSON's null.
      guard found else { return Optional.none }
      return members[index].value
    }
    set {
      let (index, found) = position(of: key)
      switch (newValue, found) {
      case (let value?, true): members[index].value = value
      case (let value?, false): members.insert(Member(key: key, value: value), at: index)
      case (nil, true): members.remove(at: index)
      case (nil, false): break
      }
    }
  }
}

extension JSONObject: ExpressibleByDictionaryLiteral {
  /// The object of the members written; of equal keys the last one counts.
  public init(dictionaryLiteral elements: (String, JSONValue)...) { self.init(elements) }
}

// MARK: - Paths

extension JSONObject {
  /// The value at the end of `path`, or nil when a step of it is missing or no object.
  public func value(_ path: String...) -> JSONValue? { value(at: path[...]) }

  /// The value at the end of `path`, or nil when a step of it is missing or no object.
  public func value(at path: ArraySlice<String>) -> JSONValue? {
    guard let key = path.first, let value = self[key] else { return nil }
    return path.count == 1 ? value : value.object?.value(at: path.dropFirst())
  }

  /// Puts `value` at the end of `path`, making the objects on the way; nil removes what is there and makes nothing.
  public mutating func set(_ value: JSONValue?, _ path: String...) { set(value, at: path[...]) }

  /// Puts `value` at the end of `path`, making the objects on the way; nil removes what is there and makes nothing.
  public mutating func set(_ value: JSONValue?, at path: ArraySlice<String>) {
    guard let key = path.first else { return }
    guard path.count > 1 else { return self[key] = value }
    guard self[key]?.object != nil || value != nil else { return }
    var inner = self[key]?.object ?? JSONObject()
    self[key] = .null  // lets `inner` be the only owner, so that it is changed in place
    inner.set(value, at: path.dropFirst())
    self[key] = .object(inner)
  }

  /// The string at `path`, or "" when there is none.
  public func string(_ path: String...) -> String { value(at: path[...])?.string ?? "" }

  /// The string at `path`, or nil when there is none.
  public func optionalString(_ path: String...) -> String? { value(at: path[...])?.string }

  /// The truth value at `path`, or false when there is none.
  public func flag(_ path: String...) -> Bool { value(at: path[...])?.bool ?? false }

  /// The whole number at `path`, or nil when there is none.
  public func integer(_ path: String...) -> Int64? { value(at: path[...])?.integer }

  /// The strings of the array at `path`; empty when there is none.
  public func strings(_ path: String...) -> [String] { value(at: path[...])?.array?.compactMap(\.string) ?? [] }

  /// The objects of the array at `path`; empty when there is none.
  public func objects(_ path: String...) -> [JSONObject] { value(at: path[...])?.array?.compactMap(\.object) ?? [] }

  /// The object at `path`, or nil when there is none.
  public func object(_ path: String...) -> JSONObject? { value(at: path[...])?.object }

  /// The string members of the object at `path`; empty when there is none.
  public func stringMap(_ path: String...) -> [String: String] {
    var map: [String: String] = [:]
    for member in value(at: path[...])?.object?.members ?? [] { map[member.key] = member.value.string }
    return map
  }
}
