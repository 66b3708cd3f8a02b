// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage
import Testing
import Volumes

/// On the kernel of this machine: btrfs, and the refusals of what has no quotas. ext4 and xfs are tested in the guest.
@Suite("Directories with a limit, on btrfs", .privileged, .serialized)
struct QuotaVolumeTests {
  @Test("Contract", arguments: VolumeContract.all)
  func contract(_ contract: VolumeContract) async throws {
    let checks = try await QuotaChecks("btrfs")
    defer { checks.bench.close() }
    try await contract.check(checks.bench, .limited)
  }

  @Test("One file of the capacity fits, then comes EDQUOT; usage tells the limit", arguments: QuotaWriter.allCases)
  func holds(_ writer: QuotaWriter) async throws {
    let checks = try await QuotaChecks("btrfs")
    defer { checks.bench.close() }
    try await checks.holdsItsCapacity(writer)
  }

  @Test("A full volume leaves its neighbours alone, its number is free after it, and what it loses is set again")
  func others() async throws {
    let checks = try await QuotaChecks("btrfs")
    defer { checks.bench.close() }
    try await checks.doesNotDisturb()
    try await checks.reusesNumbers()
    try await checks.healsItself()
    try await checks.grows()
  }

  @Test(
    "A nested subvolume is no way out of the limit, and no obstacle to deletion, not even read-only in a full volume")
  func nested() async throws {
    let checks = try await QuotaChecks("btrfs")
    defer { checks.bench.close() }
    let path = try await checks.publish()
    #expect(try QuotaWriter.user.run(in: path, "btrfs", "subvolume", "create", "nested").status == 0)
    #expect(try QuotaWriter.user.fill("small", in: path + "/nested", megabytes: 1).bytes == 1 << 20)
    #expect(try QuotaWriter.user.run(in: path, "btrfs", "subvolume", "create", "nested/deeper").status == 0)
    let snapshot = try QuotaWriter.user.run(
      in: path, "btrfs", "subvolume", "snapshot", "-r", "nested", "nested/deeper/frozen")
    #expect(snapshot.status == 0, "\(snapshot.complaints)")
    let written = try QuotaWriter.user.fill("file", in: path + "/nested/deeper", megabytes: 40)
    #expect(written.complaints.contains("Disk quota exceeded"), "\(written)")
    let usage = try await checks.bench.volumes.usage(of: VolumeID("vol-1"))
    #expect(try #require(usage.usedBytes) <= usage.totalBytes)
    try await checks.delete()
  }

  @Test("A full volume is recycled: empty, and limited as before")
  func recycled() async throws {
    let checks = try await QuotaChecks("btrfs")
    defer { checks.bench.close() }
    let path = try await checks.publish()
    #expect(try QuotaWriter.user.run(in: path, "btrfs", "subvolume", "create", "nested").status == 0)
    _ = try QuotaWriter.user.fill("file", in: path + "/nested", megabytes: 40)
    try await checks.bench.volumes.unpublish(try sandbox().name)
    try await checks.bench.volumes.recycle(VolumeID("vol-1"))
    #expect(try await checks.bench.volumes.examine().allSatisfy { $0.damage == nil })
    let again = try await checks.bench.volumes.publish(try sandbox()).mounts[0].path
    #expect(try QuotaWriter.user.fill("file", in: again, megabytes: 40).bytes >= QuotaChecks.capacity)
    try await checks.delete()
  }

  @Test(
    "Where the disk has no quotas, a limited directory is refused with the remedy", arguments: ["ext4", "xfs", "btrfs"])
  func refused(_ type: String) async throws {
    let disk = try await QuotaDisk(type, hasQuotas: false)
    let bench = try VolumeBench(LinuxHost(), in: disk.path.string)
    defer { bench.close() }
    let error = await #expect(throws: VolumeError.self) {
      _ = try await bench.volumes.create(try VolumeSort.limited.request())
    }
    #expect(error?.code == .unsupported)
    let remedy = type == "btrfs" ? "btrfs quota enable --simple" : "mount it with prjquota"
    #expect(error?.message.contains(remedy) == true, "\(error?.message ?? "")")
    #expect(try bench.leftovers == [])
    _ = try await bench.volumes.create(try VolumeSort.directory.request())
  }

  @Test("Full btrfs quotas, from which a nested subvolume escapes, are refused")
  func fullQuotas() async throws {
    let disk = try await QuotaDisk("btrfs", hasQuotas: false)
    try await disk.bench.runner.require("btrfs", ["quota", "enable", disk.path.string])
    guard case .nothing(let reason) = try disk.bench.host.quotaSupport(of: disk.directory) else {
      Issue.record("full quotas are taken for simple ones")
      return
    }
    #expect(reason.contains("a nested subvolume escapes"))
  }
}

/// Killed at each step of a limited directory's life, the next command leaves no quota behind that nobody has.
@Suite("Killed with a quota half made", .privileged, .serialized)
struct QuotaSurvivalTests {
  @Test("On btrfs", arguments: QuotaSurvival.faults)
  func btrfs(_ fault: Fault) async throws {
    try await QuotaSurvival("btrfs").survives(fault)
  }
}

/// A host whose state is on a disk with quotas.
struct QuotaSurvival {
  static let faults =
    Fault.rows(VolumeSteps.create, passages: [1]) + Fault.quota + Fault.rows(VolumeSteps.delete, passages: [1])

  static let manifest = """
    apiVersion: storage.k8s.io/v1
    kind: StorageClass
    metadata: {name: directory}
    provisioner: orlop.io
    parameters: {storage: directory}
    ---
    \(OrlopHost.claim("data", of: "directory"))
    """

  let disk: QuotaDisk
  let host: OrlopHost

  init(_ type: String) async throws {
    disk = try await QuotaDisk(type)
    host = try OrlopHost(on: disk)
  }

  func survives(_ fault: Fault) throws {
    let isDeletion = VolumeSteps.delete.contains(fault.step) || fault.step == "quota.emptied"
    if isDeletion { try host.apply(Self.manifest) }
    var doomed = host.orlop
    doomed.environment = ["ORLOP_FAULT": "\(fault.step):\(fault.passage)"]
    let outcome = try doomed.run([isDeletion ? "delete" : "apply", "-f", "-"], input: Self.manifest)
    try #require(outcome.isKilled && outcome.status == SIGKILL, "\(fault.testDescription) was not reached: \(outcome)")
    if fault.next == .reconcile {
      try host.succeed("reconcile")
      try host.expectAgreement()
      #expect(try disk.quotas.count == host.pool("volumes").count)
    }
    if !isDeletion {
      try host.apply(Self.manifest)
      #expect(try disk.quotas.count == 1)
      try host.expectAgreement()
    }
    try host.succeed("delete", "--ignore-not-found", "-f", "-", input: Self.manifest)
    try host.expectNothing()
    #expect(try disk.quotas == [:])
  }
}
