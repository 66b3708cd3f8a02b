// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import Synchronization
public import SystemPackage

extension FakeHost {
  /// Notes that the filesystem mounted at `target` is frozen; it stays so when the process crashes.
  public func freeze(_ target: FilePath, atMost seconds: UInt32) throws(HostError) -> FrozenFilesystem {
    let device = try perform(.freeze) { (state) throws(HostError) in
      guard let entry = state.mounts.last(where: { $0.target == target }) else {
        throw HostError(.notFound, "cannot freeze \(target): nothing is mounted there", errno: ENOENT)
      }
      guard state.frozen.insert(entry.device).inserted else {
        throw HostError(.busy, "cannot freeze \(target): it is frozen", errno: EBUSY)
      }
      return entry.device
    }
    return FrozenFilesystem { [self] in
      Result { () throws(HostError) in
        try perform(.thaw) { (state) throws(HostError) in
          guard state.frozen.remove(device) != nil else {
            throw HostError(.failed, "cannot thaw \(target): it was thawed before its time", errno: EINVAL)
          }
        }
      }
    }
  }

  /// Takes the note away.
  public func thaw(_ target: FilePath) throws(HostError) -> Bool {
    try perform(.thaw) { (state) throws(HostError) in
      guard let entry = state.mounts.last(where: { $0.target == target }) else {
        throw HostError(.notFound, "cannot thaw \(target): nothing is mounted there", errno: ENOENT)
      }
      return state.frozen.remove(entry.device) != nil
    }
  }

  /// Only looks whether the device is attached.
  public func replayLog(of type: String, on device: FilePath, options: [String]) throws(HostError) {
    try perform(.replayLog) { (state) throws(HostError) in
      guard state.loops.contains(where: { $0.path == device }) else {
        throw HostError(.notFound, "there is no device \(device)", errno: ENXIO)
      }
      state.usedNodes.insert(device)
      Self.clearUnused(&state)
    }
  }

  /// The devices of the filesystems that are frozen.
  public var frozenDevices: Set<DeviceNumber> { state.withLock { $0.frozen } }
}
