// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import ParserTrials

/// The parser that `ORLOP_PARSER` names.
private let trial = ParserTrial(rawValue: getenv("ORLOP_PARSER").map { String(cString: $0) } ?? "")

/// libFuzzer's entry: crashes where the parser crashes, and where it breaks an invariant.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> Int32 {
  guard let trial else {
    say("set ORLOP_PARSER to one of \(ParserTrial.allCases.map(\.rawValue).joined(separator: " "))\n")
    exit(2)
  }
  if case .broken(let complaint) = trial.outcome(of: Array(UnsafeBufferPointer(start: bytes, count: count))) {
    say("\(trial.rawValue): \(complaint)\n")
    abort()
  }
  return 0
}

/// To standard error at once: what follows may be the end.
private func say(_ text: String) { _ = text.withCString { write(2, $0, strlen($0)) } }
