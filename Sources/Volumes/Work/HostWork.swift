// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// Does `work` with the host; what the host says when it fails is told after `subject`, such as `volume pvc-7`.
func attempt<Answer>(
  _ subject: @autoclosure () -> String, _ work: () throws(HostError) -> Answer
) throws(VolumeError) -> Answer {
  do throws(HostError) {
    return try work()
  } catch {
    throw VolumeError(error, of: subject())
  }
}

extension Directory {
  /// The directory `name` in this one, made with exactly `mode` if it is missing.
  func ensureDirectory(_ name: String, mode: UInt32, crossingMounts: Bool = false) throws(HostError) -> Directory {
    do throws(HostError) {
      return try directory(name, crossingMounts: crossingMounts)
    } catch {
      guard error.code == .notFound else { throw error }
    }
    try makeMissingDirectory(name, mode: mode)
    return try directory(name, crossingMounts: crossingMounts)
  }

  /// Makes the directory `name` with exactly `mode`, unless somebody else has just made it.
  func makeMissingDirectory(_ name: String, mode: UInt32) throws(HostError) {
    do throws(HostError) {
      try makeDirectory(name, mode: mode)
    } catch {
      guard error.code == .exists else { throw error }
    }
  }
}
