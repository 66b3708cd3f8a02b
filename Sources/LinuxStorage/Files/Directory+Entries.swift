// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import SystemPackage

extension Directory {
  /// The names of the entries, sorted, without `.` and `..`; a name that is no UTF-8 is shown as best as can be.
  public func entries() throws(HostError) -> [String] {
    try platformEntries().map { String(decoding: $0.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self) }.sorted()
  }

  /// Whether there is nothing in it.
  public func isEmpty() throws(HostError) -> Bool { try platformEntries().isEmpty }

  /// The names as the kernel has them, NUL-terminated, in no order, readdir(3).
  func platformEntries() throws(HostError) -> [[CChar]] {
    let doing = "list the directory \(path)"
    let raw = try call("openat", doing) {
      openat(descriptor.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    guard let stream = fdopendir(raw) else {
      let number = Errno(rawValue: errno)
      close(raw)
      throw HostError(number, call: "fdopendir", doing)
    }
    defer { closedir(stream) }
    var names: [[CChar]] = []
    while true {
      errno = 0
      guard let entry = readdir(stream) else {
        let number = Errno(rawValue: errno)
        guard number.rawValue == 0 else { throw HostError(number, call: "readdir", doing) }
        return names
      }
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) {
          Array(UnsafeBufferPointer(start: $0, count: strlen($0) + 1))
        }
      }
      if !Self.isDot(name) { names.append(name) }
    }
  }

  private static func isDot(_ name: [CChar]) -> Bool {
    let dot = CChar(UInt8(ascii: "."))
    return name == [dot, 0] || name == [dot, dot, 0]
  }
}
