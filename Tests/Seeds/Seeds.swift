// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc

/// The seeds of random tests: always the same ones, unless `ORLOP_SEED` says where to begin.
///
/// `hack/soak random` runs the random tests with new ones again and again; a failure names its seed, and `ORLOP_SEED=<seed>`
/// repeats it.
public enum Seeds {
  /// What `ORLOP_SEED` says, or else `value`.
  public static func base(ifNone value: UInt64) -> UInt64 {
    getenv("ORLOP_SEED").flatMap { UInt64(String(cString: $0)) } ?? value
  }

  /// `count` seeds that follow each other, from `ORLOP_SEED` on or else from 1.
  public static func run(of count: Int) -> [UInt64] {
    let first = base(ifNone: 1)
    return (0..<UInt64(count)).map { first &+ $0 }
  }
}
