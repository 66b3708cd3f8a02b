// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
public import SystemPackage

extension LinuxHost {
  /// Attaches the image by LOOP_CTL_GET_FREE and LOOP_CONFIGURE, loop(4), and checks what the kernel made of it.
  public func attachLoop(
    image: FileDescriptor, at path: FilePath, options: LoopOptions
  ) throws(HostError) -> LoopDevice {
    let backing = try FileIdentity.of(image)
    let control = try open(
      devices.appending("loop-control"), O_RDWR,
      remedy: [
        .noSuchFileOrDirectory: "load the module (modprobe loop), or give the container the device /dev/loop-control",
        .notPermitted: "allow the container the devices 'c 10:237 rwm' and 'b 7:* rwm'",
      ])
    defer { try? control.close() }
    // Between GET_FREE and CONFIGURE anybody can take the device: then the next free one is tried.
    for _ in 0..<64 {
      let number = try shim(
        "LOOP_CTL_GET_FREE", "find a free loop device for \(path)",
        meaning: [.noSpace: .limit, .noSuchAddressOrDevice: .limit]
      ) { orlop_loop_free(control.rawValue) }
      let device = try openLoop(UInt32(number))
      do {
        return try configure(device, number: UInt32(number), image: image, backing: backing, at: path, options: options)
      } catch {
        try? device.close()
        if error.errno != EBUSY { throw error }
      }
    }
    throw HostError(
      .limit, "cannot attach \(path): every free loop device was taken by somebody else first", errno: EBUSY)
  }

  /// Detaches the device by LOOP_CLR_FD, loop(4); a device that has another file by now is left alone (`notFound`).
  public func detachLoop(_ device: LoopDevice) throws(HostError) {
    let descriptor = try openLoop(device.number.minor)
    defer { try? descriptor.close() }
    guard let found = try inspect(descriptor), found.backing == device.backing else {
      throw HostError(.notFound, "\(device.path) is not attached to that image any more", errno: ENXIO)
    }
    try shim("LOOP_CLR_FD", "detach \(device.path)", meaning: [.noSuchAddressOrDevice: .notFound]) {
      orlop_loop_clear(descriptor.rawValue)
    }
    release(device.number)
  }

  /// The devices that /proc/partitions shows as attached, each asked by LOOP_GET_STATUS64.
  public func attachedLoops() throws(HostError) -> [LoopDevice] {
    var found: [LoopDevice] = []
    for number in try attachedNumbers() {
      let descriptor = try openLoop(number)
      defer { try? descriptor.close() }
      if let device = try inspect(descriptor) { found.append(device) }
    }
    return found
  }

  /// The first device with that backing file; when it clears itself, it is kept open here until it is mounted or detached.
  public func findLoop(backing: FileIdentity) throws(HostError) -> LoopDevice? {
    for number in try attachedNumbers() {
      let descriptor = try openLoop(number)
      do throws(HostError) {
        if let device = try inspect(descriptor), device.backing == backing {
          if device.options.autoclear { hold(descriptor, of: device.number) } else { try? descriptor.close() }
          return device
        }
      } catch {
        try? descriptor.close()
        throw error
      }
      try? descriptor.close()
    }
    return nil
  }

  /// A device keeps its image open: where a lease, fcntl(2), says that nobody does, no device is asked.
  public func loop(backedBy image: SparseFile) throws(HostError) -> LoopDevice? {
    defer { withExtendedLifetime(image) {} }
    if orlop_is_only_opener(image.descriptor.rawValue) == 1 { return nil }
    let backing = try image.identity()
    return try attachedLoops().first { $0.backing == backing }
  }

  /// Opens the device with O_EXCL, open(2): EBUSY says that somebody has it mounted or claimed.
  public func isIdle(blockDevice path: FilePath) throws(HostError) -> Bool {
    do {
      let descriptor = try open(path, O_RDONLY | O_EXCL | O_NONBLOCK)
      try? descriptor.close()
      return true
    } catch {
      if error.errno == EBUSY { return false }
      throw error
    }
  }

  /// Makes the device as long as its file has become, LOOP_SET_CAPACITY.
  public func rereadSize(of device: LoopDevice) throws(HostError) {
    let descriptor = try openLoop(device.number.minor)
    defer { try? descriptor.close() }
    try shim("LOOP_SET_CAPACITY", "tell \(device.path) that its image has grown") {
      orlop_loop_reread_size(descriptor.rawValue)
    }
  }
}

