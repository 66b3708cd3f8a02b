// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What keeps the engine from doing what it was asked, as one clear sentence.
public struct EngineError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The meaning.
  public struct Code: Sendable, Hashable {
    private enum Value: Hashable { case invalid, notRoot, notPublished, failed }
    private let value: Value
    private init(_ value: Value) { self.value = value }

    /// What was given makes no sense.
    public static let invalid = Code(.invalid)
    /// It takes root.
    public static let notRoot = Code(.notRoot)
    /// The volume is not mounted where it was asked for.
    public static let notPublished = Code(.notPublished)
    /// Anything else.
    public static let failed = Code(.failed)
  }

  /// The meaning.
  public let code: Code
  /// One sentence that names the thing and, where there is one, the remedy.
  public let message: String

  /// The error `code`, told as `message`.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
