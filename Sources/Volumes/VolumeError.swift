// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// Why something could not be done with a volume, a pool or a sandbox, as one sentence for its reader.
public struct VolumeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The meaning, for those who translate it into another protocol's words.
  public struct Code: Sendable, Hashable {
    private enum Value: Hashable {
      case invalid, notFound, conflict, inUse, noSpace, poolMissing, damaged, unsupported, notPermitted, failed
      case growthWaits
    }
    private let value: Value
    private init(_ value: Value) { self.value = value }

    /// The request makes no sense; asking again does not help.
    public static let invalid = Code(.invalid)
    /// There is no such volume, pool or sandbox.
    public static let notFound = Code(.notFound)
    /// It exists, but not as it was asked for.
    public static let conflict = Code(.conflict)
    /// Somebody uses it; the message names who.
    public static let inUse = Code(.inUse)
    /// The pool or its disk has no room for it.
    public static let noSpace = Code(.noSpace)
    /// The pool's marker is missing: its disk is not mounted, or it was never prepared.
    public static let poolMissing = Code(.poolMissing)
    /// What is on the disk is not what was put there: a record, an image or a filesystem.
    public static let damaged = Code(.damaged)
    /// This host or this version cannot do it.
    public static let unsupported = Code(.unsupported)
    /// The process may not, or the directory is not safe to use.
    public static let notPermitted = Code(.notPermitted)
    /// Anything else; trying again may help.
    public static let failed = Code(.failed)
    /// A growth is to be finished before the volume is mounted; never leaves this module.
    static let growthWaits = Code(.growthWaits)
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

extension VolumeError {
  /// What the host said about `subject`, with its meaning kept.
  init(_ error: HostError, of subject: String) {
    self.init(Code(of: error.code), "\(subject): \(error.message)")
  }
}

extension VolumeError.Code {
  /// The meaning of a host's error for a volume.
  init(of code: HostError.Code) {
    switch code {
    case .busy: self = .inUse
    case .notFound: self = .notFound
    case .exists: self = .conflict
    case .noSpace: self = .noSpace
    case .notPermitted, .readOnly: self = .notPermitted
    case .unsupported: self = .unsupported
    case .invalid: self = .invalid
    default: self = .failed
    }
  }
}
