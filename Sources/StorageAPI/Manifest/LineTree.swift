// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// On which line of a text each value of a document begins.
indirect enum LineTree: Sendable {
  case leaf(line: Int)
  case object(line: Int, [(key: String, value: LineTree)])
  case array(line: Int, [LineTree])

  /// The line where the value (of a member: its key) begins, counted from 1.
  var line: Int {
    switch self {
    case .leaf(let line), .object(let line, _), .array(let line, _): line
    }
  }

  /// The line of `field`, written as in ``FieldPath``, or of the closest value around it that is there.
  func line(of field: Substring) -> Int {
    let rest = field.first == "." ? field.dropFirst() : field
    guard !rest.isEmpty else { return line }
    switch self {
    case .leaf: return line
    case .array(_, let elements):
      guard let (name, after) = Self.bracketed(rest), let index = Int(name), elements.indices.contains(index) else {
        return line
      }
      return elements[index].line(of: after)
    case .object(_, let members):
      if let (name, after) = Self.bracketed(rest) {
        return members.first { $0.key == name }?.value.line(of: after) ?? line
      }
      // Keys may hold dots: the longest one that the path begins with is meant.
      let candidates = members.filter { Self.begins(rest, with: $0.key) }
      guard let member = candidates.max(by: { $0.key.utf8.count < $1.key.utf8.count }) else { return line }
      return member.value.line(of: rest.dropFirst(member.key.count))
    }
  }

  private static func begins(_ path: Substring, with key: String) -> Bool {
    guard path.hasPrefix(key) else { return false }
    let next = path.dropFirst(key.count).first
    return next == nil || next == "." || next == "["
  }

  private static func bracketed(_ path: Substring) -> (name: Substring, after: Substring)? {
    guard path.first == "[", let end = path.firstIndex(of: "]") else { return nil }
    return (path[path.index(after: path.startIndex)..<end], path[path.index(after: end)...])
  }
}
