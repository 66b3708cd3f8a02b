// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc

/// A parser and what must be true of it, whatever it is given: for the mutations of the tests, and for libFuzzer in hack/soak.
///
/// A trial crashes on what must not crash, and says so when an invariant is broken: what is read and printed is read
/// as the same again, what is canonical stays as it is, what is done twice is done once.
public enum ParserTrial: String, CaseIterable, Sendable {
  case quantity, manifest, json, mountinfo, superblock, record, jsonpath, selector, patch

  /// What came of one text.
  public enum Outcome: Sendable, Equatable, ExpressibleByStringInterpolation {
    /// The parser refuses it.
    case refused
    /// It was read, and every invariant holds.
    case kept
    /// An invariant is broken: how.
    case broken(String)

    /// A broken invariant.
    public init(stringLiteral value: String) { self = .broken(value) }
  }

  /// What the parser makes of `bytes`.
  public func outcome(of bytes: [UInt8]) -> Outcome {
    let text = String(decoding: bytes, as: UTF8.self)
    return switch self {
    case .quantity: QuantityTrial.run(text)
    case .manifest: ManifestTrial.run(text)
    case .json: JSONTrial.run(text)
    case .mountinfo: MountTableTrial.run(bytes)
    case .superblock: SuperblockTrial.run(bytes)
    case .record: RecordTrial.run(bytes)
    case .jsonpath: JSONPathTrial.run(text)
    case .selector: SelectorTrial.run(text)
    case .patch: PatchTrial.run(text)
    }
  }

  /// The directory of the seeds, each a small file that the parser accepts or nearly accepts.
  public var seedDirectory: String {
    var parts = #filePath.split(separator: "/").dropLast()
    parts += ["Seeds", Substring(rawValue)]
    return "/" + parts.joined(separator: "/")
  }

  /// The contents of the seeds, in the order of their names.
  public func seeds() -> [[UInt8]] {
    guard let directory = opendir(seedDirectory) else { return [] }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      let name = withUnsafePointer(to: &entry.pointee.d_name) {
        $0.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names.sorted().map { Self.content(of: seedDirectory + "/" + $0) }
  }

  private static func content(of path: String) -> [UInt8] {
    guard let file = fopen(path, "r") else { return [] }
    defer { fclose(file) }
    var bytes = [UInt8](repeating: 0, count: 1 << 20)
    let count = fread(&bytes, 1, bytes.count, file)
    return Array(bytes.prefix(count))
  }
}
