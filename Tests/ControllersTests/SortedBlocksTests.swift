// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Seeds
import Testing

@testable import Controllers

/// The sorted collection behind the search for volumes.
struct SortedBlocksTests {
  @Test("It holds what a sorted array holds, whatever goes in and out", arguments: Seeds.run(of: 10))
  func agreesWithArray(seed: UInt64) {
    var random = SeededRandom(seed: seed)
    var blocks = SortedBlocks<Int>()
    var array: [Int] = []
    for _ in 0..<3000 {
      let value = random.below(2000)
      if random.below(3) == 0 {
        blocks.remove(value)
        if let index = array.firstIndex(of: value) { array.remove(at: index) }
      } else {
        blocks.insert(value)
        array.append(value)
      }
      let bound = random.below(2000)
      let found = blocks.first(notBefore: { $0 < bound }, where: { $0 % 3 == 0 })
      #expect(found == array.filter { $0 >= bound && $0 % 3 == 0 }.min(), "seed \(seed)")
    }
    for value in array { blocks.remove(value) }
    #expect(blocks.isEmpty)
  }
}
