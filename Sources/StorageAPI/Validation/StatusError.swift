// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Why the API refuses a request: its answer to a person and to a program alike.
public struct StatusError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of refusal.
  public struct Reason: Sendable, Hashable {
    private enum Kind: Sendable, Hashable { case badRequest, invalid, forbidden, notFound, alreadyExists, conflict }
    private let kind: Kind

    /// The document can't be read as an object.
    public static let badRequest = Reason(kind: .badRequest)
    /// The object breaks rules of its kind; the causes say which.
    public static let invalid = Reason(kind: .invalid)
    /// The object is well-formed but not allowed here and now.
    public static let forbidden = Reason(kind: .forbidden)
    /// There is no such object.
    public static let notFound = Reason(kind: .notFound)
    /// There is such an object already.
    public static let alreadyExists = Reason(kind: .alreadyExists)
    /// The object has changed meanwhile.
    public static let conflict = Reason(kind: .conflict)

    /// The word in the API's answer.
    public var name: String {
      switch kind {
      case .badRequest: "BadRequest"
      case .invalid: "Invalid"
      case .forbidden: "Forbidden"
      case .notFound: "NotFound"
      case .alreadyExists: "AlreadyExists"
      case .conflict: "Conflict"
      }
    }

    /// The HTTP status.
    public var code: Int {
      switch kind {
      case .badRequest: 400
      case .invalid: 422
      case .forbidden: 403
      case .notFound: 404
      case .alreadyExists, .conflict: 409
      }
    }
  }

  /// Where in a text the trouble is.
  public struct Origin: Sendable, Hashable {
    /// The document, counted from 1.
    public var document: Int
    /// The line in the whole text, counted from 1; nil when it isn't known.
    public var line: Int?

    /// The place `line` of document `document`.
    public init(document: Int, line: Int? = nil) {
      self.document = document
      self.line = line
    }
  }

  /// The kind of refusal.
  public let reason: Reason
  /// The refusal in Kubernetes' words, such as `The PersistentVolumeClaim "c" is invalid: …`.
  public let message: String
  /// What is wrong, field by field; empty unless the reason is ``Reason/invalid``.
  public let causes: [Cause]
  /// Where the trouble is, when the object comes from a text.
  public var origin: Origin?
  /// What the user may have meant, as a sentence, such as `did you mean "accessModes"?`.
  public var hint: String?

  /// A refusal for `reason`.
  public init(
    _ reason: Reason, _ message: String, causes: [Cause] = [], origin: Origin? = nil, hint: String? = nil
  ) {
    self.reason = reason
    self.message = message
    self.causes = causes
    self.origin = origin
    self.hint = hint
  }

  /// The HTTP status.
  public var code: Int { reason.code }

  /// The message, the hint and the place, as one text for people.
  public var description: String {
    var text = message
    if let hint { text += " (" + hint + ")" }
    if let origin {
      text += causes.count > 1 ? "\n" : " "
      text += "[document \(origin.document)" + (origin.line.map { ", line \($0)" } ?? "") + "]"
    }
    return text
  }
}

extension StatusError {
  /// The refusal of the object `name` of `kind` for `causes`, in the format of kubectl (SEMANTICS §V).
  public static func invalid(_ kind: Kind, name: String, causes: [Cause]) -> StatusError {
    let details =
      causes.count == 1
      ? causes.map(\.description).joined()
      : causes.map { "\n* " + $0.description }.joined()
    return StatusError(.invalid, "The \(kind.name) \(Cause.quoted(name)) is invalid: " + details, causes: causes)
  }
}

extension StatusError {
  /// There is no object `key`.
  public static func notFound(_ key: ObjectKey) -> StatusError {
    StatusError(.notFound, "\(key.kind.qualifiedPlural) \"\(key.name)\" not found")
  }
}
