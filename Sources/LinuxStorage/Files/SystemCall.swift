// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import SystemPackage

/// Makes one call of the C library: again while a signal interrupts it, errno read at once.
///
/// `doing` completes the sentence "cannot …"; `meaning` gives an error number a meaning of its own at this call, and
/// `remedy` is appended where the user can do something.
@discardableResult
func call<Number: FixedWidthInteger & SignedInteger>(
  _ name: StaticString, _ doing: @autoclosure () -> String, meaning: @autoclosure () -> [Errno: HostError.Code] = [:],
  remedy: @autoclosure () -> [Errno: String] = [:], _ body: () -> Number
) throws(HostError) -> Number {
  while true {
    let result = body()
    if result >= 0 { return result }
    let number = Errno(rawValue: errno)
    if number != .interrupted {
      throw HostError(number, call: name, doing(), meaning: meaning()[number], remedy: remedy()[number])
    }
  }
}

/// Makes one call of a shim of ours, which answers with a negative error number: again while a signal interrupts it.
@discardableResult
func shim<Number: FixedWidthInteger & SignedInteger>(
  _ name: StaticString, _ doing: @autoclosure () -> String, meaning: @autoclosure () -> [Errno: HostError.Code] = [:],
  remedy: @autoclosure () -> [Errno: String] = [:], _ body: () -> Number
) throws(HostError) -> Number {
  while true {
    let result = body()
    if result >= 0 { return result }
    let number = Errno(rawValue: CInt(-result))
    if number != .interrupted {
      throw HostError(number, call: name, doing(), meaning: meaning()[number], remedy: remedy()[number])
    }
  }
}

extension HostError {
  /// What the kernel's `number` means when `call` says it, unless `meaning` knows better.
  init(_ number: Errno, call: StaticString, _ doing: String, meaning: Code? = nil, remedy: String? = nil) {
    let advice = remedy.map { "; " + $0 } ?? ""
    self.init(
      meaning ?? Self.usualMeaning(number), "cannot \(doing): \(number) (\(call))\(advice)", errno: number.rawValue)
  }

  /// The meaning that an error number has at most calls, errno(3).
  private static func usualMeaning(_ number: Errno) -> Code {
    switch number {
    case .noSuchFileOrDirectory, .notDirectory: .notFound
    case .fileExists, .directoryNotEmpty: .exists
    case .noSpace, .diskQuotaExceeded: .noSpace
    case .notPermitted, .permissionDenied: .notPermitted
    case .readOnlyFileSystem: .readOnly
    case .resourceBusy, .textFileBusy: .busy
    case .noFunction, .notSupported, .notSupportedOnSocket: .unsupported
    case .invalidArgument, .fileNameTooLong, .isDirectory: .invalid
    case .tooManyOpenFiles, .tooManyOpenFilesInSystem, .tooManyLinks: .limit
    default: .failed
    }
  }
}
