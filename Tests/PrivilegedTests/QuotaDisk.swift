// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import SystemPackage
import Testing

/// A filesystem of its own on a loop device, with quotas for directories if it is to have them; gone with the object.
final class QuotaDisk: Sendable {
  let bench: HostBench
  /// Where it is mounted.
  let path: FilePath

  init(_ type: String, hasQuotas: Bool = true, megabytes: Int64 = 512) async throws {
    bench = try HostBench()
    let file = try SparseFile.create("image", in: bench.root)
    try file.truncate(to: megabytes << 20)
    let options =
      switch type {
      case "ext4": ["-q", "-b", "4096"] + (hasQuotas ? ["-O", "quota,project", "-E", "quotatype=prjquota"] : [])
      case "xfs": ["-q", "-f", "-s", "size=4096"]
      default: ["-q", "-f"]
      }
    try await bench.runner.require("mkfs." + type, options + [file.path.string])
    path = try bench.target("disk")
    try bench.host.mount(
      type, from: try bench.attach(file).path, at: path,
      options: MountOptions(
        noSUID: false, noDevices: false, filesystem: hasQuotas && type != "btrfs" ? ["prjquota"] : []))
    if hasQuotas, type == "btrfs" { try bench.host.enableQuotas(on: directory) }
  }

  var directory: Directory { get throws { try Directory.open(path) } }

  /// The quotas that Orlop has set on it.
  var quotas: [UInt32: Quota] {
    get throws { try bench.host.quotas(in: 1 << 30...(1 << 31) - 1, of: directory) }
  }
}

/// Who writes.
enum QuotaWriter: String, Sendable, CaseIterable {
  case user, rootWithoutResource, root

  private var prefix: [String] {
    switch self {
    case .user: ["setpriv", "--reuid=1000", "--regid=1000", "--clear-groups"]
    case .rootWithoutResource: ["setpriv", "--bounding-set=-sys_resource", "--inh-caps=-sys_resource"]
    case .root: []
    }
  }

  /// Runs a program as this writer in `directory`, which other users cannot reach by its path; returns what it complained.
  @discardableResult
  func run(in directory: String, _ arguments: String...) throws -> (status: Int32, complaints: String) {
    let child = try ChildProcess(
      ["/usr/bin/env", "-C", directory] + prefix + arguments,
      environment: ["PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C"],
      limit: .seconds(60))
    let end = child.wait()
    return (end.status, end.complaints)
  }

  /// Writes up to `megabytes` into the file `name`; returns its length then, and what was complained.
  func fill(_ name: String, in directory: String, megabytes: Int) throws -> (bytes: Int64, complaints: String) {
    let outcome = try run(
      in: directory, "dd", "if=/dev/zero", "of=" + name, "bs=4096", "count=\(megabytes * 256)", "conv=fsync",
      "status=none")
    // In a full volume some filesystems do not even make the file.
    return (Int64(try Directory.open(FilePath(directory)).metadata(of: name)?.size ?? 0), outcome.complaints)
  }
}
