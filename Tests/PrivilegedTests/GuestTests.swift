// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import LinuxStorage
import SystemPackage
import Testing

@Suite("The guest has what the tests in it need", .guest, .serialized)
struct GuestTests {
  @Test("Every capability")
  func hasCapabilities() throws {
    #expect(try Capability.effective() == Set(Capability.allCases))
    #expect(try Privilege.missing() == nil)
  }

  @Test("Filesystems with project quotas", arguments: ["ext4", "xfs"])
  func hasProjectQuotas(_ type: String) async throws {
    let bench = try HostBench()
    let file = try SparseFile.create("image", in: bench.root)
    try file.truncate(to: 512 << 20)
    let options =
      type == "xfs"
      ? ["-q", "-f", "-s", "size=4096"] : ["-q", "-b", "4096", "-O", "quota,project", "-E", "quotatype=prjquota"]
    try await bench.runner.require("mkfs." + type, options + [file.path.string])
    let target = try bench.target("mounted")
    try bench.host.mount(
      type, from: try bench.attach(file).path, at: target, options: MountOptions(filesystem: ["prjquota"]))
    let entry = try #require(try bench.host.mount(at: target))
    #expect(entry.options.contains("prjquota"), "\(entry.options)")
  }
}
