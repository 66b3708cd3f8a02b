// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Which objects are meant by the values of their fields, as `--field-selector` says: `status.phase=Bound,metadata.name!=db`.
///
/// Kubernetes knows a few fields of each kind; here it may be any that holds a text, a number or a truth value.
public struct FieldSelector: Sendable {
  private struct Term: Sendable {
    let path: [String]
    let value: String
    let isEqual: Bool
  }

  private let terms: [Term]

  /// The selector that `text` says. `\` before a comma, an equals sign or itself takes it literally.
  ///
  /// - Throws: ``StatusError`` with reason `BadRequest` for a term that is none.
  public init(_ text: String) throws(StatusError) {
    var terms: [Term] = []
    for part in Self.split(text) where !part.isEmpty {
      guard let sign = part.firstRange(of: "=") else {
        throw StatusError(
          .badRequest, "invalid field selector \"\(text)\": \"\(part)\" is not of the form FIELD=VALUE or FIELD!=VALUE")
      }
      var field = part[..<sign.lowerBound]
      var value = part[sign.upperBound...]
      let isEqual = field.last != "!"
      if !isEqual { field = field.dropLast() } else if value.first == "=" { value = value.dropFirst() }
      let path = field.drop { $0 == "." }.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
      guard !path.contains("") else {
        throw StatusError(.badRequest, "invalid field selector \"\(text)\": \"\(field)\" is not a field")
      }
      terms.append(Term(path: path, value: Self.unescaped(value), isEqual: isEqual))
    }
    self.terms = terms
  }

  /// Whether `object` has the values; a field that is not there has the value "".
  public func matches(_ object: JSONObject) -> Bool {
    terms.allSatisfy { term in
      let text: String =
        switch object.value(at: term.path[...]) {
        case .string(let text)?, .number(let text)?: text
        case .bool(let value)?: String(value)
        case .null?, .array?, .object?, nil: ""
        }
      return (text == term.value) == term.isEqual
    }
  }

  private static func split(_ text: String) -> [Substring] {
    var parts: [Substring] = []
    var start = text.startIndex
    var isEscaped = false
    for index in text.indices {
      if text[index] == ",", !isEscaped {
        parts.append(text[start..<index])
        start = text.index(after: index)
      }
      isEscaped = text[index] == "\\" && !isEscaped
    }
    return parts + [text[start...]]
  }

  private static func unescaped(_ text: Substring) -> String {
    var result = ""
    var isEscaped = false
    for letter in text {
      if letter == "\\" && !isEscaped {
        isEscaped = true
      } else {
        result.append(letter)
        isEscaped = false
      }
    }
    return result
  }
}
