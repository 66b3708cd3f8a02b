// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// The rules for names, labels and keys (rules V1, V7): each answers with what is wrong, nothing when all is well.
public enum NameRules {
  private static let labelShape = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
  private static let wordShape = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"

  /// What is wrong with `name` as a lower-case RFC 1123 subdomain, such as the name of a volume.
  public static func subdomain(_ name: String) -> [String] {
    var problems = name.utf8.count > 253 ? [longest(253)] : []
    let parts = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    if !parts.allSatisfy({ isLabel($0) }) {
      problems.append(
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start "
          + "and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '\(labelShape)(\\."
          + "\(labelShape))*')")
    }
    return problems
  }

  /// What is wrong with `name` as an RFC 1123 label, such as the name of a namespace or of a pod's volume.
  public static func label(_ name: String) -> [String] {
    var problems = name.utf8.count > 63 ? [longest(63)] : []
    if !isLabel(name.utf8[...]) {
      problems.append(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end "
          + "with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '\(labelShape)')"
      )
    }
    return problems
  }

  /// What is wrong with `name` as a qualified name, such as the key of a label: `name` or `prefix/name`.
  public static func qualifiedName(_ name: String) -> [String] {
    let shape =
      "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character "
      + "(e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '\(wordShape)')"
    let parts = name.split(separator: "/", omittingEmptySubsequences: false)
    var problems: [String] = []
    guard parts.count <= 2, let word = parts.last else {
      return [
        "a qualified name " + shape + " with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')"
      ]
    }
    if parts.count == 2 {
      let prefix = String(parts[0])
      problems =
        prefix.isEmpty
        ? ["non-empty"].map { "prefix part must be " + $0 } : subdomain(prefix).map { "prefix part " + $0 }
    }
    if word.isEmpty {
      problems.append("name part must be non-empty")
    } else if word.utf8.count > 63 {
      problems.append("name part " + longest(63))
    }
    if !isWord(word.utf8) { problems.append("name part " + shape) }
    return problems
  }

  /// What is wrong with `value` as the value of a label.
  public static func labelValue(_ value: String) -> [String] {
    var problems = value.utf8.count > 63 ? [longest(63)] : []
    if !value.isEmpty, !isWord(value.utf8[...]) {
      problems.append(
        "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start "
          + "and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for "
          + "validation is '(\(wordShape))?')")
    }
    return problems
  }

  /// A name that `prefix`, as in `generateName`, can become.
  static func example(ofPrefix prefix: String) -> String {
    prefix.utf8.count > 1 && prefix.hasSuffix("-") ? prefix.dropLast(2) + "a" : prefix
  }

  private static func longest(_ limit: Int) -> String { "must be no more than \(limit) bytes" }

  private static func isLabel(_ text: Substring.UTF8View) -> Bool {
    guard let first = text.first, let last = text.last, isLower(first), isLower(last) else { return false }
    return text.allSatisfy { isLower($0) || $0 == UInt8(ascii: "-") }
  }

  private static func isWord(_ text: Substring.UTF8View) -> Bool {
    guard let first = text.first, let last = text.last, isAlphanumeric(first), isAlphanumeric(last) else {
      return false
    }
    return text.allSatisfy { isAlphanumeric($0) || "-_.".utf8.contains($0) }
  }

  private static func isLower(_ byte: UInt8) -> Bool {
    (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }

  private static func isAlphanumeric(_ byte: UInt8) -> Bool {
    isLower(byte) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte)
  }
}
