// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
public import SystemPackage

extension FakeHost {
  /// Adds a row to the loop table; the same file twice is permitted, as by the kernel.
  public func attachLoop(
    image: FileDescriptor, at path: FilePath, options: LoopOptions
  ) throws(HostError) -> LoopDevice {
    let backing = try FileIdentity.of(image)
    let kept = PathHandle(
      adopting: FileDescriptor(
        rawValue: try call("fcntl", "keep \(path) open") { fcntl(image.rawValue, F_DUPFD_CLOEXEC, 0) }),
      at: path)
    return try perform(.attachLoop) { (state) throws(HostError) in
      guard state.loops.count < state.maximumLoops else {
        throw HostError(.limit, "cannot attach \(path): there is no free loop device", errno: ENOSPC)
      }
      let taken = Set(state.loops.map(\.number.minor))
      let minor = (0...UInt32(state.loops.count)).first { !taken.contains($0) } ?? 0
      let device = LoopDevice(
        path: FilePath("/dev/loop\(minor)"), number: DeviceNumber(major: 7, minor: minor), backing: backing,
        options: options)
      state.loops.append(device)
      state.images[device.number] = kept
      return device
    }
  }

  /// Removes the device from the loop table, or, when it is in use, leaves that to its last user.
  public func detachLoop(_ device: LoopDevice) throws(HostError) {
    try perform(.detachLoop) { (state) throws(HostError) in
      guard let index = state.loops.firstIndex(where: { $0.number == device.number }) else {
        throw HostError(.notFound, "\(device.path) is not attached", errno: ENXIO)
      }
      guard Self.isUsed(state.loops[index], state) else {
        state.loops.remove(at: index)
        return
      }
      let old = state.loops[index]
      var options = old.options
      options.autoclear = true
      state.loops[index] = LoopDevice(path: old.path, number: old.number, backing: old.backing, options: options)
      state.usedNodes.insert(old.path)
    }
  }

  /// The loop table.
  public func attachedLoops() throws(HostError) -> [LoopDevice] {
    try perform(.attachedLoops) { (state) throws(HostError) in state.loops.sorted { $0.number.minor < $1.number.minor }
    }
  }

  /// The first device of the loop table that has `backing`.
  public func findLoop(backing: FileIdentity) throws(HostError) -> LoopDevice? {
    try perform(.findLoop) { (state) throws(HostError) in state.loops.first { $0.backing == backing } }
  }

  /// The first device of the loop table that has `image`.
  public func loop(backedBy image: SparseFile) throws(HostError) -> LoopDevice? {
    let backing = try image.identity()
    return try perform(.attachedLoops) { (state) throws(HostError) in state.loops.first { $0.backing == backing } }
  }

  /// Whether the device is neither mounted nor held.
  public func isIdle(blockDevice path: FilePath) throws(HostError) -> Bool {
    try perform(.isIdle) { (state) throws(HostError) in
      guard let loop = state.loops.first(where: { $0.path == path }) else {
        throw HostError(.notFound, "there is no device \(path)", errno: ENXIO)
      }
      return !Self.isUsed(loop, state)
    }
  }
}
