// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI

extension DescriptionText {
  /// Adds all members of `object`, nested ones indented; `skipped` names members of the whole object by their paths.
  mutating func content(_ object: JSONObject, level: Int, path: String = "", skipped: Set<String> = []) {
    for member in object.members {
      let memberPath = path + "." + member.key
      guard !skipped.contains(memberPath) else { continue }
      let label = FieldLabel.text(member.key)
      switch member.value {
      case .object(let inner):
        line(label + ":", level: level)
        content(inner, level: level + 1, path: memberPath, skipped: skipped)
      case .array(let elements):
        line(label + ":", level: level)
        for element in elements {
          if let inner = element.object {
            content(inner, level: level + 1, path: memberPath, skipped: skipped)
          } else {
            line(element.cellText, level: level + 1)
          }
        }
      case .null: field(label, "<nil>", level: level)
      case .string(let text): field(label, text, level: level)
      case .bool, .number: field(label, member.value.cellText, level: level)
      }
    }
  }
}

/// A field's name as words: `involvedObject` is `Involved Object`.
enum FieldLabel {
  private static let acronyms: Set<String> = ["API", "URL", "UID", "GUID"]

  /// The words of `field`; a name with other signs than letters stays as it is.
  static func text(_ field: String) -> String {
    guard field.allSatisfy({ $0.isLetter || $0 == "-" }) else { return field }
    return words(field).map { word in
      let upper = word.uppercased()
      if acronyms.contains(upper) { return upper }
      return word == word.lowercased() ? word.prefix(1).uppercased() + word.dropFirst() : word
    }.joined(separator: " ")
  }

  /// `field` parted before each capital that follows a small letter; capitals in a row stay with what follows them.
  private static func words(_ field: String) -> [String] {
    var words: [String] = []
    var previous: Character?
    for character in field {
      let begins = character.isUppercase && previous?.isUppercase != true
      if begins || words.isEmpty { words.append("") }
      words[words.count - 1].append(character)
      previous = character
    }
    return words
  }
}
