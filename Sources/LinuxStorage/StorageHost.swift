// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import SystemPackage

/// The privileged part of Linux that volumes stand on: loop devices, mounts, filesystem signatures.
///
/// Plain synchronous functions, each one step of the kernel, each repeatable as its documentation says. ``LinuxHost`` is
/// the real one; ``FakeHost`` keeps a mount table and a loop table in memory, for tests without root. Files and
/// directories are not part of this: both hosts work on real ones.
public protocol StorageHost: QuotaHost {
  // MARK: Loop devices, loop(4)

  /// Attaches the regular file open at `image` to a free loop device, in one LOOP_CONFIGURE.
  ///
  /// The caller holds the lock on the image (`flock` on this very descriptor: the kernel keeps the description open until
  /// the device is detached, and the lock with it). What the kernel granted is verified and is in the result. An autoclear
  /// device is kept open by this process until it is mounted or detached, and vanishes with the process before that.
  func attachLoop(image: FileDescriptor, at path: FilePath, options: LoopOptions) throws(HostError) -> LoopDevice

  /// Detaches `device`; done at once, or when its last user goes.
  func detachLoop(_ device: LoopDevice) throws(HostError)

  /// Every attached loop device, with the identity of its backing file.
  func attachedLoops() throws(HostError) -> [LoopDevice]

  /// The device that has the file `backing` attached, or nil. Before it is mounted, it stays attached as after
  /// ``attachLoop(image:at:options:)``: this is how an attached image is used again.
  func findLoop(backing: FileIdentity) throws(HostError) -> LoopDevice?

  /// The device that has `image`, which is open and locked, attached, or nil. Asks the devices only when somebody else has the
  /// image open; who opens it meanwhile has to wait for that.
  func loop(backedBy image: SparseFile) throws(HostError) -> LoopDevice?

  /// Whether nobody has the block device mounted or claimed, in any mount namespace (EBUSY of O_EXCL).
  func isIdle(blockDevice path: FilePath) throws(HostError) -> Bool

  /// Makes `device` as long as its backing file has become, LOOP_SET_CAPACITY.
  func rereadSize(of device: LoopDevice) throws(HostError)

  // MARK: Filesystems

  /// Makes the mounted filesystem of `type`, whose root is open at `root`, `bytes` long, while it is used. Nothing when it is as long
  /// already. `notPermitted` or `unsupported` where it must be unmounted for that: ext without CAP_SYS_RESOURCE.
  func growFilesystem(_ type: String, at root: FileDescriptor, to bytes: Int64) throws(HostError)

  /// Makes the filesystem of `type` on `device`, which is mounted nowhere, `bytes` long: mounted for a moment where nobody sees it.
  func growUnmounted(_ type: String, on device: FilePath, to bytes: Int64) throws(HostError)

  /// What is on the file or device at `path`; nil when there is nothing at all. When the one read that it takes shows exactly what
  /// is `expected`, the answer is that; otherwise it is what libblkid finds.
  func signature(at path: FilePath, expected: FilesystemSignature?) throws(HostError) -> FilesystemSignature?

  /// Size and use of the filesystem that holds `path`, statfs(2).
  func usage(at path: FilePath) throws(HostError) -> FilesystemUsage

  // MARK: Mounts

  /// Mounts the filesystem of `type` on the block device `source` at the directory `target`, by fsopen, fsmount and, as the
  /// one step that others can see, move_mount.
  func mount(_ type: String, from source: FilePath, at target: FilePath, options: MountOptions) throws(HostError)

  /// Makes what is at `source` visible at `target` too. Both are open descriptors (O_PATH), so that no link can be put in
  /// between; `readOnly` and the flags bind to the new mount alone.
  func bind(_ source: FileDescriptor, to target: FileDescriptor, options: MountOptions) throws(HostError)

  /// Takes down the topmost mount at `target`; never follows a link there (UMOUNT_NOFOLLOW).
  func unmount(_ target: FilePath, lazily: Bool) throws(HostError)

  /// The mounts of this mount namespace, in the kernel's order.
  func mounts() throws(HostError) -> [MountEntry]

  /// The topmost mount at exactly `target`, or nil when nothing is mounted there. Costs the same with 5000 mounts as with 5.
  func mount(at target: FilePath) throws(HostError) -> MountEntry?

  // MARK: Copies

  /// Freezes the filesystem that is mounted at `target`, ioctl_fifreeze(2): what was written is on its device, its journal is empty,
  /// and whoever writes waits, until the result is thawed or goes, this process dies, or `seconds` have passed. `busy` when it is frozen.
  func freeze(_ target: FilePath, atMost seconds: UInt32) throws(HostError) -> FrozenFilesystem

  /// Thaws the filesystem that is mounted at `target`, whoever has frozen it; false when it was not frozen.
  func thaw(_ target: FilePath) throws(HostError) -> Bool

  /// Mounts the filesystem of `type` on `device` nowhere, and takes it down again: its log is empty then.
  func replayLog(of type: String, on device: FilePath, options: [String]) throws(HostError)

  /// Who keeps the filesystem on `device` (or, for a path, the mount at it) busy: processes and other mount namespaces.
  func holders(of target: MountTarget) throws(HostError) -> [MountHolder]

  /// The other mount namespaces in which `target` is mounted, by one process in each. Much quicker than ``holders(of:)``, for what
  /// must be asked each time: removing a mount point that is mounted only elsewhere succeeds, and takes the mount with it.
  func otherNamespaces(holding target: MountTarget) throws(HostError) -> [MountHolder]
}

