// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
public import SystemPackage

/// An open regular file that may have holes: an image, or any file of ours.
public final class SparseFile: OpenFile {
  /// A part of the file that is not a hole, in bytes.
  public typealias Extent = Range<Int64>

  /// The descriptor, as long as this object lives.
  public let descriptor: FileDescriptor
  /// Where it was opened, for messages only.
  public var path: FilePath { whereabouts.path }
  let whereabouts: Whereabouts

  /// Owns `descriptor` from now on.
  init(adopting descriptor: FileDescriptor, at path: FilePath) {
    self.descriptor = descriptor
    whereabouts = .root(path)
  }

  /// The same for what was opened as `name` beneath `directory`.
  init(adopting descriptor: FileDescriptor, as name: String, in directory: Directory) {
    self.descriptor = descriptor
    whereabouts = .beneath(directory.whereabouts, name: name)
  }

  deinit { try? descriptor.close() }

  /// Makes the empty file `name`, open for reading and writing, with exactly `mode`; `exists` when there is something already.
  public static func create(_ name: String, in directory: Directory, mode: UInt32 = 0o600) throws(HostError)
    -> SparseFile
  {
    try directory.checkName(name)
    let raw = try directory.open(name, flags: O_RDWR | O_CREAT | O_EXCL, mode: 0o600)
    let file = SparseFile(adopting: raw, as: name, in: directory)
    try file.changeMode(mode)
    return file
  }

  /// Opens the regular file `name`; never a link, a device or a pipe (`invalid`).
  public static func open(_ name: String, in directory: Directory, writable: Bool = false) throws(HostError)
    -> SparseFile
  {
    try opened(name, in: directory, writable: writable).file
  }

  /// The same, and what statx(2) told about it when it was open.
  static func opened(
    _ name: String, in directory: Directory, writable: Bool = false
  ) throws(HostError) -> (file: SparseFile, metadata: FileMetadata) {
    try directory.checkName(name)
    let flags = (writable ? O_RDWR : O_RDONLY) | O_NONBLOCK | O_NOCTTY
    if let found = try directory.metadata(of: name), found.kind != .regular {
      throw HostError(.invalid, "\(directory.path.beneath(name)) is no regular file but a \(found.kind.rawValue)")
    }
    let raw = try directory.open(name, flags: flags)
    let file = SparseFile(adopting: raw, as: name, in: directory)
    let metadata = try file.metadata()
    guard metadata.kind == .regular else {
      throw HostError(.invalid, "\(file.path) is no regular file any more")
    }
    return (file, metadata)
  }

  /// The length in bytes, holes included.
  public func size() throws(HostError) -> Int64 { try metadata().size }

  /// The bytes that it takes on the disk (st_blocks).
  public func allocatedBytes() throws(HostError) -> Int64 { try metadata().allocatedBytes }

  /// Makes it `size` bytes long, ftruncate(2): what is added is a hole, what is beyond is lost.
  public func truncate(to size: Int64) throws(HostError) {
    try call("ftruncate", "make \(path) \(size) bytes long") { ftruncate(descriptor.rawValue, off_t(size)) }
  }

  /// Reads `count` bytes at `offset`, pread(2); fewer only at the end of the file.
  public func read(at offset: Int64, count: Int) throws(HostError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var done = 0
    while done < count {
      let got = try call("pread", "read \(path)") {
        bytes.withUnsafeMutableBytes {
          pread(descriptor.rawValue, $0.baseAddress?.advanced(by: done), count - done, off_t(offset) + off_t(done))
        }
      }
      if got == 0 { return Array(bytes.prefix(done)) }
      done += got
    }
    return bytes
  }

  /// Writes all of `bytes` at `offset`, pwrite(2).
  public func write(_ bytes: [UInt8], at offset: Int64) throws(HostError) {
    try write(bytes, count: bytes.count, at: offset)
  }

  /// Writes the first `count` of `bytes` at `offset`.
  func write(_ bytes: [UInt8], count: Int, at offset: Int64) throws(HostError) {
    var done = 0
    while done < count {
      done += try call("pwrite", "write \(path)") {
        bytes.withUnsafeBytes {
          pwrite(descriptor.rawValue, $0.baseAddress?.advanced(by: done), count - done, off_t(offset) + off_t(done))
        }
      }
    }
  }
}
