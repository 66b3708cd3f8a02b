// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// What the API refuses and warns about, as kubectl words it for people.
public enum StatusText {
  /// What was being done, with which file, when the API refused: `creating` and `f.yaml`.
  public struct Attempt: Sendable, Hashable {
    /// The deed, as in `error when creating "f.yaml"`.
    public let verb: String
    /// The file, or `STDIN`.
    public let source: String

    /// The attempt at `verb` with an object of `source`.
    public init(_ verb: String, _ source: String) {
      self.verb = verb
      self.source = source
    }
  }

  /// `error` as a sentence: `Error from server (NotFound): …`, or for a rule of its kind `The … is invalid: …`.
  ///
  /// The second names its object by itself, so the `attempt` is told with the first only.
  public static func text(_ error: StatusError, while attempt: Attempt? = nil) -> String {
    let text = Escape.lines(error.description)
    if error.reason == .invalid { return text }
    let circumstance = attempt.map { "error when \($0.verb) \"\(Escape.terminal($0.source))\": " } ?? ""
    return "Error from server (\(error.reason.name)): " + circumstance + text
  }

  /// `message` as a warning on a line of its own.
  public static func warning(_ message: String) -> String { "Warning: " + Escape.lines(message) }

  /// What `get` says when there is nothing of the kind, or nothing in `namespace`.
  public static func nothing(in namespace: String?) -> String {
    namespace.map { "No resources found in \($0) namespace." } ?? "No resources found"
  }
}
