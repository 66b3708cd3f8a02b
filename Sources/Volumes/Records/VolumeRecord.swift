// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// What is true of one volume, kept beside its data in `volume.json`: the only owner of its size, format and filesystem UUID.
public struct VolumeRecord: Sendable, Hashable, Codable {
  /// The version of this format that this program writes, and the newest that it reads.
  public static let currentVersion = 1

  /// The version of the format.
  public var version: Int
  /// The volume's name; always that of the directory it lies in.
  public var id: String
  /// The pool it lies in.
  public var pool: String
  /// Which storage system made it.
  public var storage: StorageKind
  /// The bytes that it was asked to hold.
  public var capacityBytes: Int64
  /// Whether the capacity is enforced.
  public var enforcement: Enforcement
  /// Owner and mode of its root directory, as it was created.
  public var owner: VolumeOwner
  /// The image, for ``StorageKind/image`` alone.
  public var image: ImageRecord?
  /// What holds a directory to its capacity; nil where nothing does, and for images.
  public var quota: QuotaRecord?
  /// The files, directories and links that it was asked to hold at most; nil for any number.
  public var inodes: Int64?
  /// When it was created, in seconds since 1970 (UTC).
  public var createdAt: Int64
  /// Hints for whoever asked for it.
  public var origin: [String: String]
  /// What it is about to become; nil when it is not growing.
  public var growth: Growth?
  /// What its first content is a copy of; absent for one that began empty.
  public var source: ContentOrigin? = nil

  /// What is true of a volume's image.
  public struct ImageRecord: Sendable, Hashable, Codable {
    /// The filesystem in it.
    public var filesystem: FilesystemKind
    /// The filesystem's UUID in lower case.
    public var uuid: String
    /// The length of the image file; more than the capacity by what the filesystem needs for itself.
    public var bytes: Int64
    /// How it takes its room.
    public var diskFormat: DiskFormat

    /// The image of `bytes` with `filesystem` named `uuid`.
    public init(filesystem: FilesystemKind, uuid: String, bytes: Int64, diskFormat: DiskFormat) {
      self.filesystem = filesystem
      self.uuid = uuid
      self.bytes = bytes
      self.diskFormat = diskFormat
    }
  }

  /// A growth that was promised and is not at its end: whoever finds it goes on with it.
  public struct Growth: Sendable, Hashable, Codable {
    /// The bytes that the volume will hold.
    public var capacityBytes: Int64
    /// The length that the image gets; the same as the capacity where there is no image.
    public var imageBytes: Int64
    /// Whether the unmounted filesystem may be half resized.
    public var begun: Bool?
    /// Whether it is no growth at all: a smaller image is about to take the place of the volume's.
    public var shrinks: Bool?

    /// A growth to `capacityBytes`, for which the image gets `imageBytes`.
    public init(capacityBytes: Int64, imageBytes: Int64) {
      self.capacityBytes = capacityBytes
      self.imageBytes = imageBytes
    }

    /// Whether it makes sense for a volume of `capacity` with an image of `length`.
    func fits(_ capacity: Int64, _ length: Int64) -> Bool {
      guard shrinks == true else { return capacityBytes > capacity && imageBytes >= length }
      return capacityBytes < capacity && imageBytes <= length && capacityBytes > 0 && imageBytes > 0
    }

    /// A shrinking to `capacityBytes`, with an image of `imageBytes`.
    init(shrinkingTo capacityBytes: Int64, imageBytes: Int64) {
      self.init(capacityBytes: capacityBytes, imageBytes: imageBytes)
      shrinks = true
    }
  }

  /// What holds a directory to its capacity.
  public struct QuotaRecord: Sendable, Hashable, Codable {
    /// The two ways in which filesystems do it.
    public enum Kind: String, Sendable, Hashable, Codable {
      /// A project of ext4 or xfs.
      case project
      /// A subvolume of btrfs, in a quota group of its own.
      case subvolume
    }

    /// How the filesystem of the pool does it.
    public var kind: Kind
    /// The project's number, or that of the quota group `1/id`; no other directory of the filesystem has it.
    public var id: UInt32

    /// The quota `id` of this kind.
    public init(kind: Kind, id: UInt32) {
      self.kind = kind
      self.id = id
    }
  }

  /// The bytes of the pool that are promised to it.
  public var promisedBytes: Int64 { max(image?.bytes ?? capacityBytes, growth?.imageBytes ?? 0) }

  /// Whether it takes all its room at creation.
  var isThick: Bool { image.map { $0.diskFormat != .thin } ?? false }

  /// How the volume made of this record differs from `request`; nil when it does not. The origin does not count: it is a hint.
  func difference(from request: VolumeRequest) -> String? {
    let pairs: [(String, String, String)] = [
      ("capacity", "\(capacityBytes) bytes", "\(request.capacity) bytes"),
      ("storage", storage.rawValue, request.storage.rawValue),
      ("pool", pool, request.pool),
      ("enforcement", enforcement.rawValue, request.enforcement.rawValue),
      ("inodes", inodes.map { "\($0)" } ?? "any", request.inodes.map { "\($0)" } ?? "any"),
      ("fsType", image?.filesystem.rawValue ?? request.filesystem.rawValue, request.filesystem.rawValue),
      ("diskformat", image?.diskFormat.rawValue ?? request.diskFormat.rawValue, request.diskFormat.rawValue),
      ("owner", "\(owner)", "\(request.owner)"),
      ("source", Self.words(source), Self.words(request.source.map(ContentOrigin.init))),
    ]
    return pairs.first { $0.1 != $0.2 }.map { "its \($0.0) is \($0.1), not \($0.2)" }
  }

  private static func words(_ source: ContentOrigin?) -> String {
    source?.snapshot.map { "snapshot " + $0 } ?? source?.volume.map { "volume " + $0 } ?? "nothing"
  }
}
