// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import SystemPackage
import Testing

@testable import LinuxStorage

@Suite struct FilesystemSignatureTests {
  let scratch: Scratch

  init() throws { scratch = try Scratch() }

  private func formatted(_ recipe: Recipe) async throws -> SparseFile {
    let file = try SparseFile.create("image", in: scratch.root)
    try file.truncate(to: recipe.megabytes << 20)
    try await ProgramRunner().require("mkfs." + recipe.type, recipe.arguments + [file.path.string])
    return file
  }

  @Test("The superblock alone says of an ext image what libblkid says", arguments: Recipe.all)
  func agrees(recipe: Recipe) async throws {
    let image = try await formatted(recipe)
    let found = try FilesystemSignature.probe(image.path)
    #expect(found?.type == (recipe.arguments.contains { $0.hasSuffix("^has_journal") } ? "ext4" : recipe.type))
    #expect(FilesystemSignature.ext(on: image) == found)
    #expect(try FilesystemSignature.probe(image.path, expected: found) == found)
  }

  @Test("What else may be on an ext image is libblkid's to judge", arguments: ["before it", "in it", "cut off"])
  func doubts(damage: String) async throws {
    let image = try await formatted(Recipe("ext4", 64))
    let expected = try FilesystemSignature.probe(image.path)
    switch damage {
    case "before it": try image.write(Array("LUKS".utf8), at: 0)
    case "in it": try image.write([1], at: 1024 + 0x70)
    default: try image.truncate(to: 1500)
    }
    #expect(FilesystemSignature.ext(on: image) == nil)
    #expect(try FilesystemSignature.probe(image.path, expected: expected) == FilesystemSignature.probe(image.path))
  }
}
