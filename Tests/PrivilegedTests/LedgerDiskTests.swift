// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import LinuxStorage
import ObjectStore
import StorageAPI
import SystemPackage
import Testing

@Suite("The ledger on a real disk", .privileged, .serialized) struct LedgerDiskTests {
  private let bench: HostBench
  private let now = Timestamp(seconds: 1_800_000_000)

  init() throws { bench = try HostBench() }

  /// A filesystem of its own, so small that it fills up soon.
  private func disk() async throws -> FilePath {
    let image = try await bench.image("ledger.img", megabytes: 16)
    let loop = try bench.attach(image)
    let target = try bench.target("state")
    try bench.host.mount("ext4", from: loop.path, at: target, options: MountOptions())
    return target
  }

  private func claim(_ index: Int) -> Resource {
    var claim = PersistentVolumeClaim(name: "c\(index)", namespace: "default")
    claim.setAnnotation("ballast", String(repeating: "x", count: 10_000))
    return Resource(claim)
  }

  private func error(_ body: () throws -> Void) -> LedgerError? {
    do { try body() } catch { return error as? LedgerError }
    return nil
  }

  @Test("On a full disk every transaction is there whole or not at all, and room brings the ledger back")
  func fullDisk() async throws {
    let target = try await disk()
    let directory = target.appending("orlop").string
    var kept = 0
    do {
      let ledger = try Ledger.open(at: directory, mode: .readWrite)
      let failure = error {
        while kept < 10_000 {
          try ledger.write(at: now) { transaction in
            for index in kept..<kept + 10 { try transaction.create(claim(index)) }
          }
          kept += 10
        }
      }
      #expect(failure?.code == .full, "\(String(describing: failure))")
      #expect(failure?.message.contains("free some") == true)
      #expect(try ledger.read { try $0.count() } == kept)
    }
    let reopened = try Ledger.open(at: directory, mode: .readOnly)
    #expect(try reopened.read { try $0.count() } == kept)
  }

  @Test("On a read-only filesystem objects can be read, and writing is refused by name")
  func readOnlyDisk() async throws {
    let target = try await disk()
    let directory = target.appending("orlop").string
    let ledger = try Ledger.open(at: directory, mode: .readWrite)
    try ledger.write(at: now) { try $0.create(claim(1)) }
    try ledger.close()
    try bench.host.unmount(target, lazily: false)
    let again = try reattached()
    try bench.host.mount("ext4", from: again.path, at: target, options: MountOptions(readOnly: true))

    #expect(try Ledger.open(at: directory, mode: .readOnly).read { try $0.count() } == 1)
    let failure = error { _ = try Ledger.open(at: directory, mode: .readWrite) }
    #expect(failure?.code == .readOnly && failure?.message.contains("Read-only file system") == true)
  }

  /// The disk's image, whose device went with its last mount, attached again.
  private func reattached() throws -> LoopDevice {
    let image = try SparseFile.open("ledger.img", in: bench.root)
    #expect(try bench.waitUntilDetached(image))
    return try bench.attach(image)
  }
}
