// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import Glibc
internal import LinuxStorage
internal import SystemPackage

/// Where an open file is now, whatever the links in the path by which it was opened.
enum DescriptorPath {
  /// The path that /proc/self/fd shows, readlink(2).
  static func of(_ file: any OpenFile) throws(VolumeError) -> FilePath {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let length = withExtendedLifetime(file) {
      readlink("/proc/self/fd/\(file.descriptor.rawValue)", &buffer, buffer.count)
    }
    guard length > 0 else {
      throw VolumeError(.failed, "cannot find out where \(file.path) is: \(Errno(rawValue: errno)) (readlink)")
    }
    return FilePath(String(decoding: buffer.prefix(length).map { UInt8(bitPattern: $0) }, as: UTF8.self))
  }
}
