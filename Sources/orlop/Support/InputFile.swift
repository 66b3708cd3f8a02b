// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import ArgumentParser
import Engine
import Presentation
import StorageAPI

#if canImport(Glibc)
  import Glibc
#endif

/// Reads what `-f` names.
enum InputFile {
  /// The text of the file `path`, or of standard input for `-`.
  static func read(_ path: String) throws -> String {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      throw EngineError(.invalid, "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { if path != "-" { close(descriptor) } }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 1 << 16)
    while bytes.count <= ManifestReader.longestText {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      if count < 0 && errno == EINTR { continue }
      guard count >= 0 else {
        throw EngineError(.invalid, "cannot read \(path): \(String(cString: strerror(errno)))")
      }
      guard count > 0 else { break }
      bytes.append(contentsOf: chunk[..<count])
    }
    return try ManifestReader.decoded(bytes)
  }

  /// The files that `path` means: itself, or the manifests in it when it is a directory, by name; with `recursive` also those in
  /// directories beneath.
  static func expand(_ path: String, recursive: Bool = false) throws -> [String] {
    for scheme in ["http://", "https://"] where path.hasPrefix(scheme) {
      throw EngineError(.invalid, "orlop reads no addresses: fetch it first, as in `curl -sL \(path) | orlop … -f -`")
    }
    guard path != "-", isDirectory(path, followingLinks: true) else { return [path] }
    let files = try manifests(in: path, recursive)
    guard !files.isEmpty else {
      let hint = recursive ? "" : "; -R looks into directories beneath, too"
      throw EngineError(.invalid, "\(path) holds no .yaml, .yml or .json file\(hint)")
    }
    return files
  }

  private static func manifests(in path: String, _ recursive: Bool) throws -> [String] {
    guard let directory = opendir(path) else {
      throw EngineError(.invalid, "cannot read \(path): \(String(cString: strerror(errno)))")
    }
    defer { closedir(directory) }
    var names: [String] = []
    while let entry = readdir(directory) {
      names.append(withUnsafeBytes(of: entry.pointee.d_name) { String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self) })
    }
    return try names.filter { $0 != "." && $0 != ".." }.sorted().flatMap { name -> [String] in
      let file = (path.hasSuffix("/") ? path : path + "/") + name
      if isDirectory(file, followingLinks: false) { return recursive ? try manifests(in: file, true) : [] }
      return [".yaml", ".yml", ".json"].contains { name.hasSuffix($0) } ? [file] : []
    }
  }

  private static func isDirectory(_ path: String, followingLinks: Bool) -> Bool {
    var status = stat()
    let found = followingLinks ? stat(path, &status) : lstat(path, &status)
    return found == 0 && status.st_mode & S_IFMT == S_IFDIR
  }
}

/// The `-f` option of the verbs that take manifests.
struct ManifestOptions: ParsableArguments {
  @Option(name: .shortAndLong, help: "A manifest, a directory of manifests, or - for standard input; may be repeated.")
  var filename: [String] = []
  @Flag(name: [.customShort("R"), .long], help: "Also the manifests in the directories beneath.") var recursive = false

  /// The files named, with those that are in directories.
  func files() throws -> [String] { try filename.flatMap { try InputFile.expand($0, recursive: recursive) } }

  /// Every manifest of every file, in order.
  ///
  /// Nothing is begun when one of them does not read.
  func manifests() throws -> [FileManifest] {
    var manifests: [FileManifest] = []
    for path in try files() {
      do {
        manifests += try ManifestReader.read(try InputFile.read(path)).map { FileManifest(file: path, manifest: $0) }
      } catch let error as StatusError {
        throw ManifestError(text: StatusText.text(error, while: .init("reading", path)))
      }
    }
    guard !manifests.isEmpty else { throw EngineError(.invalid, "no objects passed: the manifests are empty") }
    return manifests
  }
}

/// A manifest and the file that holds it.
struct FileManifest {
  let file: String
  let manifest: Manifest

  /// The object's kind; the reader refuses unknown ones.
  var kind: Kind { manifest.kind ?? .pod }

  /// The object, in `namespace` unless it says its own or its kind has none; its status is not the user's to say.
  func object(in namespace: String) -> Resource { placed(manifest.object, in: namespace) }

  /// The same with the nulls and empty values that were written, which tell ``Apply`` what is to go.
  func written(in namespace: String) -> Resource { placed(manifest.written, in: namespace) }

  private func placed(_ json: JSONObject, in namespace: String) -> Resource {
    var object = Resource(json: json)
    object.json["status"] = nil
    if kind.isNamespaced, object.namespace.isEmpty { object.metadata.namespace = namespace }
    return object
  }

  /// What `body` returns; an answer of the API that it throws is told with the deed, such as `creating`, and the place.
  func telling<Value>(_ deed: String, _ body: () async throws -> Value) async throws -> Value {
    do {
      return try await body()
    } catch let error as StatusError {
      throw ManifestError(text: StatusText.text(manifest.placed(error), while: .init(deed, file)))
    }
  }
}

/// Why a manifest's object is refused, with its place.
struct ManifestError: Error, CustomStringConvertible {
  let text: String
  var description: String { text }
}
