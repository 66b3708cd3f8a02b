// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A sorted collection in blocks of bounded size: to insert, to remove and to find cost about log n each, however many
/// elements there are.
struct SortedBlocks<Element: Comparable & Sendable>: Sendable {
  private static var capacity: Int { 256 }
  private var blocks: [[Element]] = []

  /// Whether there is no element.
  var isEmpty: Bool { blocks.isEmpty }

  /// Puts `element` where it belongs.
  mutating func insert(_ element: Element) {
    guard !blocks.isEmpty else { return blocks.append([element]) }
    let block = min(firstBlock { $0 < element }, blocks.count - 1)
    blocks[block].insert(element, at: Self.position(in: blocks[block]) { $0 < element })
    if blocks[block].count > Self.capacity { split(block) }
  }

  /// Takes `element` out if it is in.
  mutating func remove(_ element: Element) {
    let block = firstBlock { $0 < element }
    guard block < blocks.count else { return }
    let position = Self.position(in: blocks[block]) { $0 < element }
    guard blocks[block][position] == element else { return }
    blocks[block].remove(at: position)
    if blocks[block].isEmpty { blocks.remove(at: block) }
  }

  /// The first element, in order, for which `isBefore` is false and `isWanted` is true; `isBefore` must be true for a first
  /// part of the elements and false for the rest.
  func first(notBefore isBefore: (Element) -> Bool, where isWanted: (Element) -> Bool) -> Element? {
    var block = firstBlock(where: isBefore)
    guard block < blocks.count else { return nil }
    var position = Self.position(in: blocks[block], where: isBefore)
    while block < blocks.count {
      if let found = blocks[block][position...].first(where: isWanted) { return found }
      (block, position) = (block + 1, 0)
    }
    return nil
  }

  /// The first block whose last element is not before.
  private func firstBlock(where isBefore: (Element) -> Bool) -> Int {
    var low = 0
    var high = blocks.count
    while low < high {
      let middle = (low + high) / 2
      if blocks[middle].last.map(isBefore) ?? true { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static func position(in block: [Element], where isBefore: (Element) -> Bool) -> Int {
    var low = 0
    var high = block.count
    while low < high {
      let middle = (low + high) / 2
      if isBefore(block[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private mutating func split(_ block: Int) {
    let half = blocks[block].count / 2
    let upper = Array(blocks[block][half...])
    blocks[block].removeSubrange(half...)
    blocks.insert(upper, at: block + 1)
  }
}
