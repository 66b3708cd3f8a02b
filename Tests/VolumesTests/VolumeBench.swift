// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import LinuxStorage
import SystemPackage
import Testing
import Volumes

/// A lifecycle in a directory of its own, on the fake host or on the real one, and what a test asks of both.
final class VolumeBench: Sendable {
  let root: String
  let layout: HostLayout
  let host: any StorageHost
  let volumes: VolumeLifecycle
  /// The fake host; nil on the real kernel.
  var fake: FakeHost? { host as? FakeHost }

  /// A bench in a new directory of `base`, or else of the directory for such.
  init(_ host: any StorageHost, programs: ProgramRunner = ProgramRunner(), in base: String? = nil) throws {
    var template = Array(((base.map { $0 + "/" } ?? NSTemporaryDirectory()) + "orlop-volumes-XXXXXX").utf8CString)
    guard let made = mkdtemp(&template) else { throw BenchError("mkdtemp failed: \(errno)") }
    root = String(cString: made)
    chmod(root, 0o711)
    layout = HostLayout(state: root + "/state", run: root + "/run")
    self.host = host
    volumes = VolumeLifecycle(layout: layout, host: host, programs: programs, now: { 1_795_000_000 })
    if let fake = host as? FakeHost {
      let identity = try FileMetadata.of(FilePath(root)).identity
      fake.addForeignMount(
        MountEntry(
          target: "/", device: identity.device, root: "/", type: "ext4", source: "/dev/root", isReadOnly: false,
          options: ["rw"]))
    }
  }

  /// A second process, as it were: another lifecycle on the same host and directories.
  func another(programs: ProgramRunner = ProgramRunner()) -> VolumeLifecycle {
    VolumeLifecycle(layout: layout, host: host, programs: programs)
  }

  /// Takes everything down, whatever a failed test has left, and removes the directory.
  func close() {
    let mounts = (try? host.mounts()) ?? []
    for entry in mounts.reversed() where entry.target.string.hasPrefix(root) {
      try? host.unmount(entry.target, lazily: true)
    }
    for device in (try? host.attachedLoops()) ?? [] where fake != nil || isOurs(device) { try? host.detachLoop(device) }
    let path = FilePath(root)
    if let name = path.lastComponent { try? Directory.open(path.removingLastComponent()).removeTree(name.string) }
  }

  private func isOurs(_ device: LoopDevice) -> Bool {
    let name = device.path.lastComponent?.string ?? ""
    let backing = try? String(contentsOfFile: "/sys/block/\(name)/loop/backing_file", encoding: .utf8)
    return backing?.hasPrefix(root) == true
  }

  // MARK: Looking

  /// The names of all files and directories beneath `path` of the state directory, without what is mounted there.
  func tree(_ path: String) -> [String] {
    let base = layout.state + "/" + path
    let found = FileManager.default.enumerator(atPath: base)?.compactMap { $0 as? String } ?? []
    return found.sorted()
  }

  /// The mounts beneath the state directory.
  var mounts: [MountEntry] {
    get throws { try host.mounts().filter { $0.target.string.hasPrefix(layout.state + "/") } }
  }

  /// The loop devices whose image lies in the state directory.
  var loops: [LoopDevice] {
    get throws { try host.attachedLoops().filter { fake != nil || isOurs($0) } }
  }

  /// What is left of volumes and sandboxes; empty when everything was taken down and deleted.
  var leftovers: [String] {
    get throws {
      let pool = "pools/default/"
      return tree(pool + "volumes") + tree(pool + "snapshots") + tree(pool + "staging") + tree(pool + "trash")
        + tree("mounts") + tree("pods")
        + (try mounts.map(\.target.string)) + (try loops.map(\.path.string)) + (try quotas.keys.map { "quota \($0)" })
    }
  }

  /// The quotas that Orlop has set on the filesystem of the state directory.
  var quotas: [UInt32: Quota] {
    get throws {
      guard let state = try? Directory.open(FilePath(layout.state)) else { return [:] }
      if case .nothing = try host.quotaSupport(of: state) { return [:] }
      return try host.quotas(in: 1 << 30...(1 << 31) - 1, of: state)
    }
  }
}

struct BenchError: Error, CustomStringConvertible {
  let description: String
  init(_ description: String) { self.description = description }
}

/// A sort of volume that the contract is about.
struct VolumeSort: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let parameters: [String: String]
  /// The bytes that a small volume of this sort has.
  let capacity: Int64

  static let directory = VolumeSort(
    testDescription: "directory", parameters: ["storage": "directory", "enforcement": "none"], capacity: 20_000_000)
  /// A directory with a quota, where the filesystem of the pool has them.
  static let limited = VolumeSort(
    testDescription: "directory with a quota", parameters: ["storage": "directory"], capacity: 20_000_000)
  static func image(_ filesystem: String, _ format: String = "thin", capacity: Int64 = 20_000_000) -> VolumeSort {
    VolumeSort(
      testDescription: "\(filesystem), \(format)", parameters: ["fsType": filesystem, "diskformat": format],
      capacity: capacity)
  }

  var isImage: Bool { parameters["storage"] == nil }

  func request(_ id: String = "vol-1", capacity: Int64? = nil, _ more: [String: String] = [:]) throws -> VolumeRequest {
    try VolumeRequest(
      id: VolumeID(id), capacity: capacity ?? self.capacity, parameters: parameters.merging(more) { $1 })
  }
}

/// A sandbox `default/NAME` with one volume `data` of Orlop's own.
func sandbox(
  _ name: String = "pod-1", volume: String = "vol-1", readOnly: Bool = false, options: [String] = [],
  fsGroup: UInt32? = nil, mounts: [SandboxMount] = []
) throws -> SandboxRequest {
  SandboxRequest(
    name: try SandboxName(namespace: "default", name: name), fsGroup: fsGroup,
    volumes: [
      SandboxVolume(name: "data", source: .volume(try VolumeID(volume)), readOnly: readOnly, mountOptions: options)
    ], mounts: mounts)
}
