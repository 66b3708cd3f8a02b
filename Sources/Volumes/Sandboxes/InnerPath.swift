// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// A path within a sandbox or a volume, as its components: never absolute, never `..`, nothing unprintable.
struct InnerPath: Sendable, Hashable {
  /// The components, outermost first.
  let components: [String]

  /// The path as text, without a leading slash.
  var text: String { components.joined(separator: "/") }

  /// The absolute `mountPath` of a container.
  init(mountPath: String) throws(VolumeError) {
    guard mountPath.hasPrefix("/") else {
      throw VolumeError(.invalid, "mount path \(NameRule.quoted(mountPath)) must be absolute")
    }
    components = try Self.split(mountPath, what: "mount path")
    guard !components.isEmpty else {
      throw VolumeError(.invalid, "mount path \(NameRule.quoted(mountPath)) must not be the root directory")
    }
  }

  /// The relative `subPath` within a volume.
  init(subPath: String) throws(VolumeError) {
    guard !subPath.hasPrefix("/") else {
      throw VolumeError(.invalid, "subPath \(NameRule.quoted(subPath)) must be relative")
    }
    components = try Self.split(subPath, what: "subPath")
  }

  private static func split(_ path: String, what: String) throws(VolumeError) -> [String] {
    guard path.utf8.count < 4096, path.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7f }) else {
      throw VolumeError(.invalid, "\(what) \(NameRule.quoted(path)) is too long or holds control characters")
    }
    let components = path.split(separator: "/").map(String.init).filter { $0 != "." }
    guard !components.contains("..") else {
      throw VolumeError(.invalid, "\(what) \(NameRule.quoted(path)) must not contain '..'")
    }
    guard components.allSatisfy({ $0.utf8.count <= 255 }) else {
      throw VolumeError(.invalid, "\(what) \(NameRule.quoted(path)) has a component of more than 255 bytes")
    }
    return components
  }
}
