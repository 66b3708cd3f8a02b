// SPDX-License-Identifier: Apache-2.0
// Copyright the Orlop authors

import StorageAPI
import Testing

@Suite("JSON objects") struct JSONObjectTests {
  @Test("A key that is not there has no value, not even null")
  func missingKey() {
    let object: JSONObject = ["a": 1, "n": .null]
    #expect(object["b"] == Optional<JSONValue>.none)
    #expect(object.value("b") == Optional<JSONValue>.none)
    #expect(object.value("a", "c") == Optional<JSONValue>.none)
    #expect(object["n"] == Optional<JSONValue>.some(.null))
  }

  @Test("Copying what is not there adds nothing")
  func copyMissing() {
    let source: JSONObject = [:]
    var target: JSONObject = ["a": ["x": 1]]
    target.set(source.value("a", "y"), "a", "y")
    #expect(target == ["a": ["x": 1]])
  }
}
