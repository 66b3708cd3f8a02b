// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
@testable import LinuxStorage
@testable import Volumes

/// A table has no more mounts than lines, and says of each whether it is read-only in both places alike.
enum MountTableTrial {
  static func run(_ bytes: [UInt8]) -> ParserTrial.Outcome {
    var path = Array("/tmp/orlop-mountinfo-XXXXXX".utf8CString)
    let descriptor = mkstemp(&path)
    guard descriptor >= 0 else { return "mkstemp fails" }
    unlink(path)
    defer { close(descriptor) }
    guard write(descriptor, bytes, bytes.count) == bytes.count else { return "write fails" }
    guard let table = try? MountTable.read("/proc/self/fd/\(descriptor)") else { return .refused }
    guard table.count <= 1 + bytes.count(where: { $0 == 0x0a }) else { return "more mounts than lines" }
    for mount in table {
      guard let first = mount.entry.options.first, ["ro", "rw"].contains(first) else { return "no ro or rw" }
      guard mount.entry.isReadOnly == (first == "ro") else { return "\(mount.entry.target): read-only and not" }
    }
    return .kept
  }
}

/// A superblock with a right checksum keeps what it says when it gets another identity, and points to places within limits.
enum SuperblockTrial {
  static func run(_ bytes: [UInt8]) -> ParserTrial.Outcome {
    _ = try? ExtSuperblock(bytes, described: "mutant")
    _ = try? ExtTemplate(encoded: bytes, described: "mutant")
    var padded = bytes.prefix(1024) + [UInt8](repeating: 0, count: max(0, 1024 - bytes.count))
    padded[0x38] = 0x53
    padded[0x39] = 0xEF
    // Most mutants have a wrong checksum: they are looked at with a right one, too.
    let checksum = CRC32C.of(padded.prefix(0x3FC))
    for index in 0..<4 { padded[0x3FC + index] = UInt8(truncatingIfNeeded: checksum >> (8 * UInt32(index))) }
    guard let block = try? ExtSuperblock(Array(padded), described: "mutant") else {
      return "a right checksum is refused"
    }
    // The last one lies furthest: with a million of them, a look at each takes seconds.
    let groups = block.superblockGroups ?? []
    for group in groups.prefix(50) + groups.suffix(50) where block.offset(ofGroup: group) < 0 {
      return "group \(group) lies below 0"
    }
    _ = (block.type, block.isClean, block.errorBehaviour, block.freeBlocks, block.reservedBlocks, block.errorCount)
    let identity = ExtIdentity(uuid: .random(), time: 1_700_000_000)
    guard let stamped = try? ExtSuperblock(block.stamped(identity).bytes, described: "stamped") else {
      return "a stamped superblock is refused"
    }
    guard stamped.uuid == identity.uuid, FilesystemUUID(stamped.uuid.description) == identity.uuid else {
      return "another UUID"
    }
    guard stamped.blocks == block.blocks, stamped.inodes == block.inodes, stamped.type == block.type else {
      return "another filesystem"
    }
    return .kept
  }
}

/// A volume's record that is read and written is the same record.
enum RecordTrial {
  static func run(_ bytes: [UInt8]) -> ParserTrial.Outcome {
    let version = VolumeRecord.currentVersion
    guard let record: VolumeRecord = try? JSONFile.decode(bytes, of: "volume.json", version: version) else {
      return .refused
    }
    guard (try? record.check(at: "volume.json")) != nil else { return .refused }
    guard record.capacityBytes > 0, record.promisedBytes > 0 else { return "a size below 1 is accepted" }
    guard let written = try? JSONFile.encode(record, of: "volume.json"),
      let again: VolumeRecord = try? JSONFile.decode(written, of: "volume.json", version: version)
    else { return "a record cannot be written and read" }
    return again == record ? .kept : "a record changes when it is written"
  }
}
