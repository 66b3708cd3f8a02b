// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
public import SystemPackage

extension LinuxHost {
  /// Grows by the filesystem's own ioctl, and asks it afterwards how long it is. ext, btrfs and xfs, ioctl(2).
  public func growFilesystem(_ type: String, at root: FileDescriptor, to bytes: Int64) throws(HostError) {
    switch type {
    case "xfs": try growXFS(root, to: bytes)
    case "btrfs": try growBtrfs(root, to: bytes)
    default:
      try shim(
        "EXT4_IOC_RESIZE_FS", "grow the mounted \(type) filesystem",
        meaning: [.inappropriateIOCTLForDevice: .unsupported],
        remedy: [.notPermitted: "the kernel wants CAP_SYS_RESOURCE for that, and a filesystem without errors"]
      ) { orlop_grow_ext(root.rawValue, UInt64(bytes / Self.extBlock)) }
    }
  }

  /// Mounts by fsopen and fsmount alone: the mount is in no namespace, and goes with its descriptor.
  public func growUnmounted(_ type: String, on device: FilePath, to bytes: Int64) throws(HostError) {
    let context = try FilesystemContext(type)
    try context.set("source", to: device.string)
    try context.create(from: device)
    let mount = try context.mount(attributes: MountOptions().attributes)
    let root = try Directory.root(of: mount)
    try growFilesystem(type, at: root.descriptor, to: bytes)
    try shim("syncfs", "write the \(type) filesystem on \(device) to the disk") {
      orlop_syncfs(root.descriptor.rawValue)
    }
  }

  /// The block size of all ext filesystems that Orlop makes.
  private static let extBlock: Int64 = 4096

  private func growXFS(_ root: FileDescriptor, to bytes: Int64) throws(HostError) {
    var size = try xfsSize(root)
    guard size.block_size > 0 else { throw HostError(.invalid, "the xfs filesystem tells no block size") }
    let wanted = UInt64(bytes) / UInt64(size.block_size)
    if size.blocks < wanted {
      try shim("XFS_IOC_FSGROWFSDATA", "grow the mounted xfs filesystem") {
        orlop_grow_xfs(root.rawValue, wanted, size.inode_percent)
      }
      size = try xfsSize(root)
    }
    // A last allocation group of less than 64 blocks is left out.
    guard size.blocks + 64 > wanted else {
      throw HostError(.failed, "the xfs filesystem has \(size.blocks) blocks after growing, not \(wanted)")
    }
  }

  private func xfsSize(_ root: FileDescriptor) throws(HostError) -> orlop_xfs_size {
    var size = orlop_xfs_size()
    try shim(
      "XFS_IOC_FSGEOMETRY", "ask how long the xfs filesystem is", meaning: [.inappropriateIOCTLForDevice: .unsupported]
    ) { orlop_xfs_size(root.rawValue, &size) }
    return size
  }

  private func growBtrfs(_ root: FileDescriptor, to bytes: Int64) throws(HostError) {
    func length() throws(HostError) -> Int64 {
      try shim(
        "BTRFS_IOC_DEV_INFO", "ask how long the btrfs filesystem is",
        meaning: [.inappropriateIOCTLForDevice: .unsupported]
      ) { orlop_btrfs_bytes(root.rawValue) }
    }
    if try length() < bytes {
      try shim("BTRFS_IOC_RESIZE", "grow the mounted btrfs filesystem") {
        orlop_grow_btrfs(root.rawValue, UInt64(bytes))
      }
    }
    let grown = try length()
    guard grown >= bytes else {
      throw HostError(.failed, "the btrfs filesystem has \(grown) bytes after growing, not \(bytes)")
    }
  }
}

extension Directory {
  /// The root of a mount that is attached nowhere.
  fileprivate static func root(of mount: PathHandle) throws(HostError) -> Directory {
    let raw = try call("openat", "open the root of \(mount.path)") {
      openat(mount.descriptor.rawValue, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    }
    return Directory(adopting: FileDescriptor(rawValue: raw), at: mount.path)
  }
}
