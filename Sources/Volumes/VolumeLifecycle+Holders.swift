// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension VolumeLifecycle {
  /// Who uses the volume `id` now, as one clause each: the processes with something of it open and the mount namespaces
  /// that hold it, such as `postgres (pid 4711, open file /data/base)`. Asks every process of the host.
  public func holders(of id: VolumeID) async throws(VolumeError) -> [String] {
    try await look { (keeper) throws(VolumeError) in try keeper.holders(of: id) }
  }
}
