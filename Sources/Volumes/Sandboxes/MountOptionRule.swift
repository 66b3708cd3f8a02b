// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import LinuxStorage

/// Which mount options a user may ask for: a list of what is allowed, so that nothing else gets through.
///
/// Every mount is `nosuid,nodev` whatever is asked for. Refused are `dev`, `suid`, `loop=`, `bind`, `remount`, `x-…`, and
/// everything that holds a comma, a blank or a line break: one string is one option.
public enum MountOptionRule {
  /// Every option that is allowed, as it is shown in messages.
  public static let allowed = [
    "ro", "rw", "nosuid", "nodev", "exec", "noexec", "atime", "relatime", "noatime", "lazytime", "sync", "dirsync",
    "discard", "nodiscard", "commit=SECONDS (ext3, ext4, btrfs)", "data=ordered|journal|writeback (ext3, ext4)",
    "compress=zstd|lzo|zlib|no (btrfs)",
  ]

  /// The options that `texts` ask for, for a filesystem of the kind `filesystem` (nil: a bind mount, which has no options of
  /// a filesystem's own). Throws ``VolumeError/Code/invalid`` naming the option that is not allowed.
  static func parse(_ texts: [String], for filesystem: FilesystemKind?) throws(VolumeError) -> MountOptions {
    var options = MountOptions()
    for text in texts {
      switch text {
      case "ro": options.readOnly = true
      case "rw": options.readOnly = false
      case "noexec": options.noExec = true
      case "exec": options.noExec = false
      case "noatime": options.noAccessTime = true
      case "atime", "relatime": options.noAccessTime = false
      case "nosuid", "nodev": break
      default:
        guard let filesystem, isAllowed(text, for: filesystem) else { throw refusal(of: text, for: filesystem) }
        options.filesystem.append(text)
      }
    }
    return options
  }

  /// The options with which the publisher always mounts an image of `filesystem`.
  static func imageOptions(_ filesystem: FilesystemKind) -> [String] {
    switch filesystem {
    case .ext2, .ext3, .ext4: ["errors=remount-ro"]
    case .xfs, .btrfs: []
    }
  }

  private static func isAllowed(_ text: String, for filesystem: FilesystemKind) -> Bool {
    switch text {
    case "lazytime", "sync", "dirsync": return true
    case "discard", "nodiscard": return true
    case "data=ordered", "data=journal", "data=writeback": return filesystem == .ext3 || filesystem == .ext4
    case "compress=zstd", "compress=lzo", "compress=zlib", "compress=no": return filesystem == .btrfs
    default:
      guard filesystem == .ext3 || filesystem == .ext4 || filesystem == .btrfs, text.hasPrefix("commit=") else {
        return false
      }
      let seconds = text.dropFirst("commit=".count)
      return (1...3).contains(seconds.utf8.count) && seconds.utf8.allSatisfy { (48...57).contains($0) }
    }
  }

  private static func refusal(of text: String, for filesystem: FilesystemKind?) -> VolumeError {
    let place = filesystem.map { "a volume with \($0.rawValue)" } ?? "a directory"
    return VolumeError(
      .invalid,
      "mount option \(NameRule.quoted(text)) is not allowed for \(place); allowed are \(allowed.joined(separator: ", "))"
    )
  }
}
