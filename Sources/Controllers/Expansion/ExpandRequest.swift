// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import StorageAPI

/// A claim's wish for a larger volume, as far as a storage system needs to know it.
public struct ExpandRequest: Sendable, Hashable {
  /// Whose part of the work it is: both end in the same call, and are told to users in different words.
  public enum Part: Sendable, Hashable {
    /// To take the room, and all the rest that can be done at once (rules E8-E11).
    case controller
    /// To give the room to the filesystem (rules E12-E14).
    case node
  }

  /// The claim, as it was when the work began.
  public let claim: PersistentVolumeClaim
  /// Its volume.
  public let volume: PersistentVolume
  /// The size that is wanted, in whole bytes.
  public let bytes: Int64
  /// Whose part it is.
  public let part: Part
  /// Whether the filesystem stays as it is, because whoever uses it only reads (rule E13).
  public let leavesFilesystem: Bool
}

/// How far a storage system came with a growth.
public struct Expansion: Sendable, Hashable {
  /// The bytes that the volume holds, or will hold when nothing is waited for any more.
  public let bytes: Int64
  /// Why the filesystem is not as large yet; nil when everything is done.
  public let waitsFor: String?

  /// A growth to `bytes`.
  public init(bytes: Int64, waitsFor: String? = nil) {
    self.bytes = bytes
    self.waitsFor = waitsFor
  }
}
