// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Testing
import Volumes

/// Names that came from somebody who means no good; none may become a path.
struct HostileName: Sendable, CustomTestStringConvertible {
  let testDescription: String
  let text: String

  static let all: [HostileName] = [
    .init(testDescription: "empty", text: ""),
    .init(testDescription: "dot", text: "."),
    .init(testDescription: "parent", text: ".."),
    .init(testDescription: "traversal", text: "../../etc"),
    .init(testDescription: "hidden traversal", text: "a/../../etc"),
    .init(testDescription: "absolute", text: "/etc/passwd"),
    .init(testDescription: "slash", text: "a/b"),
    .init(testDescription: "trailing slash", text: "a/"),
    .init(testDescription: "two dots inside", text: "a..b"),
    .init(testDescription: "leading dash", text: "-rf"),
    .init(testDescription: "trailing dash", text: "a-"),
    .init(testDescription: "leading dot", text: ".hidden"),
    .init(testDescription: "NUL", text: "a\u{0}b"),
    .init(testDescription: "newline", text: "a\nb"),
    .init(testDescription: "backslash", text: "a\\b"),
    .init(testDescription: "blank", text: "a b"),
    .init(testDescription: "comma", text: "a,suid"),
    .init(testDescription: "equals", text: "loop=a"),
    .init(testDescription: "shell", text: "$(reboot)"),
    .init(testDescription: "quote", text: "a'b"),
    .init(testDescription: "upper case", text: "Vol"),
    .init(testDescription: "underscore", text: "a_b"),
    .init(testDescription: "one dot leader of Unicode", text: "a\u{2024}\u{2024}b"),
    .init(testDescription: "full-width full stops", text: "\u{ff0e}\u{ff0e}"),
    .init(testDescription: "combining letter", text: "a\u{301}"),
    .init(testDescription: "300 bytes", text: String(repeating: "a", count: 300)),
  ]
}

@Suite struct NameTests {
  @Test("A hostile volume id is refused, in one printable line", arguments: HostileName.all)
  func refusesVolumeID(_ name: HostileName) throws {
    let error = #expect(throws: VolumeError.self) { try VolumeID(name.text) }
    #expect(error?.code == .invalid)
    #expect(error?.message.unicodeScalars.allSatisfy { (" "..."~").contains($0) || $0 == "…" } == true)
  }

  @Test("A hostile namespace or sandbox name is refused", arguments: HostileName.all)
  func refusesSandboxName(_ name: HostileName) throws {
    #expect(throws: VolumeError.self) { try SandboxName(namespace: name.text, name: "a") }
    #expect(throws: VolumeError.self) { try SandboxName(namespace: "a", name: name.text) }
  }

  @Test("A hostile pool name is refused", arguments: HostileName.all)
  func refusesPool(_ name: HostileName) throws {
    #expect(throws: VolumeError.self) {
      try VolumeRequest(id: VolumeID("v"), capacity: 1, parameters: ["pool": name.text])
    }
  }

  @Test(
    "Ids that Kubernetes makes are accepted",
    arguments: ["pvc-0a1b", "a", "7", "web.data-0", String(repeating: "a", count: 128)])
  func accepts(_ text: String) throws { #expect(try VolumeID(text).text == text) }

  @Test("A namespace has no dots, a sandbox may")
  func dots() throws {
    #expect(throws: VolumeError.self) { try SandboxName(namespace: "a.b", name: "c") }
    #expect(try SandboxName(namespace: "a", name: "b.c").description == "a/b.c")
  }
}
