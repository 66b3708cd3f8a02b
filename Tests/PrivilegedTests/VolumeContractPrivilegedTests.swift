// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import LinuxStorage
import Testing

@Suite("The contract of storage systems, on the real kernel", .privileged, .serialized)
struct VolumeContractPrivilegedTests {
  @Test(
    "Contract",
    arguments: [
      VolumeSort.image("ext4"), .image("ext3", "zeroedthick"), .image("ext2", "eagerzeroedthick"),
      .image("xfs", capacity: 250_000_000), .image("btrfs", capacity: 130_000_000), .directory,
    ], VolumeContract.all + SnapshotContract.all)
  func holds(_ sort: VolumeSort, _ contract: VolumeContract) async throws {
    let bench = try VolumeBench(LinuxHost())
    defer { bench.close() }
    try await contract.check(bench, sort)
  }
}
