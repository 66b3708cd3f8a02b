// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Controllers
internal import StorageAPI
internal import Volumes

extension HostEffects {
  /// Makes the volume of a claim hold what it asks for, as far as that can be done now.
  func expand(_ request: ExpandRequest) async throws(VolumeError) -> Expansion {
    let growth = try await volumes.grow(
      try Self.id(of: request.volume), to: request.bytes, leavingFilesystem: request.leavesFilesystem)
    let bytes = growth.record.growth?.capacityBytes ?? growth.record.capacityBytes
    return Expansion(bytes: bytes, waitsFor: growth.waitsFor)
  }
}
