// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
public import SystemPackage

extension FilesystemUsage {
  /// The usage of the filesystem that holds `path`, statfs(2).
  public static func of(_ path: FilePath) throws(HostError) -> FilesystemUsage {
    let raw = try call("open", "open \(path)") {
      path.withPlatformString { Glibc.open($0, orlop_o_path | O_CLOEXEC) }
    }
    return try of(PathHandle(adopting: FileDescriptor(rawValue: raw), at: path))
  }

  /// The usage of the filesystem that holds `file`, fstatfs(2).
  public static func of(_ file: some OpenFile) throws(HostError) -> FilesystemUsage {
    var found = orlop_statfs()
    try shim("fstatfs", "ask how full \(file.path) is") { orlop_fstatfs(file.descriptor.rawValue, &found) }
    let block = Int64(clamping: found.block_size)
    return FilesystemUsage(
      totalBytes: Int64(clamping: found.blocks) * block,
      availableBytes: Int64(clamping: found.available) * block,
      usedBytes: Int64(clamping: found.blocks &- found.free) * block,
      totalInodes: Int64(clamping: found.files),
      freeInodes: Int64(clamping: found.files_free))
  }
}
