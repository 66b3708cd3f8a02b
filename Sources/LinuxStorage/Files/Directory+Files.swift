// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
import SystemPackage

extension Directory {
  /// Makes `bytes` the content of `name`, atomically and durably: a new file is written and fsynced, renamed over the old one, and
  /// the directory fsynced. After a crash the old content or the new is there, never a part. The new file gets exactly `mode`.
  public func replaceFile(_ name: String, with bytes: [UInt8], mode: UInt32 = 0o600) throws(HostError) {
    try checkName(name)
    let temporary = Self.temporaryName(for: name)
    do {
      try writeNew(temporary, bytes, mode: mode)
      try rename(temporary, as: name, replacing: true)
    } catch {
      try? unlink(temporary)
      throw error
    }
    try sync()
  }

  /// The content of the regular file `name`, or nil when there is nothing; `invalid` when it is longer than `limit` bytes or no
  /// regular file.
  public func readFile(_ name: String, limit: Int = 1 << 20) throws(HostError) -> [UInt8]? {
    try checkName(name)
    let (file, size): (SparseFile, Int64)
    do {
      let opened = try SparseFile.opened(name, in: self)
      (file, size) = (opened.file, opened.metadata.size)
    } catch {
      if error.code == .notFound { return nil }
      throw error
    }
    guard size <= limit else {
      throw HostError(.invalid, "\(file.path) has \(size) bytes, more than the \(limit) that are expected")
    }
    return try file.read(at: 0, count: Int(size))
  }

  /// Whether `name` is one that ``replaceFile(_:with:mode:)`` uses on the way; such a file is left by a crash, and may be removed.
  public static func isTemporary(_ name: String) -> Bool { name.hasPrefix(".") && name.hasSuffix(".orlop-new") }

  private static func temporaryName(for name: String) -> String {
    let random = String(UInt64.random(in: 0...UInt64.max), radix: 36)
    return ".\(String(decoding: name.utf8.prefix(200), as: UTF8.self)).\(random).orlop-new"
  }

  private func writeNew(_ name: String, _ bytes: [UInt8], mode: UInt32) throws(HostError) {
    let file = try SparseFile.create(name, in: self, mode: mode)
    try file.write(bytes, at: 0)
    try file.sync()
  }
}
