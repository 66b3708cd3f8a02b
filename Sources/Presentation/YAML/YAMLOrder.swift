// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

/// The order of keys in kubectl's YAML: letters after all else, and numbers within a key by their value (`a2` before `a10`).
enum YAMLOrder {
  /// `members`, which come sorted by their bytes, in this order; nearly always it is the same.
  static func sorted(_ members: [JSONObject.Member]) -> [JSONObject.Member] {
    let isSorted = zip(members, members.dropFirst()).allSatisfy { precedes($0.key, $1.key) }
    return isSorted ? members : members.sorted { precedes($0.key, $1.key) }
  }

  /// Whether `left` comes before `right`.
  static func precedes(_ left: String, _ right: String) -> Bool {
    for (a, b) in zip(left.utf8, right.utf8) where a != b {
      if isLetter(a) && isLetter(b) { return a < b }
      break
    }
    return precedesSlowly(left, right)
  }

  private static func isLetter(_ byte: UInt8) -> Bool { (0x61...0x7a).contains(byte | 0x20) }

  private static func precedesSlowly(_ left: String, _ right: String) -> Bool {
    let a = Array(left.unicodeScalars)
    let b = Array(right.unicodeScalars)
    guard let at = (0..<min(a.count, b.count)).first(where: { a[$0] != b[$0] }) else { return a.count < b.count }
    let (isLetterA, isLetterB) = (a[at].properties.isAlphabetic, b[at].properties.isAlphabetic)
    if isLetterA && isLetterB { return a[at] < b[at] }
    if isLetterA || isLetterB { return isLetterB }
    // A zero that follows digits is one of theirs: 10 and 11 part at their last digit, but 1 is not less than 0 there.
    let followsNumber =
      (a[at] == "0" || b[at] == "0")
      && a[..<at].reversed().prefix { digit($0) != nil }.contains { $0 != "0" }
    let (runA, runB) = (digits(a, from: at), digits(b, from: at))
    let (valueA, valueB) = (number(runA, after: followsNumber), number(runB, after: followsNumber))
    if valueA != valueB { return valueA < valueB }
    if runA.count != runB.count { return runA.count < runB.count }
    return a[at] < b[at]
  }

  private static func digit(_ scalar: Unicode.Scalar) -> UInt64? {
    ("0"..."9").contains(scalar) ? UInt64(scalar.value - 0x30) : nil
  }

  private static func digits(_ scalars: [Unicode.Scalar], from start: Int) -> [UInt64] {
    var run: [UInt64] = []
    for scalar in scalars[start...] {
      guard let digit = digit(scalar) else { break }
      run.append(digit)
    }
    return run
  }

  private static func number(_ run: [UInt64], after followsNumber: Bool) -> UInt64 {
    run.reduce(followsNumber ? 1 : 0) { $0 &* 10 &+ $1 }
  }
}
