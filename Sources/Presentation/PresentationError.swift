// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What is wrong with how somebody wants objects shown.
public struct PresentationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The kind of mistake.
  public struct Code: Sendable, Hashable {
    private enum Kind: Sendable, Hashable { case sorting, columns }
    private let kind: Kind

    /// A field to sort by that no object has.
    public static let sorting = Code(kind: .sorting)
    /// A list of custom columns that can't be read.
    public static let columns = Code(kind: .columns)
  }

  /// The kind of mistake.
  public let code: Code
  /// What is wrong and how it is written right, as one clause.
  public let message: String

  /// The mistake `code`, told by `message`.
  public init(_ code: Code, _ message: String) {
    self.code = code
    self.message = message
  }

  /// The message.
  public var description: String { message }
}
