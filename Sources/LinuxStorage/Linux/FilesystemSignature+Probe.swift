// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
public import SystemPackage

extension FilesystemSignature {
  /// What libblkid finds on the regular file or block device at `path`, read-only; nil when it finds nothing at all.
  /// `invalid` when there are several contradicting signatures: then nobody should touch it.
  public static func probe(_ path: FilePath) throws(HostError) -> FilesystemSignature? {
    let raw = try call("open", "open \(path)") {
      path.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    }
    return try probe(PathHandle(adopting: FileDescriptor(rawValue: raw), at: path))
  }

  /// What libblkid finds on the open file, which must be readable.
  public static func probe(_ file: some OpenFile) throws(HostError) -> FilesystemSignature? {
    var found = orlop_signature()
    let result = try shim(
      "blkid_do_safeprobe", "find out what is on \(file.path)", meaning: [.multiHop: .invalid],
      remedy: [.multiHop: "it carries several signatures that contradict each other; wipe what is stale with wipefs"]
    ) { orlop_probe(file.descriptor.rawValue, &found) }
    guard result > 0 else { return nil }
    let uuid = text(of: found.uuid)
    return FilesystemSignature(type: text(of: found.type), uuid: uuid.isEmpty ? nil : uuid.lowercased())
  }
}

/// The text of a NUL-terminated C array, which Swift sees as a tuple.
func text<Characters: BitwiseCopyable>(of characters: Characters) -> String {
  withUnsafeBytes(of: characters) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) }
}
