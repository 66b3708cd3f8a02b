// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Foundation
import StorageAPI
import Testing

@Suite("The manifests in examples/")
struct ExampleTests {
  static func examples() throws -> [URL] {
    let top = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try FileManager.default.contentsOfDirectory(
      at: top.appending(path: "examples"), includingPropertiesForKeys: nil
    )
    .filter { $0.pathExtension == "yaml" }
  }

  @Test("Each reads without complaint (V3)", arguments: try examples())
  func read(_ file: URL) throws {
    #expect(try !ManifestReader.read(String(contentsOf: file, encoding: .utf8)).isEmpty)
  }

  @Test("There are some")
  func exist() throws {
    #expect(try Self.examples().count >= 6)
  }
}
