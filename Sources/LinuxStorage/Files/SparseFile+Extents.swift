// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
import SystemPackage

extension SparseFile {
  /// The parts that hold data, in order, lseek(2) with SEEK_DATA and SEEK_HOLE. Unwritten allocated blocks count as holes.
  public func extents() throws(HostError) -> [Extent] {
    let end = try size()
    var found: [Extent] = []
    var position: Int64 = 0
    while position < end {
      guard let start = try nextData(from: position) else { break }
      let stop = try shim("lseek", "find the next hole of \(path)") { orlop_seek_hole(descriptor.rawValue, start) }
      found.append(start..<min(stop, end))
      position = stop
    }
    return found
  }

  /// Allocates every block of the file now, unwritten, fallocate(2): thick, but quickly; reads as zeros. `noSpace`, before anything is
  /// taken, when the disk has not so much.
  public func allocate() throws(HostError) {
    let length = try size()
    guard length > 0 else { return }
    try checkRoom()
    try shim("fallocate", "allocate \(length) bytes for \(path)") { orlop_allocate(descriptor.rawValue, 0, length) }
  }

  /// Allocates `range`, which may lie beyond the end, fallocate(2): what is there stays, what is not reads as zeros. `noSpace`, before
  /// anything is taken, when the disk has not so much.
  public func allocate(_ range: Extent) throws(HostError) {
    guard !range.isEmpty else { return }
    try checkRoom(for: range.upperBound)
    try shim("fallocate", "allocate \(range.count) bytes more for \(path)") {
      orlop_allocate(descriptor.rawValue, range.lowerBound, Int64(range.count))
    }
  }

  /// Writes zeros into every hole, so that every block is allocated and written. `noSpace`, before anything is taken, when the disk
  /// has not so much.
  public func fillHoles() throws(HostError) {
    let end = try size()
    try checkRoom()
    var position: Int64 = 0
    for extent in try extents() {
      try writeZeros(position..<extent.lowerBound)
      position = extent.upperBound
    }
    try writeZeros(position..<end)
  }

  /// Writes zeros over `range`.
  public func writeZeros(_ range: Extent) throws(HostError) {
    let zeros = [UInt8](repeating: 0, count: Int(min(1 << 20, Int64(range.count))))
    var position = range.lowerBound
    while position < range.upperBound {
      let count = Int(min(Int64(zeros.count), range.upperBound - position))
      try write(zeros, count: count, at: position)
      position += Int64(count)
    }
  }

  /// Gives the blocks of `range` back, fallocate(2) with PUNCH_HOLE; it reads as zeros afterwards.
  public func punchHole(_ range: Extent) throws(HostError) {
    guard !range.isEmpty else { return }
    try shim("fallocate", "punch a hole into \(path)") {
      orlop_punch_hole(descriptor.rawValue, range.lowerBound, Int64(range.count))
    }
  }

  /// Makes this file a copy of `source` that has the same holes, copy_file_range(2): by reflink where the filesystem can, by reading and
  /// writing where the two files are on different ones.
  public func copyContent(of source: SparseFile) throws(HostError) {
    try truncate(to: 0)
    try truncate(to: source.size())
    for extent in try source.extents() {
      var position = extent.lowerBound
      while position < extent.upperBound { position += try copy(position..<extent.upperBound, of: source) }
    }
  }

  /// Copies the beginning of `range`; returns how much.
  private func copy(_ range: Extent, of source: SparseFile) throws(HostError) -> Int64 {
    var copied: Int64
    do {
      copied = try shim("copy_file_range", "copy \(source.path) to \(path)") {
        orlop_copy_range(
          source.descriptor.rawValue, descriptor.rawValue, range.lowerBound, range.upperBound - range.lowerBound)
      }
    } catch {
      guard [EXDEV, EOPNOTSUPP, EINVAL, ENOSYS].contains(error.errno) else { throw error }
      let bytes = try source.read(at: range.lowerBound, count: Int(min(1 << 20, range.upperBound - range.lowerBound)))
      try write(bytes, at: range.lowerBound)
      copied = Int64(bytes.count)
    }
    guard copied > 0 else { throw HostError(.failed, "\(source.path) became shorter while it was copied") }
    return copied
  }

  /// Refuses to begin what would fill the disk for everybody before it fails.
  private func checkRoom(for length: Int64? = nil) throws(HostError) {
    let found = try metadata()
    let missing = (length ?? found.size) - found.allocatedBytes
    let available = try FilesystemUsage.of(self).availableBytes
    guard missing <= available else {
      throw HostError(
        .noSpace, "cannot allocate \(path): it needs \(missing) bytes more, and the disk has \(available)",
        errno: ENOSPC)
    }
  }

  private func nextData(from position: Int64) throws(HostError) -> Int64? {
    do {
      return try shim("lseek", "find the next data of \(path)") { orlop_seek_data(descriptor.rawValue, position) }
    } catch {
      if error.errno == ENXIO { return nil }
      throw error
    }
  }
}
