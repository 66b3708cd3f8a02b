// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation

#if canImport(Glibc)
  import Glibc
#endif

extension Terminal {
  /// Where standard output goes.
  static var output: Terminal { of(STDOUT_FILENO) }

  /// Where standard error goes.
  static var complaints: Terminal { of(STDERR_FILENO) }

  private static func of(_ descriptor: Int32) -> Terminal {
    var size = winsize()
    let isKnown = ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    var environment: [String: String] = [:]
    for name in ["NO_COLOR", "TERM"] { environment[name] = getenv(name).map { String(cString: $0) } }
    return Terminal(
      isTerminal: isatty(descriptor) == 1, width: isKnown ? Int(size.ws_col) : 80, environment: environment)
  }
}
