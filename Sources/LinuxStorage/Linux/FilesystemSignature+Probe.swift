// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import CLinuxStorage
import Glibc
public import SystemPackage

extension FilesystemSignature {
  /// What libblkid finds on the regular file or block device at `path`, read-only; nil when it finds nothing at all.
  /// `invalid` when there are several contradicting signatures: then nobody should touch it.
  ///
  /// libblkid looks for everything there is, in a hundred places. When it is an ext filesystem that is `expected`, and it is
  /// there with nothing before it, libblkid is not asked.
  public static func probe(
    _ path: FilePath, expected: FilesystemSignature? = nil
  ) throws(HostError) -> FilesystemSignature? {
    let raw = try call("open", "open \(path)") {
      path.withPlatformString { Glibc.open($0, O_RDONLY | O_CLOEXEC | O_NONBLOCK) }
    }
    let file = SparseFile(adopting: FileDescriptor(rawValue: raw), at: path)
    if let expected, ext(on: file) == expected { return expected }
    return try probe(file)
  }

  /// The ext filesystem whose superblock is in order, behind 1024 bytes of zeros, where other content would begin.
  static func ext(on file: SparseFile) -> FilesystemSignature? {
    let length = ExtSuperblock.length
    guard let bytes = try? file.read(at: 0, count: Int(ExtSuperblock.primaryOffset) + length),
      bytes.dropLast(length).allSatisfy({ $0 == 0 }),
      let superblock = try? ExtSuperblock(Array(bytes.suffix(length)), described: file.path.string)
    else { return nil }
    return FilesystemSignature(type: superblock.type, uuid: superblock.uuid.description)
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
