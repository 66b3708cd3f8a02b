// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import SystemPackage

extension Directory {
  /// Waits until everything that was written to the filesystem that holds this directory is on the disk, syncfs(2).
  public func syncFilesystem() throws(HostError) {
    try shim("syncfs", "write the filesystem of \(path) to the disk") { orlop_syncfs(descriptor.rawValue) }
  }

  /// Gives the free blocks of the filesystem that holds this directory back to what is beneath it, FITRIM: a thin image becomes
  /// thin again. Returns the bytes that were trimmed; what was trimmed before and not used since may be left out.
  /// `unsupported` where the filesystem or device cannot. Not for a busy volume: writers wait meanwhile.
  @discardableResult
  public func trimFilesystem() throws(HostError) -> Int64 {
    var trimmed: UInt64 = 0
    try shim("FITRIM", "trim the filesystem of \(path)", meaning: [.inappropriateIOCTLForDevice: .unsupported]) {
      orlop_trim(descriptor.rawValue, &trimmed)
    }
    return Int64(clamping: trimmed)
  }
}
