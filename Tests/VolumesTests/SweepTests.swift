// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import LinuxStorage
import Testing

@testable import Volumes

@Suite struct SweepTests {
  @Test("A staging entry that is a finished volume, too, is not removed")
  func refusesFinished() async throws {
    let bench = try VolumeBench(FakeHost())
    defer { bench.close() }
    let pool = try Pools(directories: HostDirectories(layout: bench.layout), unique: { "1" }).open("default")
    try pool.volumes.makeDirectory("v")
    try pool.staging.makeDirectory("v.1")
    try pool.refuseIfFinished(try pool.staging.directory("v.1"), stagedAs: "v.1")
    // No test can give a directory two names, as a damaged filesystem does: here the one name stands for both.
    #expect(throws: VolumeError.self) {
      try pool.refuseIfFinished(try pool.volumes.directory("v"), stagedAs: "v.1")
    }
    try pool.refuseIfFinished(try pool.volumes.directory("v"), stagedAs: "w.1")
  }
}
