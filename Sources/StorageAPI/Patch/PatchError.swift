// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Why a patch can't be read or doesn't fit the object.
public struct PatchError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of trouble it is.
  public struct Code: Sendable, Hashable {
    private enum Trouble { case malformed, missingPlace, failedTest }
    private let trouble: Trouble

    /// The patch itself is not what it should be.
    public static let malformed = Code(trouble: .malformed)
    /// The object has nothing where the patch points to.
    public static let missingPlace = Code(trouble: .missingPlace)
    /// The object is not what the patch tests for.
    public static let failedTest = Code(trouble: .failedTest)
  }

  /// What kind of trouble it is.
  public let code: Code
  /// What is wrong and where, as one sentence.
  public let message: String

  /// The message.
  public var description: String { message }
}
