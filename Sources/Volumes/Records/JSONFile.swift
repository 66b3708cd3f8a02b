// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

internal import FoundationEssentials

/// The small JSON files beside the data: sorted keys, one per line, so that people can read and compare them.
enum JSONFile {
  /// What every such file says of itself.
  protocol Versioned: Codable {
    /// The version of the format.
    var version: Int { get }
  }

  private struct OtherVersion: Versioned { let version: Int }

  /// The bytes of `value`, with a final newline.
  static func encode(_ value: some Encodable, of path: String) throws(VolumeError) -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    do {
      return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
    } catch {
      throw VolumeError(.failed, "cannot write \(path): \(error)")
    }
  }

  /// The value in `bytes`, the content of `path`; throws ``VolumeError/Code/damaged`` when it is none, and
  /// ``VolumeError/Code/unsupported`` when it was written by a newer program than this one, which knows `version`.
  static func decode<Value: Versioned>(_ bytes: [UInt8], of path: String, version: Int) throws(VolumeError) -> Value {
    let data = Data(bytes)
    let decoder = JSONDecoder()
    let decoded = Result { try decoder.decode(Value.self, from: data) }
    // A newer format need not decode as ours: then its version says so.
    let found = try? decoded.get().version
    guard let found = found ?? (try? decoder.decode(OtherVersion.self, from: data).version) else {
      throw VolumeError(.damaged, "\(path) is damaged: it holds no JSON with a version; restore it from a backup")
    }
    guard found <= version else {
      throw VolumeError(
        .unsupported, "\(path) has version \(found); this program knows up to \(version): use a newer one")
    }
    do {
      return try decoded.get()
    } catch {
      throw VolumeError(.damaged, "\(path) is damaged: \(Self.explain(error)); restore it from a backup")
    }
  }

  private static func explain(_ error: any Error) -> String {
    guard let error = error as? DecodingError else { return "\(error)" }
    return switch error {
    case .keyNotFound(let key, _): "\(key.stringValue) is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context), .dataCorrupted(let context):
      context.codingPath.map(\.stringValue).joined(separator: ".") + " has a wrong value"
    @unknown default: "\(error)"
    }
  }
}
