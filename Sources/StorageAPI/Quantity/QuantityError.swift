// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Why a text is no quantity, in the words of Kubernetes' API (rules Q1-Q3, V13).
public struct QuantityError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of mistake it is.
  public struct Code: Sendable, Hashable {
    private enum Mistake { case shape, number, suffix }
    private let mistake: Mistake

    /// The text has not the shape of a quantity (rules Q1, Q3).
    public static let wrongShape = Code(mistake: .shape)
    /// There is a suffix, but no digit before it that could be read.
    public static let noNumber = Code(mistake: .number)
    /// The suffix is none of rule Q2.
    public static let unknownSuffix = Code(mistake: .suffix)

    fileprivate var message: String {
      switch mistake {
      case .shape:
        "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
      case .number: "unable to parse numeric part of quantity"
      case .suffix: "unable to parse quantity's suffix"
      }
    }
  }

  /// What kind of mistake it is.
  public let code: Code

  /// The API's own sentence about the mistake; it does not repeat the text.
  public var message: String { code.message }

  /// The message.
  public var description: String { message }
}
