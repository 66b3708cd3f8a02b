// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Testing
import Volumes

@Suite struct VolumeRequestTests {
  private func request(
    _ parameters: [String: String], defaults: [String: String] = [:], ignoring: [String] = [],
    filesystemType: String? = nil
  ) throws -> VolumeRequest {
    try VolumeRequest(
      id: VolumeID("v"), capacity: 1, parameters: parameters, defaults: defaults, ignoring: ignoring,
      filesystemType: filesystemType)
  }

  @Test("Without parameters a volume is a thin ext4 image in the default pool")
  func presets() throws {
    let request = try request([:])
    #expect(request.storage == .image)
    #expect(request.filesystem == .ext4)
    #expect(request.diskFormat == .thin)
    #expect(request.pool == "default")
    #expect(request.enforcement == .required)
    #expect(request.owner == VolumeOwner(user: 0, group: 0, mode: 0o755))
  }

  @Test("Keys and choices are read in any case")
  func foldsCase() throws {
    let request = try request(["FSTYPE": "Ext3", "DiskFormat": "ZeroedThick", "UID": "7", "GID": "8", "Mode": "2770"])
    #expect(request.filesystem == .ext3)
    #expect(request.diskFormat == .zeroedthick)
    #expect(request.owner == VolumeOwner(user: 7, group: 8, mode: 0o2770))
  }

  /// A class that makes no sense, and what the error must name.
  struct Wrong: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let parameters: [String: String]
    let named: String
  }

  @Test(
    "A wrong parameter is refused by name",
    arguments: [
      Wrong(
        testDescription: "unknown, with the nearest", parameters: ["fstpye": "ext4"],
        named: "nearest known one is fsType"),
      Wrong(
        testDescription: "unknown disk format key", parameters: ["diskFormatt": "thin"],
        named: "nearest known one is diskformat"),
      Wrong(testDescription: "filesystem", parameters: ["fsType": "ntfs"], named: "ext2, ext3, ext4, xfs, btrfs"),
      Wrong(testDescription: "injection into mkfs", parameters: ["fsType": "ext4 -F /dev/sda"], named: "fsType"),
      Wrong(
        testDescription: "disk format", parameters: ["diskformat": "fat"], named: "thin, zeroedthick, eagerzeroedthick"),
      Wrong(testDescription: "storage", parameters: ["storage": "tape"], named: "image, directory"),
      Wrong(testDescription: "negative uid", parameters: ["uid": "-1"], named: "uid"),
      Wrong(testDescription: "nobody's uid", parameters: ["uid": "4294967295"], named: "uid"),
      Wrong(testDescription: "blank before gid", parameters: ["gid": " 1"], named: "gid"),
      Wrong(testDescription: "set-uid root directory", parameters: ["mode": "4755"], named: "mode"),
      Wrong(testDescription: "decimal mode", parameters: ["mode": "0898"], named: "mode"),
      Wrong(
        testDescription: "both spellings", parameters: ["fsType": "ext4", "csi.storage.k8s.io/fstype": "ext4"],
        named: "give one"),
      Wrong(testDescription: "twice in different case", parameters: ["uid": "1", "UID": "1"], named: "twice"),
      Wrong(
        testDescription: "thick directory",
        parameters: ["storage": "directory", "enforcement": "none", "diskformat": "thin"],
        named: "no meaning for storage directory"),
      Wrong(
        testDescription: "unlimited image", parameters: ["enforcement": "none"], named: "an image is always limited"),
    ])
  func refuses(_ wrong: Wrong) throws {
    let error = #expect(throws: VolumeError.self) { try request(wrong.parameters) }
    #expect(error?.code == .invalid)
    #expect(error?.message.contains(wrong.named) == true, "\(error?.message ?? "")")
  }

  @Test("An alias gives defaults, which the class overrides, and foreign keys are ignored but told (A1)")
  func aliases() throws {
    let request = try request(
      ["DataStore": "ssd", "fsType": "ext3"], defaults: ["storage": "image", "fsType": "xfs"], ignoring: ["datastore"])
    #expect(request.filesystem == .ext3)
    #expect(request.ignored == ["DataStore"])
  }

  @Test("A filesystem asked for elsewhere must not contradict the class")
  func filesystemType() throws {
    #expect(try request([:], filesystemType: "xfs").filesystem == .xfs)
    #expect(try request(["fsType": "xfs"], filesystemType: "xfs").filesystem == .xfs)
    #expect(try request([:], filesystemType: "").filesystem == .ext4)
    #expect(throws: VolumeError.self) { try request(["fsType": "ext3"], filesystemType: "xfs") }
  }

  @Test("A capacity must be positive", arguments: [0, -1, Int64.min])
  func refusesCapacity(_ capacity: Int64) throws {
    #expect(throws: VolumeError.self) { try VolumeRequest(id: VolumeID("v"), capacity: capacity) }
  }
}
