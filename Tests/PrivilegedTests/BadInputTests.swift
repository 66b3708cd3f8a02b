// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Glibc
import LinuxStorage
import SystemPackage
import Testing

/// A name, and what is wrong with it.
struct Hostile: Sendable, CustomTestStringConvertible {
  let what: String
  let yaml: String
  let sentence: String

  init(_ what: String, _ yaml: String, _ sentence: String) {
    self.what = what
    self.yaml = yaml
    self.sentence = sentence
  }

  var testDescription: String { what }
}

@Suite("Bad input is refused in one sentence, and nothing is half-made", .privileged, .serialized)
struct BadInputTests {
  let host: OrlopHost

  init() throws {
    host = try OrlopHost()
    try host.apply(OrlopHost.classes)
  }

  /// Applies `manifest` and expects one sentence that contains `sentence`, and no volume.
  private func refuse(_ manifest: String, _ sentence: String, at location: SourceLocation = #_sourceLocation) throws {
    let outcome = try host.orlop.run("apply", "-f", "-", input: manifest)
    outcome.expectFailure(sentence, at: location)
    #expect(try host.pool("volumes") == [], sourceLocation: location)
    try host.expectAgreement(at: location)
  }

  static let names = [
    Hostile("..", "'..'", "Invalid value: \"..\""),
    Hostile("a slash", "a/b", "Invalid value: \"a/b\""),
    Hostile("a line break", "\"a\\nb\"", "Invalid value: \"a\\nb\""),
    Hostile("NUL", "\"a\\0b\"", "a NUL character in metadata.name"),
    Hostile("300 bytes", String(repeating: "a", count: 300), "must be no more than 253 bytes"),
    Hostile("a leading dash", "-x", "Invalid value: \"-x\""),
    Hostile("an escape sequence", "\"\\e[31m\"", "is invalid"),
  ]

  @Test("Hostile names of claims", arguments: names) func claimName(_ name: Hostile) throws {
    try refuse(OrlopHost.claim(name.yaml), name.sentence)
  }

  @Test("Hostile names of pods", arguments: names) func podName(_ name: Hostile) throws {
    try refuse(OrlopHost.pod(name.yaml), name.sentence)
  }

  @Test(
    "Quantities that are none, or too much",
    arguments: [
      Hostile("0", "0", "must be greater than zero"),
      Hostile("-1", "-1", "must be greater than zero"),
      Hostile("1e400", "1e400", "is larger than any volume can be"),
      Hostile("400 M", "400 M", "quantities must match the regular expression"),
      Hostile("the largest number", "9223372036854775807", "more than all of pool default"),
      Hostile("more than the pool has", "100Ti", "more than all of pool default"),
    ]) func quantity(_ size: Hostile) throws
  {
    try refuse(OrlopHost.claim("data", size: size.yaml), size.sentence)
  }

  @Test(
    "Hostile parameters of classes",
    arguments: [
      Hostile("a path as fsType", "fsType: ../ext4", "parameter fsType is \"../ext4\"; it must be one of"),
      Hostile("an option as fsType", "fsType: -t", "parameter fsType is \"-t\"; it must be one of"),
      Hostile("a line break", "storage: \"im\\nage\"", "it must be one of image, directory"),
      Hostile("the parent as pool", "pool: '..'", "pool name \"..\""),
      Hostile("a path as pool", "pool: a/b", "pool name \"a/b\""),
      Hostile("a long pool", "pool: \(String(repeating: "a", count: 300))", "pool name"),
      Hostile("another pool", "pool: elsewhere", "elsewhere"),
      Hostile("an unknown one", "colour: red", "unknown parameter \"colour\""),
      Hostile("a format", "diskformat: fat", "parameter diskformat is \"fat\"; it must be one of"),
    ]) func parameter(_ parameter: Hostile) throws
  {
    let storageClass = """
      apiVersion: storage.k8s.io/v1
      kind: StorageClass
      metadata: {name: hostile}
      provisioner: orlop.io
      parameters: {\(parameter.yaml)}
      """
    try refuse(storageClass + "\n---\n" + OrlopHost.claim("data", of: "hostile"), parameter.sentence)
  }

  @Test(
    "Hostile subPaths",
    arguments: [
      Hostile("..", "'..'", "must not contain '..'"),
      Hostile("up and away", "a/../../b", "must not contain '..'"),
      Hostile("absolute", "/etc", "must be a relative path"),
      Hostile("NUL", "\"a\\0b\"", "a NUL character"),
      Hostile("300 bytes", String(repeating: "a", count: 300), "subPath"),
      Hostile("a link out of the volume", "link", "link"),
      Hostile("below a link out of the volume", "link/passwd", "link"),
    ]) func subPath(_ subPath: Hostile) throws
  {
    try host.apply(OrlopHost.claim("data") + "\n---\n" + OrlopHost.pod("writer", claims: ["data"]))
    let root = try host.path("data", pod: "writer")
    try Directory.open(host.bench.root.path).replaceFile("canary", with: Array("alive".utf8))
    #expect(symlink(host.bench.root.path.string, root.appending("link").string) == 0)
    let before = try host.mounts()
    let outcome = try host.orlop.run(
      "apply", "-f", "-", input: OrlopHost.pod(claims: ["data"], subPath: subPath.yaml))
    outcome.expectFailure(subPath.sentence)
    #expect(try host.mounts() == before)
    try host.succeed("delete", "pod", "--all")
    try host.succeed("delete", "pvc", "--all")
    try host.expectNothing()
    #expect(try host.bench.root.readFile("canary") == Array("alive".utf8))
  }

  @Test("Links in a volume lead its deletion nowhere")
  func plantedLinks() throws {
    try host.apply()
    try host.bench.root.makeDirectory("outside")
    try host.bench.root.directory("outside").replaceFile("canary", with: Array("alive".utf8))
    let outside = host.bench.root.path.appending("outside").string
    for volume in ["data", "logs"] {
      let root = try host.path(volume)
      #expect(symlink(outside, root.appending("directory").string) == 0)
      #expect(symlink(outside + "/canary", root.appending("file").string) == 0)
      #expect(symlink("../../../../../..", root.appending("up").string) == 0)
    }
    try host.succeed("delete", "-f", "-", input: OrlopHost.manifest)
    try host.expectNothing()
    #expect(try host.bench.root.directory("outside").readFile("canary") == Array("alive".utf8))
  }
}

extension OrlopProgram.Outcome {
  /// Expects exit status 1 and one sentence for people on standard error.
  func expectFailure(_ sentence: String, at location: SourceLocation = #_sourceLocation) {
    #expect(status == 1 && !isKilled, "\(self)", sourceLocation: location)
    #expect(complaints.contains(sentence), "\(self)", sourceLocation: location)
    #expect(complaints.split(separator: "\n").count == 1, "\(self)", sourceLocation: location)
    for dump in ["Error(", "code:", "Optional(", "\u{1b}"] {
      #expect(!complaints.contains(dump), "\(self)", sourceLocation: location)
    }
  }
}
