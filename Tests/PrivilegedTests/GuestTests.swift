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
    let disk = try await QuotaDisk(type)
    let entry = try #require(try disk.bench.host.mount(at: disk.path))
    #expect(entry.options.contains("prjquota"), "\(entry.options)")
  }
}
