// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import Presentation
import StorageAPI
import Testing

@Suite("What a change has not brought about")
struct UnfinishedTextTests {
  private func claims(_ count: Int, _ reason: String? = "no pod uses it yet") -> [UnfinishedText.Item] {
    (0..<count).map { .init(kind: .persistentVolumeClaim, name: "c\($0)", state: "Pending", reason: reason) }
  }

  @Test("One that waits has a line of its own, with the reason and where to read more")
  func one() {
    #expect(
      UnfinishedText.lines(claims(1)) == [
        "persistentvolumeclaim/c0 is Pending: no pod uses it yet; see `orlop describe persistentvolumeclaim c0`"
      ])
    #expect(
      UnfinishedText.lines(claims(1, nil)) == [
        "persistentvolumeclaim/c0 is Pending; see `orlop describe persistentvolumeclaim c0`"
      ])
  }

  @Test("Of many that wait for the same, ten have lines of their own, the others one together")
  func many() {
    #expect(UnfinishedText.lines(claims(10)).count == 10)
    let eleven = UnfinishedText.lines(claims(11))
    #expect(
      eleven.last == "… and 1 more claim is Pending: no pod uses it yet; see `orlop get persistentvolumeclaim`")
    let lines = UnfinishedText.lines(claims(10_000))
    #expect(lines.count == 11)
    #expect(
      lines.last == "… and 9990 more claims are Pending: no pod uses it yet; see `orlop get persistentvolumeclaim`")
  }

  @Test("Those that wait for something else are told apart, in the order in which they came")
  func sorts() {
    let failed = UnfinishedText.Item(kind: .persistentVolumeClaim, name: "x", state: "Pending", reason: "no space")
    let pod = UnfinishedText.Item(kind: .pod, name: "p", state: "Pending", reason: "no pod uses it yet")
    let lines = UnfinishedText.lines(claims(6) + [failed, pod] + claims(6))
    #expect(lines.count == 13)
    #expect(lines[10].hasPrefix("… and 2 more claims"))
    #expect(lines[11].hasPrefix("persistentvolumeclaim/x is Pending: no space;"))
    #expect(lines[12].hasPrefix("pod/p is Pending:"))
  }
}