/// What ``StorageHost/holders(of:)`` is asked about.
public enum MountTarget: Sendable, Hashable {
  /// All mounts of the filesystem on this device, wherever they are.
  case device(DeviceNumber)
  /// The mounts at this path, in every mount namespace.
  case path(FilePath)
  /// The mounts at this path and beneath it, in every mount namespace.
  case beneath(FilePath)
  /// The mounts that show this directory of the filesystem on the device, or something in it, wherever they are.
  case directory(DeviceNumber, FilePath)
}

/// A block device's or filesystem's number, as `stat` tells it.
public struct DeviceNumber: Sendable, Hashable, CustomStringConvertible {
  /// The major number.
  public let major: UInt32
  /// The minor number.
  public let minor: UInt32

  /// The device `major:minor`.
  public init(major: UInt32, minor: UInt32) {
    self.major = major
    self.minor = minor
  }

  /// The number as `major:minor`.
  public var description: String { "\(major):\(minor)" }
}

/// What makes a file the same file, whatever its name.
public struct FileIdentity: Sendable, Hashable {
  /// The filesystem that holds it.
  public let device: DeviceNumber
  /// Its inode number there.
  public let inode: UInt64

  /// The file `inode` on `device`.
  public init(device: DeviceNumber, inode: UInt64) {
    self.device = device
    self.inode = inode
  }
}

/// How an image is attached.
public struct LoopOptions: Sendable, Hashable {
  /// Whether the device goes away with its last user.
  public var autoclear: Bool
  /// Whether the image's page cache is bypassed; where the filesystem cannot, the device says so in its result.
  public var directIO: Bool
  /// The device's logical block size in bytes.
  public var blockSize: UInt32
  /// Whether writes are refused.
  public var readOnly: Bool

  /// The options for a volume's image: autoclear, direct I/O and 4096-byte blocks (LIMITS: nearest to native for databases).
  public init(autoclear: Bool = true, directIO: Bool = true, blockSize: UInt32 = 4096, readOnly: Bool = false) {
    self.autoclear = autoclear
    self.directIO = directIO
    self.blockSize = blockSize
    self.readOnly = readOnly
  }
}

/// An attached loop device.
public struct LoopDevice: Sendable, Hashable {
  /// The device node, such as `/dev/loop3`.
  public let path: FilePath
  /// The device's own number.
  public let number: DeviceNumber
  /// The file behind it.
  public let backing: FileIdentity
  /// What the kernel granted.
  public let options: LoopOptions

  /// The device at `path` with `backing` behind it.
  public init(path: FilePath, number: DeviceNumber, backing: FileIdentity, options: LoopOptions) {
    self.path = path
    self.number = number
    self.backing = backing
    self.options = options
  }
}

/// What is on a device or image.
public struct FilesystemSignature: Sendable, Hashable {
  /// The filesystem or other content, as libblkid names it, such as `ext4`.
  public let type: String
  /// The filesystem's UUID in lower case, or nil when it has none.
  public let uuid: String?

  /// The signature of a `type` with `uuid`.
  public init(type: String, uuid: String?) {
    self.type = type
    self.uuid = uuid
  }
}

/// Size and use of a filesystem.
public struct FilesystemUsage: Sendable, Hashable {
  /// Bytes in all.
  public let totalBytes: Int64
  /// Bytes that an unprivileged process can still write.
  public let availableBytes: Int64
  /// Bytes in use.
  public let usedBytes: Int64
  /// Inodes in all; 0 where the filesystem has no fixed number.
  public let totalInodes: Int64
  /// Inodes left.
  public let freeInodes: Int64

  /// The usage with these numbers.
  public init(totalBytes: Int64, availableBytes: Int64, usedBytes: Int64, totalInodes: Int64, freeInodes: Int64) {
    self.totalBytes = totalBytes
    self.availableBytes = availableBytes
    self.usedBytes = usedBytes
    self.totalInodes = totalInodes
    self.freeInodes = freeInodes
  }
}

/// What a mount permits.
public struct MountOptions: Sendable, Hashable {
  /// Whether writes are refused.
  public var readOnly: Bool
  /// Whether set-uid bits are ignored.
  public var noSUID: Bool
  /// Whether device nodes are inert.
  public var noDevices: Bool
  /// Whether programs cannot be run from it.
  public var noExec: Bool
  /// Whether access times are not written.
  public var noAccessTime: Bool
  /// Options of the filesystem itself, as `key` or `key=value`, such as `errors=remount-ro`.
  public var filesystem: [String]

  /// The options of every mount of ours: `nosuid,nodev`, and what is asked for beyond.
  public init(
    readOnly: Bool = false, noSUID: Bool = true, noDevices: Bool = true, noExec: Bool = false,
    noAccessTime: Bool = false, filesystem: [String] = []
  ) {
    self.readOnly = readOnly
    self.noSUID = noSUID
    self.noDevices = noDevices
    self.noExec = noExec
    self.noAccessTime = noAccessTime
    self.filesystem = filesystem
  }
}

/// Who keeps a mount busy.
public struct MountHolder: Sendable, Hashable {
  /// The process; for a mount namespace, one process in it.
  public let pid: Int32
  /// The process's name.
  public let command: String
  /// How it holds on.
  public let kind: Kind
  /// The path that it holds, as it sees it.
  public let path: String

  /// How a process holds on to a mount.
  public enum Kind: String, Sendable, Hashable { case openFile, workingDirectory, root, mappedFile, mountNamespace }

  /// The process `pid` that holds `path`.
  public init(pid: Int32, command: String, kind: Kind, path: String) {
    self.pid = pid
    self.command = command
    self.kind = kind
    self.path = path
  }
}
