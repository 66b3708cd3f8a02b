// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
public import SystemPackage

extension FakeHost {
  /// Counts; a device of the loop table has no length.
  public func rereadSize(of device: LoopDevice) throws(HostError) {
    try perform(.rereadSize) { (state) throws(HostError) in
      guard state.loops.contains(where: { $0.number == device.number }) else {
        throw HostError(.notFound, "\(device.path) is not attached", errno: ENXIO)
      }
    }
  }

  /// Refuses to grow ext, as a kernel does whose process has no CAP_SYS_RESOURCE: the image behind the mount stays as it is.
  public func growFilesystem(_ type: String, at root: FileDescriptor, to bytes: Int64) throws(HostError) {
    try perform(.growFilesystem) { (state) throws(HostError) in
      guard !type.hasPrefix("ext") else {
        throw HostError(.notPermitted, "cannot grow the mounted \(type) filesystem", errno: EPERM)
      }
    }
  }

  /// Refuses what is mounted; there is no filesystem to grow.
  public func growUnmounted(_ type: String, on device: FilePath, to bytes: Int64) throws(HostError) {
    try perform(.growUnmounted) { (state) throws(HostError) in
      guard !state.mounts.contains(where: { $0.source == device.string }) else {
        throw HostError(.busy, "cannot mount \(device) as \(type): it is mounted", errno: EBUSY)
      }
    }
  }
}
