// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import ParserTrials
import Seeds
import StorageAPI
import Testing

@Suite("Parsers keep their word, whatever they are given") struct ParserTrialTests {
  private static let seed = Seeds.base(ifNone: 20_261_121)

  /// The seconds that this thread has computed.
  private func seconds() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }

  /// A text as a message can show it, and as it can be made again.
  private func shown(_ bytes: [UInt8]) -> String {
    let text = bytes.prefix(2000).map {
      (0x20..<0x7f).contains($0) ? String(UnicodeScalar($0)) : "\\x" + String($0, radix: 16)
    }
    return text.joined() + (bytes.count > 2000 ? "… (\(bytes.count) bytes)" : "")
  }

  @Test("Every seed is there and keeps every invariant", arguments: ParserTrial.allCases)
  func seeds(_ trial: ParserTrial) {
    let seeds = trial.seeds()
    #expect(seeds.count >= 2, "no seeds in \(trial.seedDirectory)")
    let outcomes = seeds.map(trial.outcome)
    for (seed, outcome) in zip(seeds, outcomes) {
      if case .broken(let complaint) = outcome { Issue.record("\(complaint): \(shown(seed))") }
    }
    #expect(outcomes.count { $0 == .kept } > seeds.count / 2, "most seeds must be read, or mutants prove nothing")
  }

  @Test("Mutants of the seeds end soon, and break no invariant", arguments: ParserTrial.allCases)
  func mutants(_ trial: ParserTrial) {
    let seeds = trial.seeds()
    var mutator = Mutator(seed: Self.seed)
    let begin = seconds()
    var (count, kept) = (0, 0)
    // A second of computing is enough, and 1500 mutants are: whichever comes first.
    while count < 1500, seconds() - begin < 2 {
      let mutant = mutator.mutant(of: seeds)
      let before = seconds()
      let outcome = trial.outcome(of: mutant)
      count += 1
      if case .broken(let complaint) = outcome {
        Issue.record("ORLOP_SEED=\(Self.seed), mutant \(count): \(complaint): \(shown(mutant))")
        return
      }
      if outcome == .kept { kept += 1 }
      #expect(seconds() - before < 2, "ORLOP_SEED=\(Self.seed), mutant \(count) takes long: \(shown(mutant))")
    }
    #expect(kept > 0, "ORLOP_SEED=\(Self.seed): all \(count) mutants were refused")
    print("\(trial.rawValue): \(count) mutants with ORLOP_SEED=\(Self.seed), \(kept) of them read")
  }
}
