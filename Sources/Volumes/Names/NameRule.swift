// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The one rule for every name that becomes part of a path.
///
/// A name that passes is a single path component, never `.` or `..`, holds no byte that a shell, a mount option list or a
/// terminal could take for something else, and begins with no `-`.
enum NameRule {
  /// Checks `text` as the name of `thing` (`volume id`), of at most `limit` bytes; `dots` says whether `.` may occur.
  static func check(_ text: String, of thing: String, limit: Int, dots: Bool = true) throws(VolumeError) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty else { throw VolumeError(.invalid, "a \(thing) must not be empty") }
    guard bytes.count <= limit else {
      throw VolumeError(.invalid, "a \(thing) has at most \(limit) characters; this one has \(bytes.count)")
    }
    let alphabet = dots ? "a-z, 0-9, '-' and '.'" : "a-z, 0-9 and '-'"
    guard bytes.allSatisfy({ isAlphanumeric($0) || $0 == UInt8(ascii: "-") || (dots && $0 == UInt8(ascii: ".")) })
    else { throw VolumeError(.invalid, "\(thing) \(quoted(text)) must consist of \(alphabet) alone") }
    guard let first = bytes.first, let last = bytes.last, isAlphanumeric(first), isAlphanumeric(last) else {
      throw VolumeError(.invalid, "\(thing) \(quoted(text)) must begin and end with a letter or a digit")
    }
    guard !text.contains("..") else {
      throw VolumeError(.invalid, "\(thing) \(quoted(text)) must not contain '..'")
    }
  }

  /// `text` for a message: quoted, its unprintable bytes escaped, cut after 64 characters.
  static func quoted(_ text: String) -> String {
    var shown = "\""
    for scalar in text.unicodeScalars.prefix(64) {
      switch scalar {
      case "\"", "\\": shown += "\\\(scalar)"
      case " "..."~": shown.unicodeScalars.append(scalar)
      default: shown += "\\u{\(String(scalar.value, radix: 16))}"
      }
    }
    return shown + (text.unicodeScalars.count > 64 ? "…\"" : "\"")
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
    default: false
    }
  }
}
