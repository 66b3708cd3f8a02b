// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

#if canImport(Glibc)
  import Glibc
#endif

/// Writes to the terminal or whatever stands in its place: each call is one text, written whole.
enum Output {
  /// Writes `text` and a newline to standard output.
  static func print(_ text: String) { write(text + "\n", to: STDOUT_FILENO) }

  /// Where text goes.
  enum Stream { case output, complaints }

  /// Writes `text` as it is to standard output, or to another `stream`.
  static func put(_ text: String, on stream: Stream = .output) {
    switch stream {
    case .output: write(text, to: STDOUT_FILENO)
    case .complaints: write(text, to: STDERR_FILENO)
    }
  }

  /// Writes `text` and a newline to standard error.
  static func complain(_ text: String) { write(text + "\n", to: STDERR_FILENO) }

  private static func write(_ text: String, to descriptor: Int32) {
    var text = text
    text.withUTF8 { bytes in
      var written = 0
      while written < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress?.advanced(by: written), bytes.count - written)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return }
        written += count
      }
    }
  }
}
