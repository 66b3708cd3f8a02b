// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import LinuxStorage
import Testing

@Suite("The contract of storage systems, on the fake host")
struct VolumeContractTests {
  @Test(
    "Contract", arguments: [VolumeSort.image("ext4"), .image("ext3"), .directory, .limited],
    VolumeContract.all + SnapshotContract.all)
  func holds(_ sort: VolumeSort, _ contract: VolumeContract) async throws {
    let fake = FakeHost()
    fake.setQuotaSupport(.projects)
    let bench = try VolumeBench(fake)
    defer { bench.close() }
    try await contract.check(bench, sort)
  }
}
