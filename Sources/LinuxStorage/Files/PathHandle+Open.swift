// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
public import SystemPackage

extension PathHandle {
  /// Opens `path`, whose every component is trusted, for its place alone (O_PATH): what an administrator named. Links are followed.
  public static func open(_ path: FilePath) throws(HostError) -> PathHandle { try open(path, flags: orlop_o_path) }

  /// The same with other flags of open(2).
  static func open(_ path: FilePath, flags: CInt) throws(HostError) -> PathHandle {
    let raw = try call("open", "open \(path)") { path.withPlatformString { Glibc.open($0, flags | O_CLOEXEC) } }
    return PathHandle(adopting: FileDescriptor(rawValue: raw), at: path)
  }
}
