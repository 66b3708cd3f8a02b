// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage
import Testing

@Suite(.privileged, .serialized) struct HostTemplateTests {
  let bench: HostBench

  init() throws { bench = try HostBench() }

  static let features = "64bit,metadata_csum,metadata_csum_seed,meta_bg,^resize_inode"

  @Test(
    "Clones of one template are mounted side by side, written, and clean afterwards",
    arguments: ["ext2", "ext3", "ext4"], [64, 400, 10240] as [Int64])
  func mounts(type: String, megabytes: Int64) async throws {
    let made = try SparseFile.create("template", in: bench.root)
    try made.truncate(to: megabytes << 20)
    let options = ["-q", "-F", "-b", "4096", "-m", "0"] + (type == "ext4" ? ["-O", Self.features] : [])
    try await bench.runner.require("mkfs." + type, options + [made.path.string])
    let template = try ExtTemplate.capture(made)
    var targets: [FilePath] = []
    for index in 0..<2 {
      let clone = try SparseFile.create("clone\(index)", in: bench.root)
      try template.stamp(ExtIdentity(uuid: .random(), time: 1_700_000_000), onto: clone)
      try clone.sync()
      let loop = try bench.attach(clone)
      let target = try bench.target("target\(index)")
      try bench.host.mount(type, from: loop.path, at: target, options: MountOptions())
      let volume = try Directory.open(target)
      _ = try volume.makeDirectories("a/b/c")
      try volume.replaceFile("file", with: [UInt8](repeating: 7, count: 3_000_000))
      targets.append(target)
    }
    for (index, target) in targets.enumerated() {
      #expect(try Directory.open(target).readFile("file", limit: 4_000_000)?.count == 3_000_000)
      try bench.host.unmount(target, lazily: false)
      let clone = try SparseFile.open("clone\(index)", in: bench.root)
      #expect(try bench.waitUntilDetached(clone))
      try await bench.runner.require("e2fsck", ["-fn", clone.path.string])
      #expect(try ExtSuperblock.read(clone).isClean)
    }
  }
}
