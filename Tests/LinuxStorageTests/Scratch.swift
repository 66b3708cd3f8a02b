// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage

/// Where tests make small things: `TMPDIR`, which hack/test gives each run.
let temporaryDirectory = getenv("TMPDIR").map { String(cString: $0) } ?? "/tmp"

/// A fresh directory for one test, removed with everything in it at its end.
final class Scratch: Sendable {
  let root: Directory

  init(in place: String = temporaryDirectory) throws {
    var template = Array("\(place)/orlop-test-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else { throw HostError(.failed, "mkdtemp", errno: errno) }
    root = try Directory.open(FilePath(platformString: template))
  }

  deinit {
    guard let name = root.path.lastComponent else { return }
    try? Directory.open(root.path.removingLastComponent()).removeTree(name.string)
  }
}
