// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

public import SystemPackage

/// One line of the mount table.
public struct MountEntry: Sendable {
  /// Where it is mounted.
  public let target: FilePath
  /// The mounted filesystem's device number.
  public let device: DeviceNumber
  /// The directory within that filesystem that is the mount's root; `/` unless it is a bind mount of a part.
  public let root: FilePath
  /// The filesystem's type.
  public let type: String
  /// What was mounted, as the kernel tells it, such as `/dev/loop3`.
  public let source: String
  /// Whether writes through this mount are refused.
  public let isReadOnly: Bool
  private let words: MountWords

  /// The mount's and the filesystem's options, as the kernel tells them; the first is `ro` or `rw`.
  public var options: [String] { words.merged }

  /// The mount of `source` at `target`.
  public init(
    target: FilePath, device: DeviceNumber, root: FilePath, type: String, source: String, isReadOnly: Bool,
    options: [String]
  ) {
    self.target = target
    self.device = device
    self.root = root
    self.type = type
    self.source = source
    self.isReadOnly = isReadOnly
    self.words = MountWords(mount: options.joined(separator: ","), filesystem: "")
  }

  /// The mount with the options of mountinfo's two lists, which are taken apart only when somebody asks.
  init(
    target: FilePath, device: DeviceNumber, root: FilePath, type: String, source: String, words: MountWords
  ) {
    self.target = target
    self.device = device
    self.root = root
    self.type = type
    self.source = source
    self.isReadOnly = words.haveReadOnly
    self.words = words
  }
}

extension MountEntry: Hashable {
  /// Whether all is the same, the options as they are shown.
  public static func == (left: Self, right: Self) -> Bool {
    left.target == right.target && left.device == right.device && left.root == right.root && left.type == right.type
      && left.source == right.source && left.isReadOnly == right.isReadOnly && left.options == right.options
  }

  /// Feeds where it is mounted and what is.
  public func hash(into hasher: inout Hasher) {
    hasher.combine(target)
    hasher.combine(device)
    hasher.combine(root)
  }
}

/// The options of a mount as the kernel writes them: those of the mount itself, and those of its filesystem.
struct MountWords: Sendable {
  let mount: String
  let filesystem: String

  /// The mount's own followed by the filesystem's; the first is `ro` when either of them is, else `rw`.
  var merged: [String] {
    let all = (mount.split(separator: ",") + filesystem.split(separator: ",")).map(String.init)
    return [haveReadOnly ? "ro" : "rw"] + all.filter { $0 != "ro" && $0 != "rw" }
  }

  /// Whether one of the words is `ro`.
  var haveReadOnly: Bool { Self.have("ro", mount) || Self.have("ro", filesystem) }

  private static func have(_ word: String, _ words: String) -> Bool {
    words.utf8.split(separator: UInt8(ascii: ",")).contains { $0.elementsEqual(word.utf8) }
  }
}
