// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Engine
import FoundationEssentials
import ObjectStore
import StorageAPI
import Testing

@Suite struct RecoveryTests {
  @Test("After a reboot everything is mounted again, and once is enough")
  func reboot() async throws {
    let host = try TestHost()
    try await host.client().apply(Sample.all)
    let before = host.mountedPaths
    try host.reboot()
    #expect(host.mountedPaths.isEmpty)

    let restored = try await host.client().restore()
    #expect(restored.published == ["default/web"])
    #expect(host.mountedPaths == before)
    let again = try await host.client().restore()
    #expect(again == Restored())
  }

  @Test("A lost database costs no volume: adopted, it serves the same claim again with its data")
  func adoption() async throws {
    let host = try TestHost()
    try await host.client().apply(Sample.all)
    let id = try #require(try host.volumesOnDisk().first)
    let file = host.state + "/pools/default/volumes/\(id)/data/greeting"
    try Data("hello".utf8).write(to: URL(filePath: file))
    try host.reboot()
    try host.loseDatabase()

    #expect(try await host.client().adopt().volumes == [id])
    #expect(try await host.client().adopt().volumes == [])
    let client = host.client()
    try await client.apply(Sample.all)
    #expect(try await client.claim("data").volumeName == id)
    #expect(try Data(contentsOf: URL(filePath: file)) == Data("hello".utf8))
  }

  @Test("What doctor finds, it says; what needs no person, it repairs")
  func doctor() async throws {
    let host = try TestHost()
    try await host.client().apply(Sample.all)
    let healthy = try await host.client().examine()
    #expect(healthy == [])

    try host.reboot()
    let unmounted = try await host.client().examine()
    #expect(unmounted.map(\.subject) == ["pod default/web"])
    for finding in unmounted { try await host.client().repair(finding) }
    let mended = try await host.client().examine()
    #expect(mended == [])

    try host.reboot()
    try host.loseDatabase()
    let orphans = try await host.client().examine()
    #expect(Set(orphans.compactMap(\.repair).map { "\($0)".prefix(5) }) == ["adopt", "unpub"])
  }

  @Test("A volume whose data is gone is reported, never forgotten")
  func lostVolume() async throws {
    let host = try TestHost()
    try await host.client().apply([Sample.storageClass, Sample.claim].joined(separator: "\n---\n"))
    let id = try #require(try host.volumesOnDisk().first)
    try FileManager.default.removeItem(atPath: host.state + "/pools/default/volumes/\(id)")
    let findings = try await host.client().examine()
    #expect(findings.map(\.subject) == ["persistentvolume \(id)"])
    #expect(findings.compactMap(\.repair).isEmpty)
  }

  @Test("An interrupted creation is undone when no claim wants the volume any more, and only then")
  func replay() async throws {
    let host = try TestHost()
    try await host.client().apply([Sample.storageClass, Sample.claim].joined(separator: "\n---\n"))
    let claim = try await host.client().claim("data")
    let interrupted = VolumeOperation(
      volume: claim.volumeName, claim: claim.uid, pool: "", work: .create, started: Timestamp(seconds: 1_800_000_000))
    func interrupt() throws {
      let ledger = try Ledger.open(at: host.state, mode: .readWrite)
      try ledger.write(at: interrupted.started) { try $0.begin(interrupted) }
      try ledger.close()
    }

    try interrupt()
    try await host.client().settle()
    #expect(try host.volumesOnDisk() == [claim.volumeName])

    try host.loseDatabase()
    try interrupt()
    try await host.client().settle()
    #expect(try host.volumesOnDisk() == [])
    #expect(try await host.client().examine() == [])
  }
}