extension LinuxHost {
  /// One LOOP_CONFIGURE, and the check of what it granted. Owns `device` when it succeeds.
  private func configure(
    _ device: FileDescriptor, number: UInt32, image: FileDescriptor, backing: FileIdentity, at path: FilePath,
    options: LoopOptions
  ) throws(HostError) -> LoopDevice {
    do {
      try configureOnce(device, image: image, at: path, options: options)
    } catch {
      // The filesystem below cannot do direct I/O: say so to the kernel, and the result says so to the caller.
      guard options.directIO, error.errno == EINVAL else { throw error }
      var buffered = options
      buffered.directIO = false
      try configureOnce(device, image: image, at: path, options: buffered)
    }
    do throws(HostError) {
      guard let granted = try inspect(device), granted.number.minor == number, granted.backing == backing,
        granted.options.autoclear == options.autoclear, granted.options.blockSize == options.blockSize,
        granted.options.readOnly || !options.readOnly, try bytes(of: device) == FileMetadata.of(image).size & ~511
      else {
        throw HostError(
          .failed, "loop device \(number) did not become what was asked for \(path); it is detached again")
      }
      if options.autoclear { hold(device, of: granted.number) } else { try? device.close() }
      return granted
    } catch {
      _ = orlop_loop_clear(device.rawValue)
      throw error
    }
  }

  /// BLKGETSIZE64.
  private func bytes(of device: FileDescriptor) throws(HostError) -> Int64 {
    try shim("BLKGETSIZE64", "ask for the size of a loop device") { orlop_block_device_bytes(device.rawValue) }
  }

  private func configureOnce(
    _ device: FileDescriptor, image: FileDescriptor, at path: FilePath, options: LoopOptions
  ) throws(HostError) {
    var flags: UInt32 = 0
    if options.autoclear { flags |= orlop_loop_autoclear }
    if options.directIO { flags |= orlop_loop_direct_io }
    if options.readOnly { flags |= orlop_loop_read_only }
    try shim("LOOP_CONFIGURE", "attach \(path) to a loop device") {
      orlop_loop_configure(device.rawValue, image.rawValue, options.blockSize, flags, path.string)
    }
  }

  /// What is attached to an open loop device, LOOP_GET_STATUS64; nil when nothing is.
  private func inspect(_ device: FileDescriptor) throws(HostError) -> LoopDevice? {
    var found = orlop_loop()
    do {
      try shim("LOOP_GET_STATUS64", "ask what is attached to a loop device") {
        orlop_loop_status(device.rawValue, &found)
      }
    } catch {
      if error.errno == ENXIO { return nil }
      throw error
    }
    let sector = try shim("BLKSSZGET", "ask for the block size of loop device \(found.number)") {
      orlop_block_device_sector(device.rawValue)
    }
    return LoopDevice(
      path: node(found.number), number: DeviceNumber(major: loopMajor, minor: found.number),
      backing: FileIdentity(
        device: DeviceNumber(major: found.backing_major, minor: found.backing_minor), inode: found.backing_inode),
      options: LoopOptions(
        autoclear: found.flags & orlop_loop_autoclear != 0, directIO: found.flags & orlop_loop_direct_io != 0,
        blockSize: UInt32(sector), readOnly: found.flags & orlop_loop_read_only != 0))
  }

  private var loopMajor: UInt32 { 7 }

  private func node(_ number: UInt32) -> FilePath { devices.appending("loop\(number)") }

  /// Opens the node of loop device `number`, which is made first where no devtmpfs makes it (in a container).
  private func openLoop(_ number: UInt32) throws(HostError) -> FileDescriptor {
    let path = node(number)
    let remedy: [Errno: String] = [.notPermitted: "allow the container the devices 'b 7:* rwm'"]
    let descriptor: FileDescriptor
    do {
      descriptor = try open(path, O_RDWR | O_NONBLOCK, remedy: remedy)
    } catch {
      guard error.errno == ENOENT else { throw error }
      do {
        try shim("mknod", "make the device node \(path)", remedy: [.notPermitted: "give the container CAP_MKNOD"]) {
          orlop_make_block_node(path.string, loopMajor, number)
        }
      } catch {
        if error.errno != EEXIST { throw error }
      }
      descriptor = try open(path, O_RDWR | O_NONBLOCK, remedy: remedy)
    }
    let metadata = try FileMetadata.of(descriptor.rawValue, name: "", described: path.string)
    guard metadata.kind == .blockDevice, metadata.special == DeviceNumber(major: loopMajor, minor: number) else {
      try? descriptor.close()
      throw HostError(.invalid, "\(path) is not loop device \(number); remove it")
    }
    return descriptor
  }

  /// The numbers of the devices that have a file, ascending: those in /proc/partitions, proc(5), which leaves out what is
  /// empty. One file to read, however many device nodes there are.
  private func attachedNumbers() throws(HostError) -> [UInt32] {
    let partitions = try SparseFile.open("partitions", in: try Directory.open("/proc"))
    var text: [UInt8] = []
    var chunk: [UInt8]
    repeat {
      chunk = try partitions.read(at: Int64(text.count), count: 1 << 14)
      text += chunk
    } while chunk.count == 1 << 14
    return text.split(separator: UInt8(ascii: "\n")).compactMap { line in
      let fields = line.split(separator: UInt8(ascii: " ")).map { UInt32(String(decoding: $0, as: UTF8.self)) }
      return fields.count == 4 && fields[0] == loopMajor ? fields[1] : nil
    }.sorted()
  }
}
