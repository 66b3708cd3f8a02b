// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import SystemPackage
import Testing
import Volumes

@testable import LinuxStorage

/// In the guest, whose kernel has project quotas and whose root has every capability.
@Suite("Directories with a limit, on ext4 and xfs", .guest, .serialized)
struct GuestQuotaTests {
  static let types = ["ext4", "xfs"]

  @Test("Contract", arguments: types, VolumeContract.all)
  func contract(_ type: String, _ contract: VolumeContract) async throws {
    let checks = try await QuotaChecks(type)
    defer { checks.bench.close() }
    try await contract.check(checks.bench, .limited)
  }

  @Test(
    "One file of the capacity fits, then nothing more; df and usage tell the limit", arguments: types,
    [QuotaWriter.user, .rootWithoutResource])
  func holds(_ type: String, _ writer: QuotaWriter) async throws {
    let checks = try await QuotaChecks(type)
    defer { checks.bench.close() }
    try await checks.holdsItsCapacity(writer)
  }

  @Test(
    "A full volume leaves its neighbours alone, its number is free after it, and what it loses is set again",
    arguments: types)
  func others(_ type: String) async throws {
    let checks = try await QuotaChecks(type)
    defer { checks.bench.close() }
    try await checks.doesNotDisturb()
    try await checks.reusesNumbers()
    try await checks.healsItself()
    try await checks.grows()
  }

  @Test("As many files fit as the class says, and not one more", arguments: types)
  func inodes(_ type: String) async throws {
    let checks = try await QuotaChecks(type)
    defer { checks.bench.close() }
    let path = try await checks.publish(["inodes": "20"])
    for number in 1...20 { #expect(try QuotaWriter.user.run(in: path, "touch", "\(number)").status == 0, "\(number)") }
    #expect(try QuotaWriter.user.run(in: path, "touch", "21").complaints.contains(checks.isFull))
    let usage = try await checks.bench.volumes.usage(of: VolumeID("vol-1"))
    #expect(usage.totalInodes == 21)
    #expect(usage.freeInodes == 0)
    let shown = try checks.bench.host.usage(at: FilePath(path))
    #expect(shown.totalInodes == 21)
    #expect(shown.freeInodes == 0)
    try await checks.delete()
  }

  @Test(
    "What the kernel lets root with CAP_SYS_RESOURCE do: ext4 lets it write on, xfs does not (docs/capacity.md)",
    arguments: types)
  func root(_ type: String) async throws {
    let checks = try await QuotaChecks(type)
    defer { checks.bench.close() }
    let written = try QuotaWriter.root.fill("file", in: try await checks.publish(), megabytes: 40)
    #expect((written.bytes == 40 << 20) == (type == "ext4"), "\(written)")
    try await checks.delete()
  }

  @Test(
    "An owner can take files out of the project (docs/capacity.md), which is told, healed, and no obstacle to deletion",
    arguments: types)
  func escape(_ type: String) async throws {
    let checks = try await QuotaChecks(type)
    defer { checks.bench.close() }
    let path = try await checks.publish()
    let number = try #require(try await checks.bench.volumes.record(VolumeID("vol-1")).quota).id
    #expect(try QuotaWriter.user.run(in: path, "mkdir", "-p", "sub/deep").status == 0)
    #expect(try QuotaWriter.user.run(in: path, "chattr", "-p", "0", "sub", "sub/deep").status == 0)
    let escaped = try QuotaWriter.user.fill("file", in: path + "/sub", megabytes: 40)
    #expect(escaped.bytes > QuotaChecks.capacity || escaped.complaints.contains(checks.isFull))
    #expect(try QuotaWriter.user.run(in: path, "chattr", "-p", "0", ".").status == 0)
    #expect(
      try await checks.bench.volumes.examine().first?.damage?.message.contains("is not counted for its quota \(number)")
        == true)
    try await checks.bench.volumes.unpublish(try sandbox().name)
    _ = try await checks.bench.volumes.publish(try sandbox())
    #expect(try await checks.bench.volumes.examine().allSatisfy { $0.damage == nil })
    #expect(try QuotaWriter.user.fill("new", in: path, megabytes: 40).complaints.contains(checks.isFull))
    try await checks.delete()
  }

  @Test(
    "An older kernel, which has no quotactl_fd, is asked by the disk's device, with the same answers", arguments: types)
  func olderKernel(_ type: String) async throws {
    let disk = try await QuotaDisk(type)
    var table = ProjectQuotas(try disk.directory, on: disk.bench.host)
    try table.limit(4711, to: QuotaLimit(bytes: 1 << 20, inodes: 7))
    let expected = Quota(limit: QuotaLimit(bytes: 1 << 20, inodes: 7), usedBytes: 0, usedInodes: 0)
    for isOldKernel in [false, true] {
      table.isOldKernel = isOldKernel
      #expect(try table.support() == .projects)
      #expect(try table.quota(4711) == expected)
      #expect(try table.quotas(in: 1...10_000) == [4711: expected])
    }
    try table.drop(4711)
    #expect(try table.quotas(in: 1...10_000) == [:])
  }

  @Test("A disk that counts and does not enforce is refused", arguments: types)
  func notEnforced(_ type: String) async throws {
    let disk = try await QuotaDisk(type)
    let host = disk.bench.host
    try host.unmount(disk.path, lazily: false)
    let loop = try disk.bench.attach(try SparseFile.open("image", in: disk.bench.root, writable: true))
    try host.mount(
      type, from: loop.path, at: disk.path, options: MountOptions(filesystem: type == "xfs" ? ["pqnoenforce"] : []))
    guard case .nothing(let reason) = try host.quotaSupport(of: disk.directory) else {
      Issue.record("taken for enforced")
      return
    }
    #expect(reason.contains("not enforced (mount it with prjquota)"), "\(reason)")
  }

  @Test("Killed with a quota half made", arguments: types, Fault.quota)
  func survives(_ type: String, _ fault: Fault) async throws {
    try await QuotaSurvival(type).survives(fault)
  }
}
