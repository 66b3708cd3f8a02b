// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

/// Turns a text into objects: YAML of one or several documents, or JSON objects in a row; lists are taken apart.
///
/// Reading is strict, as the API's default is (rule V3): an unknown field, a wrong type or a key that comes twice is an
/// error with its document, its line and the name that was probably meant.
public enum ManifestReader {
  /// The longest text that is read, in bytes.
  public static let longestText = 64 << 20
  /// The longest YAML text that is read, in bytes: a byte of it may cost a hundred bytes of memory.
  public static let longestYAML = 16 << 20
  /// The most values (objects, lists, texts, numbers) that a text may hold altogether.
  public static let mostValues = 1_000_000

  /// The objects of `text`, checked against the fields of their kinds.
  ///
  /// - Throws: ``StatusError`` for the first document that is not well-formed.
  public static func read(_ text: String) throws(StatusError) -> [Manifest] {
    var manifests: [Manifest] = []
    for result in results(text) { manifests.append(try result.get()) }
    return manifests
  }

  /// The objects of the UTF-8 text `bytes`, checked against the fields of their kinds.
  ///
  /// - Throws: ``StatusError`` for the first document that is not well-formed.
  public static func read(utf8 bytes: [UInt8]) throws(StatusError) -> [Manifest] { try read(decoded(bytes)) }

  /// What becomes of each object of `text`: the object, or why it is refused. After an error of syntax there is no more.
  public static func results(_ text: String) -> [Result<Manifest, StatusError>] {
    var results: [Result<Manifest, StatusError>] = []
    for document in documents(text) {
      switch document {
      case .success(let manifest): results += flattened(manifest).map(result(of:))
      case .failure(let error): results.append(.failure(error))
      }
    }
    return results
  }

  private static func result(of manifest: Manifest) -> Result<Manifest, StatusError> {
    do { return .success(try checked(manifest)) } catch { return .failure(error) }
  }

  /// The objects of `text` as they stand: only the syntax is checked, and lists are taken apart.
  ///
  /// For objects that come from a store, with their status. Not for what users write.
  ///
  /// - Throws: ``StatusError`` when the text is neither YAML nor JSON.
  public static func readUnchecked(_ text: String) throws(StatusError) -> [Manifest] {
    var manifests: [Manifest] = []
    for result in documents(text) { manifests += flattened(try result.get()) }
    return manifests
  }

  /// The text in the UTF-8 `bytes`.
  ///
  /// - Throws: ``StatusError`` when they are no UTF-8.
  public static func decoded(_ bytes: [UInt8]) throws(StatusError) -> String {
    guard bytes.count <= longestText else { throw tooLong(bytes.count, longestText) }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw StatusError(.badRequest, "the text is not UTF-8", hint: "save the file as UTF-8")
    }
    return text
  }

  private static func tooLong(_ count: Int, _ limit: Int) -> StatusError {
    StatusError(
      .badRequest, "the text has \(count) bytes; at most \(limit) are read", hint: "split it into several files")
  }
}

// MARK: - Documents

extension ManifestReader {
  private static func documents(_ text: String) -> [Result<Manifest, StatusError>] {
    guard text.utf8.count <= longestText else { return [.failure(tooLong(text.utf8.count, longestText))] }
    if let nul = text.utf8.firstIndex(of: 0) {
      let line = 1 + text.utf8[..<nul].count { $0 == 0x0a }
      return [.failure(StatusError(.badRequest, "a NUL character in the text", origin: .init(document: 1, line: line)))]
    }
    let text = text.utf8.contains(0xef) ? withoutByteOrderMarks(text) : text
    guard text.utf8.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") else { return yamlDocuments(text) }
    do {
      return try jsonDocuments(text)
    } catch {
      // Flow YAML and documents with a line between them begin with a brace, too.
      let yaml = yamlDocuments(text)
      if yaml.contains(where: { if case .success = $0 { true } else { false } }) { return yaml }
      let origin = StatusError.Origin(document: 1, line: error.line)
      return [.failure(StatusError(.badRequest, "error parsing JSON: " + error.message, origin: origin))]
    }
  }

  /// The text without byte order marks at the beginning of lines: files that were put together have one in the middle.
  private static func withoutByteOrderMarks(_ text: String) -> String {
    var kept = String.UnicodeScalarView()
    var isAtStart = true
    for scalar in text.unicodeScalars where !(isAtStart && scalar == "\u{feff}") {
      kept.append(scalar)
      isAtStart = scalar == "\n" || scalar == "\r"
    }
    return String(kept)
  }

  private static func jsonDocuments(_ text: String) throws(JSONSyntaxError) -> [Result<Manifest, StatusError>] {
    var firstLine = 1
    var end = text.utf8.startIndex
    return try JSONReader.readAll(text, mostValues: mostValues).enumerated().map { index, piece in
      let start = text.utf8.index(text.utf8.startIndex, offsetBy: piece.range.lowerBound)
      firstLine += text.utf8[end..<start].count { $0 == 0x0a }
      end = text.utf8.index(start, offsetBy: piece.range.count)
      let result = jsonDocument(piece, text[start..<end], document: index + 1, firstLine: firstLine)
      firstLine += text.utf8[start..<end].count { $0 == 0x0a }
      return result
    }
  }

  private static func jsonDocument(
    _ piece: JSONReader.Piece, _ text: Substring, document: Int, firstLine: Int
  ) -> Result<Manifest, StatusError> {
    guard piece.duplicates.isEmpty else {
      var finder = JSONLines(text, firstLine: firstLine)
      _ = finder.tree()
      let list = finder.duplicates.map { "duplicate field \"\($0.field)\"" }.joined(separator: ", ")
      let origin = StatusError.Origin(document: document, line: finder.duplicates.first?.line)
      return .failure(StatusError(.badRequest, "strict decoding error: " + list, origin: origin))
    }
    return manifest(piece.value, document: document, Place(json: text, firstLine: firstLine))
  }

  private static func yamlDocuments(_ text: String) -> [Result<Manifest, StatusError>] {
    guard text.utf8.count <= longestYAML else { return [.failure(tooLong(text.utf8.count, longestYAML))] }
    var results: [Result<Manifest, StatusError>] = []
    var number = 0
    do throws(YAMLDocuments.Failure) {
      var documents = try YAMLDocuments(text)
      while let document = try documents.next() {
        number += 1
        guard !document.value.isNull else { continue }
        results.append(manifest(document.value, document: number, Place(document.lines)))
      }
    } catch {
      let origin = StatusError.Origin(document: number + 1, line: error.line)
      let place = error.line.map { "line \($0): " } ?? ""
      results.append(
        .failure(
          StatusError(.badRequest, "error converting YAML to JSON: yaml: " + place + error.message, origin: origin)))
    }
    return results
  }

  private static func manifest(
    _ value: JSONValue, document: Int, _ place: Place
  ) -> Result<Manifest, StatusError> {
    guard case .object(let object) = value else {
      let origin = StatusError.Origin(document: document, line: place.line(of: ""))
      return .failure(
        StatusError(
          .badRequest, "the document is no object", origin: origin, hint: "it must have apiVersion, kind and metadata"))
    }
    return .success(Manifest(document: document, object: object, kind: nil, place: place, prefix: ""))
  }
}
