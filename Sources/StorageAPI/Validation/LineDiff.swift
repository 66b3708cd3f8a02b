// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The difference of two texts, line by line.
public enum LineDiff {
  private static let context = 3
  /// Beyond this many comparisons all lines between the first and the last difference count as changed.
  private static let mostComparisons = 4_000_000

  private enum Edit: Equatable {
    case keep(String)
    case remove(String)
    case insert(String)
  }

  /// What makes `new` of `old` as a unified diff with three lines of context, without file names.
  public static func unified(_ old: [String], _ new: [String]) -> String {
    let edits = edits(old, new)
    let changes = edits.indices.filter { if case .keep = edits[$0] { false } else { true } }
    var hunks: [Range<Int>] = []
    for change in changes {
      let range = max(0, change - context)..<min(edits.count, change + context + 1)
      if let last = hunks.last, range.lowerBound <= last.upperBound {
        hunks[hunks.count - 1] = last.lowerBound..<range.upperBound
      } else {
        hunks.append(range)
      }
    }
    return hunks.map { text(of: $0, in: edits) }.joined()
  }

  private static func text(of hunk: Range<Int>, in edits: [Edit]) -> String {
    func counts(_ edits: ArraySlice<Edit>) -> (old: Int, new: Int) {
      edits.reduce(into: (0, 0)) { counts, edit in
        switch edit {
        case .keep:
          counts.0 += 1
          counts.1 += 1
        case .remove: counts.0 += 1
        case .insert: counts.1 += 1
        }
      }
    }
    let before = counts(edits[..<hunk.lowerBound])
    let inside = counts(edits[hunk])
    var text = "@@ -\(before.old + 1),\(inside.old) +\(before.new + 1),\(inside.new) @@\n"
    for edit in edits[hunk] {
      switch edit {
      case .keep(let line): text += " " + line + "\n"
      case .remove(let line): text += "-" + line + "\n"
      case .insert(let line): text += "+" + line + "\n"
      }
    }
    return text
  }

  private static func edits(_ old: [String], _ new: [String]) -> [Edit] {
    let head = zip(old, new).prefix { $0 == $1 }.count
    let tail = min(zip(old.reversed(), new.reversed()).prefix { $0 == $1 }.count, min(old.count, new.count) - head)
    let a = Array(old[head..<(old.count - tail)])
    let b = Array(new[head..<(new.count - tail)])
    return old[..<head].map(Edit.keep) + middle(a, b) + old[(old.count - tail)...].map(Edit.keep)
  }

  /// The edits by the longest common subsequence, removals before insertions.
  private static func middle(_ a: [String], _ b: [String]) -> [Edit] {
    guard a.count * b.count <= mostComparisons else { return a.map(Edit.remove) + b.map(Edit.insert) }
    let width = b.count + 1
    var longest = [Int](repeating: 0, count: (a.count + 1) * width)
    for i in a.indices.reversed() {
      for j in b.indices.reversed() {
        longest[i * width + j] =
          a[i] == b[j]
          ? longest[(i + 1) * width + j + 1] + 1
          : max(longest[(i + 1) * width + j], longest[i * width + j + 1])
      }
    }
    var edits: [Edit] = []
    var i = 0
    var j = 0
    while i < a.count || j < b.count {
      if i < a.count, j < b.count, a[i] == b[j] {
        edits.append(.keep(a[i]))
        i += 1
        j += 1
      } else if i < a.count, j == b.count || longest[(i + 1) * width + j] >= longest[i * width + j + 1] {
        edits.append(.remove(a[i]))
        i += 1
      } else {
        edits.append(.insert(b[j]))
        j += 1
      }
    }
    return edits
  }
}
