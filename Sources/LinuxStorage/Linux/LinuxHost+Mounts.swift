// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
public import SystemPackage

extension LinuxHost {
  /// Mounts by fsopen(2), fsconfig(2), fsmount(2) and move_mount(2); killed before the last, it leaves nothing behind.
  public func mount(
    _ type: String, from source: FilePath, at target: FilePath, options: MountOptions
  ) throws(HostError) {
    let place = PathHandle(
      adopting: try open(
        target, orlop_o_path | O_DIRECTORY | O_NOFOLLOW, remedy: [.notDirectory: "it must be a directory, and no link"]),
      at: target)
    let context = try FilesystemContext(type)
    try context.set("source", to: source.string)
    if options.readOnly { try context.set("ro") }
    for option in options.filesystem {
      let parts = option.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
      if parts.count == 2 { try context.set(parts[0], to: parts[1]) } else { try context.set(parts[0]) }
    }
    try context.create(from: source)
    let mount = try context.mount(attributes: options.attributes)
    FaultPoint.reach("mount.prepared")
    try move(mount.descriptor, to: place.descriptor, described: target.string)
    let device = try FileMetadata.of(source).special
    release(device)
  }

  /// Binds by open_tree(2), mount_setattr(2) and move_mount(2). `options.filesystem` has no meaning here and is not looked at.
  public func bind(
    _ source: FileDescriptor, to target: FileDescriptor, options: MountOptions
  ) throws(HostError) {
    let raw = try call("open_tree", "prepare a bind mount") {
      open_tree(source.rawValue, "", UInt32(OPEN_TREE_CLONE) | UInt32(OPEN_TREE_CLOEXEC) | UInt32(orlop_at_empty_path))
    }
    let tree = PathHandle(adopting: FileDescriptor(rawValue: raw), at: "the bind mount")
    var change = mount_attr()
    change.attr_set = UInt64(options.attributes)
    // One way of keeping access times takes the place of another.
    if options.noAccessTime { change.attr_clr = UInt64(MOUNT_ATTR__ATIME) }
    try call("mount_setattr", "set the options of a bind mount") {
      mount_setattr(tree.descriptor.rawValue, "", UInt32(orlop_at_empty_path), &change, MemoryLayout<mount_attr>.size)
    }
    FaultPoint.reach("bind.prepared")
    try move(tree.descriptor, to: target, described: "the target of the bind mount")
  }

  /// Unmounts by umount2(2) with UMOUNT_NOFOLLOW, and MNT_DETACH when `lazily`; `notFound` when nothing is mounted there.
  ///
  /// Tries for up to 100 ms while it is busy: a program that another thread is starting holds copies of our descriptors
  /// between its fork and its exec.
  public func unmount(_ target: FilePath, lazily: Bool) throws(HostError) {
    let flags = CInt(UMOUNT_NOFOLLOW) | (lazily ? CInt(MNT_DETACH) : 0)
    var attempts = 20
    try call(
      "umount2", "unmount \(target)", meaning: [.invalidArgument: .notFound],
      remedy: [.resourceBusy: "something beneath it is open or mounted", .invalidArgument: "nothing is mounted there"]
    ) {
      while true {
        let result = target.withPlatformString { umount2($0, flags) }
        attempts -= 1
        if result == 0 || errno != EBUSY || attempts == 0 { return result }
        usleep(5000)
      }
    }
  }

  /// The mount table of this process.
  public func mounts() throws(HostError) -> [MountEntry] { try MountTable.read("/proc/self/mountinfo").map(\.entry) }

  /// The mount whose root `target` is, asked of the kernel for this one path alone.
  public func mount(at target: FilePath) throws(HostError) -> MountEntry? { try MountTable.topmost(at: target) }

  private func move(_ mount: FileDescriptor, to place: FileDescriptor, described: String) throws(HostError) {
    try call("move_mount", "mount at \(described)") {
      move_mount(
        mount.rawValue, "", place.rawValue, "", UInt32(MOVE_MOUNT_F_EMPTY_PATH) | UInt32(MOVE_MOUNT_T_EMPTY_PATH))
    }
  }
}

extension MountOptions {
  /// The attributes of the mount itself, mount_setattr(2).
  var attributes: UInt32 {
    var bits: UInt32 = 0
    if readOnly { bits |= UInt32(MOUNT_ATTR_RDONLY) }
    if noSUID { bits |= UInt32(MOUNT_ATTR_NOSUID) }
    if noDevices { bits |= UInt32(MOUNT_ATTR_NODEV) }
    if noExec { bits |= UInt32(MOUNT_ATTR_NOEXEC) }
    if noAccessTime { bits |= UInt32(MOUNT_ATTR_NOATIME) }
    return bits
  }
}
