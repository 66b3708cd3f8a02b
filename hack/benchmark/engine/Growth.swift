// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import LinuxStorage
import Volumes

/// `benchmark grow DIRECTORY FILESYSTEM mounted|idle TIMES`: prints the milliseconds of each growth of a new volume from 1 to 10 GiB.
struct VolumeGrowthBench: Sendable {
  let volumes: VolumeLifecycle
  let filesystem: String
  let isMounted: Bool

  init?(_ arguments: ArraySlice<String>) {
    let words = Array(arguments)
    guard words.count == 4, ["mounted", "idle"].contains(words[2]) else { return nil }
    volumes = VolumeLifecycle(
      layout: HostLayout(state: words[0], pools: nil, run: words[0] + "/run"), host: LinuxHost())
    filesystem = words[1]
    isMounted = words[2] == "mounted"
  }

  /// One growth, and everything around it that is not measured.
  func growth(_ number: Int) async throws -> Duration {
    let id = try VolumeID("grow-\(number)")
    _ = try await volumes.create(VolumeRequest(id: id, capacity: 1 << 30, parameters: ["fsType": filesystem]))
    let name = try SandboxName(namespace: "bench", name: id.text)
    if isMounted {
      _ = try await volumes.publish(
        SandboxRequest(name: name, volumes: [SandboxVolume(name: "data", source: .volume(id))]))
    }
    let clock = ContinuousClock()
    let begin = clock.now
    let growth = try await volumes.grow(id, to: 10 << 30)
    let took = clock.now - begin
    if let reason = growth.waitsFor { throw Failure(text: reason) }
    if isMounted { try await volumes.unpublish(name) }
    try await volumes.delete(id)
    return took
  }
}
