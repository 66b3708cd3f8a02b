// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What went wrong between Orlop and the host's kernel, as one clear sentence.
public struct HostError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The meaning, decided beside the call that failed: EBUSY of umount is not EBUSY of mkfs.
  public struct Code: Sendable, Hashable {
    private enum Value: Hashable {
      case busy, notFound, exists, noSpace, notPermitted, unsupported, invalid, readOnly, limit, failed
    }
    private let value: Value
    private init(_ value: Value) { self.value = value }

    /// Somebody uses it.
    public static let busy = Code(.busy)
    /// It is not there.
    public static let notFound = Code(.notFound)
    /// It is there already.
    public static let exists = Code(.exists)
    /// The disk or the quota is full.
    public static let noSpace = Code(.noSpace)
    /// The process may not.
    public static let notPermitted = Code(.notPermitted)
    /// This kernel or filesystem cannot.
    public static let unsupported = Code(.unsupported)
    /// The request or what is on the disk makes no sense.
    public static let invalid = Code(.invalid)
    /// The filesystem is read-only.
    public static let readOnly = Code(.readOnly)
    /// There are no more devices or descriptors.
    public static let limit = Code(.limit)
    /// Anything else that the kernel or a program said.
    public static let failed = Code(.failed)
  }

  /// The meaning.
  public let code: Code
  /// One sentence that names the thing and, where there is one, the remedy.
  public let message: String
  /// The kernel's error number, or 0 when it was not the kernel.
  public let errno: Int32

  /// The error `code`, told as `message`.
  public init(_ code: Code, _ message: String, errno: Int32 = 0) {
    self.code = code
    self.message = message
    self.errno = errno
  }

  /// The message.
  public var description: String { message }
}
