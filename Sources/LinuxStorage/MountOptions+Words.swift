// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

extension MountOptions {
  /// The options as words of a mount table, such as `rw`, `nosuid`.
  public var words: [String] {
    var words = [readOnly ? "ro" : "rw"]
    if noSUID { words.append("nosuid") }
    if noDevices { words.append("nodev") }
    if noExec { words.append("noexec") }
    if noAccessTime { words.append("noatime") }
    return words + filesystem
  }
}
