// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("Field selectors")
struct FieldSelectorTests {
  private static let object: JSONObject = [
    "metadata": ["name": "a,b"], "status": ["phase": "Bound"], "spec": ["replicas": 3, "paused": true],
  ]

  @Test(
    "Every term must hold; a field that is not there is empty",
    arguments: [
      ("status.phase=Bound", true), ("status.phase==Bound", true), (".status.phase=Bound", true),
      ("status.phase!=Bound", false), ("status.phase=Pending", false), ("spec.nodeName=", true),
      ("spec.nodeName!=", false), ("spec.replicas=3,spec.paused=true", true),
      ("spec.replicas=3,status.phase=Lost", false), (#"metadata.name=a\,b"#, true), ("", true), ("status=", true),
    ])
  func matches(_ text: String, _ expected: Bool) throws {
    #expect(try FieldSelector(text).matches(Self.object) == expected)
  }

  @Test("A term that is none is named", arguments: ["status.phase", "a..b=c", "=x", "a=b,c"])
  func refused(_ text: String) {
    let error = #expect(throws: StatusError.self) { try FieldSelector(text) }
    #expect(error?.message.hasPrefix("invalid field selector \"\(text)\": ") == true)
  }
}
