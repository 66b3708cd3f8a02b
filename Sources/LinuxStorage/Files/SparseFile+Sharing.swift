// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
import SystemPackage

extension SparseFile {
  /// Makes this file share every block of `source`, ioctl_ficlone(2): at once, and what is written to either later is its own.
  /// False, with nothing done, where the filesystem cannot, or the two files are on different ones.
  public func share(contentOf source: SparseFile) throws(HostError) -> Bool {
    do {
      try shim("FICLONE", "share the blocks of \(source.path) with \(path)") {
        orlop_share(source.descriptor.rawValue, descriptor.rawValue)
      }
      return true
    } catch {
      guard [EXDEV, EOPNOTSUPP, EINVAL, ENOSYS, ENOTTY].contains(error.errno) else { throw error }
      return false
    }
  }

  /// Makes this empty file a copy of `source` that has its length and, of its data, all that is not zero: with large reads and
  /// writes, for on a filesystem without reflinks they are the quickest, and where there are reflinks the copy is not to share.
  ///
  /// - Parameter progress: told now and then how many bytes are done, of how many.
  public func copyData(
    of source: SparseFile, progress: (_ done: Int64, _ of: Int64) -> Void
  ) throws(HostError) {
    guard try size() == 0 else { throw HostError(.exists, "\(path) is not empty, and nothing is copied over data") }
    try truncate(to: source.size())
    let extents = try source.extents()
    let total = extents.reduce(Int64(0)) { $0 + Int64($1.count) }
    let piece = 1 << 20
    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: piece, alignment: 4096)
    defer { buffer.deallocate() }
    var done: Int64 = 0
    for extent in extents {
      var position = extent.lowerBound
      while position < extent.upperBound {
        let count = Int(min(Int64(piece), extent.upperBound - position))
        let part = UnsafeMutableRawBufferPointer(rebasing: buffer[..<count])
        try source.fill(part, from: position)
        if !part.isZero { try write(part, at: position) }
        position += Int64(count)
        done += Int64(count)
        progress(done, total)
      }
    }
  }

  private func fill(_ buffer: UnsafeMutableRawBufferPointer, from offset: Int64) throws(HostError) {
    var done = 0
    while done < buffer.count {
      let got = try call("pread", "read \(path)") {
        pread(descriptor.rawValue, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset) + done)
      }
      guard got > 0 else { throw HostError(.failed, "\(path) became shorter while it was copied") }
      done += got
    }
  }

  private func write(_ buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(HostError) {
    var done = 0
    while done < buffer.count {
      done += try call("pwrite", "write \(path)") {
        pwrite(descriptor.rawValue, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset) + done)
      }
    }
  }
}

extension UnsafeMutableRawBufferPointer {
  /// Whether every byte is 0: the first is, and each is like the next.
  fileprivate var isZero: Bool {
    guard let start = baseAddress, count > 1 else { return allSatisfy { $0 == 0 } }
    return self[0] == 0 && memcmp(start, start + 1, count - 1) == 0
  }
}
