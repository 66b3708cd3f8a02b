// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import SystemPackage

/// A filesystem that is being configured, fsopen(2); what the kernel says about it is in the errors.
struct FilesystemContext: ~Copyable {
  private let descriptor: FileDescriptor
  private let type: String

  /// A context for a filesystem of `type`.
  init(_ type: String) throws(HostError) {
    self.type = type
    descriptor = FileDescriptor(
      rawValue: try call(
        "fsopen", "mount a filesystem of type \(type)", meaning: [.operationNotSupportedByDevice: .unsupported],
        remedy: [
          .operationNotSupportedByDevice: "this kernel does not know it; try modprobe \(type)",
          .notPermitted: "to mount needs root (CAP_SYS_ADMIN)",
        ]
      ) { fsopen(type, UInt32(FSOPEN_CLOEXEC)) })
  }

  deinit { try? descriptor.close() }

  /// Sets the flag `key`.
  func set(_ key: String) throws(HostError) {
    try configure("set the mount option \(key) of \(type)") {
      fsconfig(descriptor.rawValue, FSCONFIG_SET_FLAG.rawValue, key, nil, 0)
    }
  }

  /// Sets `key` to `value`.
  func set(_ key: String, to value: String) throws(HostError) {
    try configure("set the mount option \(key)=\(value) of \(type)") {
      fsconfig(descriptor.rawValue, FSCONFIG_SET_STRING.rawValue, key, value, 0)
    }
  }

  /// Reads the superblock of `source` and makes the filesystem, still nowhere.
  func create(from source: FilePath) throws(HostError) {
    try configure("mount \(source) as \(type)") {
      fsconfig(descriptor.rawValue, FSCONFIG_CMD_CREATE.rawValue, nil, nil, 0)
    }
  }

  /// A mount of it that is attached nowhere: it vanishes with the result, fsmount(2).
  func mount(attributes: UInt32) throws(HostError) -> PathHandle {
    let raw = try call("fsmount", "mount a filesystem of type \(type)") {
      fsmount(descriptor.rawValue, UInt32(FSMOUNT_CLOEXEC), attributes)
    }
    return PathHandle(adopting: FileDescriptor(rawValue: raw), at: "the new mount")
  }

  private func configure(_ doing: String, _ body: () -> CInt) throws(HostError) {
    do {
      try call(
        "fsconfig", doing,
        meaning: [
          Errno(rawValue: EUCLEAN): .invalid, .noSuchAddressOrDevice: .notFound, .notBlockDevice: .invalid,
          .badMessage: .invalid, .permissionDenied: .readOnly,
        ],
        remedy: [
          Errno(rawValue: EUCLEAN): "the filesystem is damaged: check it with e2fsck -fn while it is not mounted"
        ],
        body)
    } catch {
      let said = kernelMessages()
      guard !said.isEmpty else { throw error }
      throw HostError(error.code, "\(error.message); the kernel says: \(said)", errno: error.errno)
    }
  }

  /// What the kernel has to say, one message a read, fsopen(2); without the leading class letter.
  private func kernelMessages() -> String {
    var messages: [String] = []
    var buffer = [UInt8](repeating: 0, count: 1024)
    while messages.count < 16 {
      let length = read(descriptor.rawValue, &buffer, buffer.count)
      guard length > 0 else { break }
      let message = String(decoding: buffer.prefix(length), as: UTF8.self)
      messages.append(String(message.dropFirst(2).filter { !$0.isNewline }))
    }
    return messages.joined(separator: "; ")
  }
}
